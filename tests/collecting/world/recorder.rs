//! An output that remembers what it was given, and can be slow, stuck, broken or picky.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use o365collector::outputs::{Bulk, Output, Settled, Verdict, Verdicts, WriteError};
use o365collector::time::{self, Clock, Timestamp};
use tokio::sync::Notify;
use tokio::time::Instant;

/// What an output has written, and how it behaves. Clones are the same one.
#[derive(Clone)]
pub struct Recorder {
    notes: Arc<Mutex<Notes>>,
    freed: Arc<Notify>,
    clock: Clock,
}

/// One written event.
#[derive(Clone, Debug)]
pub struct Written {
    pub id: String,
    pub item: String,
    pub at: Timestamp,
    pub json: String,
}

#[derive(Default)]
struct Notes {
    written: Vec<Written>,
    /// So many of them are safe; the others go with a crash of the far side.
    safe: usize,
    /// Events that were submitted and are not settled.
    under_way: usize,
    most_under_way: usize,
    largest_bulk: usize,
    is_stuck: bool,
    /// So many calls go well before the next failures.
    good_calls: u32,
    failures: u32,
    takes: Duration,
    refuses: BTreeSet<String>,
    is_safe_later: bool,
}

impl Recorder {
    pub fn new(clock: &Clock) -> Self {
        Self { notes: Arc::default(), freed: Arc::default(), clock: clock.clone() }
    }

    /// It confirms nothing until [`Self::free`].
    pub fn stick(&self) {
        self.notes().is_stuck = true;
    }

    /// It writes again.
    pub fn free(&self) {
        self.notes().is_stuck = false;
        self.freed.notify_waiters();
    }

    /// The next calls fail.
    pub fn fail(&self, times: u32) {
        self.notes().failures = times;
    }

    /// The so-manieth call from now fails.
    pub fn fail_at(&self, call: u32) {
        let mut notes = self.notes();
        (notes.good_calls, notes.failures) = (call - 1, 1);
    }

    /// Each bulk takes so long.
    pub fn take(&self, duration: Duration) {
        self.notes().takes = duration;
    }

    /// It refuses this record for good.
    pub fn refuse(&self, id: &str) {
        self.notes().refuses.insert(id.to_owned());
    }

    /// It answers "taken" at once and "safe" a second later, as a file does between two syncs.
    pub fn be_safe_later(&self) {
        self.notes().is_safe_later = true;
    }

    /// What it has written, in its order.
    pub fn written(&self) -> Vec<Written> {
        self.notes().written.clone()
    }

    /// The ids of what it has written, in its order.
    pub fn ids(&self) -> Vec<String> {
        self.notes().written.iter().map(|written| written.id.clone()).collect()
    }

    /// How often each record was written.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        self.notes().written.iter().for_each(|written| *counts.entry(written.id.clone()).or_default() += 1);
        counts
    }

    /// The distinct records of each item.
    pub fn items(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut items: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for written in &self.notes().written {
            items.entry(written.item.clone()).or_default().insert(written.id.clone());
        }
        items
    }

    pub fn most_under_way(&self) -> usize {
        self.notes().most_under_way
    }

    pub fn largest_bulk(&self) -> usize {
        self.notes().largest_bulk
    }

    /// What was not safe is gone, as after a power cut.
    pub fn forget_unsafe(&self) {
        let mut notes = self.notes();
        let safe = notes.safe;
        notes.written.truncate(safe);
        notes.under_way = 0;
    }

    pub fn mailbox(&self) -> Mailbox {
        Mailbox { recorder: self.clone(), waiting: VecDeque::new(), unsafe_bulk: None }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().expect("nothing panics while it is locked")
    }

    /// Writes a bulk down and says what became of each event. There is no `.await` between this and the answer.
    fn write(&self, bulk: &Bulk) -> Settled {
        let at = self.clock.now();
        let mut notes = self.notes();
        notes.under_way = notes.under_way.saturating_sub(bulk.len());
        let mut verdicts = Vec::new();
        for part in &bulk.parts {
            for event in &part.parcel.batch.events[part.range.clone()] {
                let id = event.id().unwrap_or_default().into_owned();
                if notes.refuses.contains(&id) {
                    verdicts.push(Verdict::Refused("it displeases me".to_owned()));
                    continue;
                }
                verdicts.push(Verdict::Written);
                let item = part.parcel.batch.origin.item.to_string();
                notes.written.push(Written { id, item, at, json: event.to_json() });
            }
        }
        if notes.is_safe_later {
            return Settled { bulk: bulk.id, verdicts: Verdicts::Taken, bytes: bulk.bytes() };
        }
        notes.safe = notes.written.len();
        let verdicts = Verdicts::Each(verdicts);
        Settled { bulk: bulk.id, verdicts, bytes: bulk.bytes() }
    }
}

/// One worker's end of a [`Recorder`].
pub struct Mailbox {
    recorder: Recorder,
    waiting: VecDeque<(Instant, Bulk)>,
    unsafe_bulk: Option<(Instant, u64)>,
}

#[async_trait]
impl Output for Mailbox {
    async fn open(&mut self) -> Result<(), WriteError> {
        self.waiting.clear();
        self.unsafe_bulk = None;
        self.recorder.forget_unsafe();
        Ok(())
    }

    async fn submit(&mut self, bulk: Bulk) -> Result<(), WriteError> {
        let mut notes = self.recorder.notes();
        if notes.good_calls > 0 {
            notes.good_calls -= 1;
        } else if notes.failures > 0 {
            notes.failures -= 1;
            return Err(WriteError::Setup { problem: "out of order".to_owned(), hint: "wait" });
        }
        notes.under_way += bulk.len();
        notes.most_under_way = notes.most_under_way.max(notes.under_way);
        notes.largest_bulk = notes.largest_bulk.max(bulk.len());
        self.waiting.push_back((time::ticks() + notes.takes, bulk));
        Ok(())
    }

    async fn settled(&mut self) -> Result<Vec<Settled>, WriteError> {
        loop {
            let freed = self.recorder.freed.notified();
            if !self.recorder.notes().is_stuck {
                break;
            }
            freed.await;
        }
        let Some((due, _)) = self.waiting.front() else {
            let Some((due, bulk)) = self.unsafe_bulk else { return std::future::pending().await };
            tokio::time::sleep_until(due).await;
            self.unsafe_bulk = None;
            let mut notes = self.recorder.notes();
            notes.safe = notes.written.len();
            return Ok(vec![Settled { bulk, verdicts: Verdicts::Safe, bytes: 0 }]);
        };
        tokio::time::sleep_until(*due).await;
        let (_, bulk) = self.waiting.pop_front().expect("it is still there");
        let settled = self.recorder.write(&bulk);
        if matches!(settled.verdicts, Verdicts::Taken) {
            self.unsafe_bulk = Some((time::ticks() + Duration::from_secs(1), bulk.id));
        }
        Ok(vec![settled])
    }
}
