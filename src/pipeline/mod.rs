//! The one door between collecting and writing: processors, then each output's queue, then receipts.
//!
//! ```text
//! records ─▶ Chain ─▶ batch ─┬─▶ queue (events, bytes) ─▶ Worker ─▶ output
//!                            └─▶ queue ─▶ Worker ─▶ output        │
//!            receipts ◀──────────────────────────────────────────┘
//! ```
//! A queue is bounded by events and by bytes. Where there is no room the sender waits, so nothing more is downloaded:
//! Microsoft's API is our disk queue.

pub mod options;

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::event::{Batch, Origin, Records};
use crate::outputs::{Parcel, Receipt};
use crate::processors::Chain;
use crate::stats::OutputStats;

/// A mapped event takes about so many times the text of its record, that text included.
const GROWTH: usize = 3;
/// Room for bytes is counted in such pieces, since semaphores count to 2^29 only.
const BYTES_PIECE: usize = 1024;

/// The queue of one output. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Door {
    name: Arc<str>,
    is_required: bool,
    queue: mpsc::Sender<Arc<Parcel>>,
    room: Room,
    stats: Arc<OutputStats>,
}

/// What fits into a queue.
#[derive(Clone, Debug)]
struct Room {
    events: Arc<Semaphore>,
    most_events: usize,
    pieces: Arc<Semaphore>,
    most_pieces: usize,
}

/// What came of handing a batch to one output.
#[derive(Debug)]
pub struct Delivery {
    /// The output's name.
    pub output: Arc<str>,
    /// Answered when the output has written every event.
    pub receipt: Receipt,
}

/// The outputs are gone: the program is ending.
#[derive(Debug, thiserror::Error)]
#[error("the outputs are closed")]
pub struct Closed;

impl Door {
    /// The door to an output, and the queue that its worker empties. An output that is not `required` never holds the
    /// others: what it has no room for is dropped, for it alone, and counted.
    pub fn new(
        name: &str,
        is_required: bool,
        events: usize,
        bytes: usize,
        stats: Arc<OutputStats>,
    ) -> (Self, mpsc::Receiver<Arc<Parcel>>) {
        let (queue, receiver) = mpsc::channel(events.max(1));
        let pieces = (bytes / BYTES_PIECE).max(1);
        let room = Room {
            events: Arc::new(Semaphore::new(events.max(1))),
            most_events: events.max(1),
            pieces: Arc::new(Semaphore::new(pieces)),
            most_pieces: pieces,
        };
        (Self { name: name.into(), is_required, queue, room, stats }, receiver)
    }

    /// The output's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether an item waits for it.
    pub fn is_required(&self) -> bool {
        self.is_required
    }

    fn dropped(&self, events: usize, feed: &str, why: &'static str) {
        self.stats.dropped.add(events);
        tracing::warn!(target: "output", output = self.name(), feed, events, "{why}, dropped for this output");
    }

    async fn hand_over(&self, batch: Arc<Batch>, room: Vec<OwnedSemaphorePermit>) -> Result<Receipt, Closed> {
        let (parcel, receipt) = Parcel::new(batch, room);
        self.queue.send(parcel).await.map_err(|_| Closed)?;
        Ok(receipt)
    }
}

impl Room {
    /// Waits for room; a batch larger than the whole queue waits until it is empty.
    async fn take(&self, events: usize, bytes: usize) -> Result<Vec<OwnedSemaphorePermit>, Closed> {
        let (events, pieces) = self.clamp(events, bytes);
        let events = Arc::clone(&self.events).acquire_many_owned(events).await.map_err(|_| Closed)?;
        let pieces = Arc::clone(&self.pieces).acquire_many_owned(pieces).await.map_err(|_| Closed)?;
        Ok(vec![events, pieces])
    }

    /// Room, if there is some now.
    fn try_take(&self, events: usize, bytes: usize) -> Option<Vec<OwnedSemaphorePermit>> {
        let (events, pieces) = self.clamp(events, bytes);
        let events = Arc::clone(&self.events).try_acquire_many_owned(events).ok()?;
        let pieces = Arc::clone(&self.pieces).try_acquire_many_owned(pieces).ok()?;
        Some(vec![events, pieces])
    }

    fn clamp(&self, events: usize, bytes: usize) -> (u32, u32) {
        (events.min(self.most_events) as u32, (bytes / BYTES_PIECE).min(self.most_pieces) as u32)
    }
}

/// What an input's records go through. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pipeline {
    chain: Chain,
    doors: Vec<Door>,
}

