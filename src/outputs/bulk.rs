//! Events on their way into one output, and the receipt that follows.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::event::{Batch, Event};

/// A batch in the queue of one output. When its last event is settled, its receipt is answered.
#[derive(Debug)]
pub struct Parcel {
    /// The batch, shared with the other outputs.
    pub batch: Arc<Batch>,
    open: AtomicUsize,
    // Taken once, under the lock for a moment.
    receipt: Mutex<Option<oneshot::Sender<()>>>,
    // The room that the batch takes in the queue, free when the parcel is gone.
    _room: Vec<OwnedSemaphorePermit>,
}

/// Resolves when every event of a parcel is settled; to an error if the output ended before.
pub type Receipt = oneshot::Receiver<()>;

impl Parcel {
    /// A parcel and its receipt. That of an empty batch is answered at once.
    pub fn new(batch: Arc<Batch>, room: Vec<OwnedSemaphorePermit>) -> (Arc<Self>, Receipt) {
        let (sender, receipt) = oneshot::channel();
        let open = AtomicUsize::new(batch.events.len());
        let parcel = Self { batch, open, receipt: Mutex::new(Some(sender)), _room: room };
        if let Some(finished) = parcel.settle(0) {
            finished.answer();
        }
        (Arc::new(parcel), receipt)
    }

    /// Its receipt will say "not delivered", whatever becomes of the rest of its events.
    pub fn forfeit(&self) {
        self.receipt.lock().expect("nothing panics while it is locked").take();
    }

    /// `count` more of its events are settled; gives the last one's caller the right to answer the receipt.
    #[must_use = "the receipt waits for an answer"]
    pub fn settle(&self, count: usize) -> Option<Finished> {
        let before = self.open.fetch_sub(count, Ordering::AcqRel);
        debug_assert!(before >= count, "an event is settled once");
        if before > count {
            return None;
        }
        self.receipt.lock().expect("nothing panics while it is locked").take().map(Finished)
    }
}

/// A parcel all of whose events are settled. Dropped unanswered, it counts as not delivered.
#[derive(Debug)]
pub struct Finished(oneshot::Sender<()>);

impl Finished {
    /// Answers the receipt: every event is written.
    pub fn answer(self) {
        // Whoever waited may be gone; then the item is fetched again.
        let _ = self.0.send(());
    }
}

/// Some consecutive events of a parcel.
#[derive(Clone, Debug)]
pub struct Part {
    /// The parcel.
    pub parcel: Arc<Parcel>,
    /// Which of its events.
    pub range: Range<usize>,
}

/// Events that are written together.
#[derive(Clone, Debug, Default)]
pub struct Bulk {
    /// Unique within one worker.
    pub id: u64,
    /// Its events, in their order.
    pub parts: Vec<Part>,
}

impl Bulk {
    /// Its events, in their order.
    pub fn events(&self) -> impl Iterator<Item = &Event> + Clone {
        self.parts.iter().flat_map(|part| &part.parcel.batch.events[part.range.clone()])
    }

    /// Number of its events.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.range.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.range.is_empty())
    }

    /// Size of the text that its events were cut from: what they write is of this order.
    pub fn bytes(&self) -> usize {
        self.parts
            .iter()
            .map(|part| part.parcel.batch.bytes * part.range.len() / part.parcel.batch.events.len().max(1))
            .sum()
    }

    /// Adds a part behind the others.
    pub fn push(&mut self, part: Part) {
        match self.parts.last_mut() {
            Some(last) if Arc::ptr_eq(&last.parcel, &part.parcel) && last.range.end == part.range.start => {
                last.range.end = part.range.end;
            }
            _ => self.parts.push(part),
        }
    }

    /// Each event as a part of its own, in their order.
    pub fn singles(&self) -> impl Iterator<Item = Part> {
        self.parts
            .iter()
            .flat_map(|part| part.range.clone().map(|at| Part { parcel: Arc::clone(&part.parcel), range: at..at + 1 }))
    }

    /// All its events are settled; gives the parcels that are finished with it.
    pub fn settle(&self) -> Vec<Finished> {
        self.parts.iter().filter_map(|part| part.parcel.settle(part.range.len())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(events: usize) -> (Arc<Parcel>, Receipt) {
        let batch = Batch { events: vec![Event::default(); events], bytes: 100 * events, ..Batch::default() };
        Parcel::new(Arc::new(batch), Vec::new())
    }

    #[tokio::test]
    async fn a_receipt_is_answered_when_the_last_event_is_settled() {
        let (parcel, mut receipt) = parcel(3);
        assert!(parcel.settle(2).is_none());
        let finished = parcel.settle(1).expect("the last event");
        assert!(receipt.try_recv().is_err());
        finished.answer();
        assert!(receipt.await.is_ok());
    }

    #[tokio::test]
    async fn a_parcel_that_is_dropped_is_not_delivered() {
        let (parcel, receipt) = parcel(1);
        drop(parcel);
        assert!(receipt.await.is_err());
    }

    #[test]
    fn singles_join_again_to_what_they_were() {
        let (parcel, _receipt) = parcel(4);
        let mut bulk = Bulk::default();
        bulk.push(Part { parcel, range: 0..4 });
        let mut again = Bulk::default();
        bulk.singles().for_each(|part| again.push(part));
        assert_eq!((again.parts.len(), again.len(), again.bytes()), (1, 4, 400));
    }
}