impl Pipeline {
    /// Records through `chain` to `doors`.
    pub fn new(chain: Chain, doors: Vec<Door>) -> Self {
        Self { chain, doors }
    }

    /// The names of the outputs that must confirm.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        self.doors.iter().filter(|door| door.is_required).map(Door::name)
    }

    /// Maps `records` and hands them to every output but those that `has_confirmed` names.
    ///
    /// Waits while a required output has no room. Gives one receipt a required output.
    pub async fn deliver(
        &self,
        records: &Records,
        origin: &Arc<Origin>,
        has_confirmed: impl Fn(&str) -> bool + Send,
    ) -> Result<Vec<Delivery>, Closed> {
        let (events, bytes) = (records.records.len(), GROWTH * records.source.text().len());
        let mut open = Vec::new();
        for door in &self.doors {
            if has_confirmed(&door.name) {
                continue;
            }
            if door.is_required {
                open.push((door, door.room.take(events, bytes).await?));
            } else if let Some(room) = door.room.try_take(events, bytes) {
                open.push((door, room));
            } else {
                door.dropped(events, &origin.feed, "no room");
            }
        }
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let batch = Arc::new(self.chain.events(records, origin));
        let mut deliveries = Vec::new();
        for (door, room) in open {
            match door.hand_over(Arc::clone(&batch), room).await {
                Ok(receipt) if door.is_required => {
                    deliveries.push(Delivery { output: Arc::clone(&door.name), receipt });
                }
                Ok(_) => {}
                Err(closed) if door.is_required => return Err(closed),
                Err(_) => door.dropped(events, &origin.feed, "it has ended"),
            }
        }
        Ok(deliveries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Splitter};
    use crate::processors::Options;
    use crate::time::Clock;

    fn records(count: usize) -> Records {
        let record = r#"{"Id":"1","CreationTime":"2026-11-21T00:00:00"}"#;
        let mut splitter = Splitter::new();
        splitter.push(format!("[{}]", vec![record; count].join(",")).as_bytes()).expect("an array");
        splitter.finish().expect("a whole array").unwrap_or_default()
    }

    fn door(name: &str, is_required: bool) -> (Door, mpsc::Receiver<Arc<Parcel>>) {
        Door::new(name, is_required, 10, 1 << 20, Arc::default())
    }

    fn pipeline(doors: Vec<Door>) -> Pipeline {
        Pipeline::new(Chain::new(Options::default(), Clock::system()), doors)
    }

    async fn deliver(pipeline: &Pipeline, count: usize) -> Result<Vec<Delivery>, Closed> {
        pipeline.deliver(&records(count), &Arc::default(), |_| false).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_queue_makes_the_sender_wait_until_a_parcel_is_gone() {
        let (door, mut queue) = door("file", true);
        let pipeline = pipeline(vec![door]);
        deliver(&pipeline, 8).await.expect("room");
        let blocked = tokio::time::timeout(std::time::Duration::from_mins(1), deliver(&pipeline, 8)).await;
        assert!(blocked.is_err(), "there is room for 2 more only");
        drop(queue.recv().await);
        deliver(&pipeline, 8).await.expect("room again");
        drop(queue.recv().await);
        deliver(&pipeline, 500).await.expect("more than the queue holds, when it is empty");
    }

    #[tokio::test(start_paused = true)]
    async fn an_output_that_may_lag_holds_nobody() {
        let (required, mut queue) = door("file", true);
        let (lagging, _stuck) = door("console", false);
        let stats = Arc::clone(&lagging.stats);
        let pipeline = pipeline(vec![required, lagging]);
        for dropped in [0, 0, 5] {
            let deliveries = deliver(&pipeline, 5).await.expect("room");
            assert_eq!(deliveries.len(), 1, "only the required one answers");
            assert_eq!(stats.dropped.get(), dropped);
            drop(queue.recv().await);
        }
    }

    #[tokio::test]
    async fn outputs_that_have_confirmed_are_left_out() {
        let ((first, mut first_queue), (second, mut second_queue)) = (door("first", true), door("second", true));
        let pipeline = pipeline(vec![first, second]);
        let deliveries = pipeline.deliver(&records(1), &Arc::default(), |name| name == "first").await.expect("room");
        assert_eq!(deliveries.iter().map(|delivery| &*delivery.output).collect::<Vec<_>>(), ["second"]);
        assert!(first_queue.try_recv().is_err());
        let parcel = second_queue.try_recv().expect("a parcel");
        assert_eq!(parcel.batch.events.iter().find_map(Event::id).as_deref(), Some("1"));
    }
}
