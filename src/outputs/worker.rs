//! Drives one output: gathers, submits, tries again, splits, answers receipts.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::{debug, error, info, warn};

use super::dead_letter::{DeadLetters, Letter};
use super::{Bulk, Finished, Output, Parcel, Part, Settled, Verdict, Verdicts, WriteError};
use crate::control::Stop;
use crate::net::{Backoff, Retry};
use crate::stats::OutputStats;
use crate::time;

/// How a worker gathers and tries again.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// The output's name, for logs and dead letters.
    pub name: Arc<str>,
    /// Events in a bulk.
    pub bulk_events: usize,
    /// Bytes in a bulk, of the text that events were cut from.
    pub bulk_bytes: usize,
    /// Bulks under way at a time.
    pub in_flight: usize,
    /// The first wait after a failure.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
    /// So often is an event tried again before it is a dead letter; `None`: without end.
    pub max_retries: Option<u32>,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            name: Arc::from("output"),
            bulk_events: 1000,
            bulk_bytes: 5 * 1024 * 1024,
            in_flight: 1,
            first_wait: Backoff::FIRST,
            longest_wait: Backoff::LONGEST,
            max_retries: None,
        }
    }
}

/// The one task that calls an output.
pub struct Worker {
    output: Box<dyn Output>,
    queue: mpsc::Receiver<Arc<Parcel>>,
    options: WorkerOptions,
    letters: DeadLetters,
    stats: Arc<OutputStats>,
    /// What came from the queue and is not yet in a bulk.
    gathered: VecDeque<Part>,
    /// What is to be sent again, before anything new, so that order holds.
    again: VecDeque<Again>,
    under_way: BTreeMap<u64, (Bulk, u32)>,
    /// What the far side has taken but not made safe.
    taken: VecDeque<Taken>,
    last_id: u64,
    is_open: bool,
    backoff: Backoff,
    busy_until: Option<Instant>,
}

/// A bulk to be sent again.
struct Again {
    bulk: Bulk,
    tries: u32,
}

/// Part of a parcel that the far side holds in its memory.
struct Taken {
    bulk: u64,
    /// The parcel's receipt, if this was the last part of it.
    finished: Option<Finished>,
    /// The parcel, which needs its room no more when it is finished.
    parcel: Weak<Parcel>,
}

impl Worker {
    /// A worker that feeds `output` from `queue`.
    pub fn new(
        output: Box<dyn Output>,
        queue: mpsc::Receiver<Arc<Parcel>>,
        options: WorkerOptions,
        letters: DeadLetters,
        stats: Arc<OutputStats>,
    ) -> Self {
        let backoff = Backoff::new(options.first_wait, options.longest_wait);
        Self {
            output,
            queue,
            options,
            letters,
            stats,
            gathered: VecDeque::new(),
            again: VecDeque::new(),
            under_way: BTreeMap::new(),
            taken: VecDeque::new(),
            last_id: 0,
            is_open: false,
            backoff,
            busy_until: None,
        }
    }

    /// The output's name.
    pub fn name(&self) -> &str {
        &self.options.name
    }

    /// Works until the queue is closed and everything in it is settled, or until `give_up`.
    pub async fn run(mut self, give_up: Stop) {
        tokio::select! {
            () = self.work() => {}
            () = give_up.asked() => {
                let left = self.under_way.len() + self.again.len() + self.gathered.len();
                warn!(target: "output", output = %self.options.name, bulks = left, "gave up; what is not written is fetched again next time");
            }
        }
        if let Err(error) = self.output.close().await {
            warn!(target: "output", output = %self.options.name, %error, "closing failed");
        }
    }

    async fn work(&mut self) {
        loop {
            match self.step().await {
                Ok(()) => {}
                // Receipts are dropped with the worker: not delivered.
                Err(error) if error.retry() == Retry::Never => {
                    error!(target: "output", output = %self.options.name, %error, hint = error.hint(), "ended");
                    return;
                }
                Err(error) => {
                    self.failed(&error).await;
                    continue;
                }
            }
            if self.queue.is_closed() && self.queue.is_empty() && self.is_idle() {
                return;
            }
        }
    }

    fn is_idle(&self) -> bool {
        self.gathered.is_empty() && self.again.is_empty() && self.under_way.is_empty() && self.taken.is_empty()
    }

    /// Sends what can be sent, then waits for the next thing to happen.
    async fn step(&mut self) -> Result<(), WriteError> {
        if !self.is_open && !self.gathered.is_empty() | !self.again.is_empty() {
            self.output.open().await?;
            self.is_open = true;
            debug!(target: "output", output = %self.options.name, "open");
        }
        while self.under_way.len() < self.options.in_flight
            && let Some(Again { bulk, tries }) = self.next_bulk()
        {
            self.under_way.insert(bulk.id, (bulk.clone(), tries));
            self.output.submit(bulk).await?;
        }
        let is_waiting = !self.under_way.is_empty() || !self.taken.is_empty();
        let has_room = self.gathered.len() < 2 * self.options.bulk_events;
        let pause = self.busy_until.filter(|_| !self.again.is_empty());
        tokio::select! {
            settled = self.output.settled(), if is_waiting => {
                for settled in settled? {
                    self.settle(settled).await;
                }
            }
            parcel = self.queue.recv(), if has_room && !(self.queue.is_closed() && self.queue.is_empty()) => {
                if let Some(parcel) = parcel {
                    self.gather(parcel);
                }
            }
            () = until(pause), if pause.is_some() => self.busy_until = None,
            // Only when the queue has ended and nothing is under way: the caller finds that out.
            else => {}
        }
        Ok(())
    }

    fn gather(&mut self, parcel: Arc<Parcel>) {
        let mut next = Some(parcel);
        while let Some(parcel) = next {
            let range = 0..parcel.batch.events.len();
            self.gathered.push_back(Part { parcel, range });
            next = self.queue.try_recv().ok();
        }
    }

    /// What is sent next: what was refused for now, as soon as its pause is over, then what is new.
    fn next_bulk(&mut self) -> Option<Again> {
        if self.busy_until.is_some_and(|until| time::ticks() < until) && !self.again.is_empty() {
            return None;
        }
        self.last_id += 1;
        if let Some(mut again) = self.again.pop_front() {
            again.bulk.id = self.last_id;
            return Some(again);
        }
        let mut bulk = Bulk { id: self.last_id, parts: Vec::new() };
        let (mut events, mut bytes) = (0, 0);
        while let Some(mut part) = self.gathered.pop_front() {
            let each = (part.parcel.batch.bytes / part.parcel.batch.events.len().max(1)).max(1);
            let room = (self.options.bulk_events - events).min(self.options.bulk_bytes.saturating_sub(bytes) / each);
            // An event that is larger than a bulk may be travels alone.
            let taken = part.range.len().min(room.max(usize::from(events == 0)));
            if taken == 0 && !part.range.is_empty() {
                self.gathered.push_front(part);
                break;
            }
            let split = part.range.start + taken;
            bulk.push(Part { parcel: Arc::clone(&part.parcel), range: part.range.start..split });
            (events, bytes) = (events + taken, bytes + taken * each);
            part.range.start = split;
            if !part.range.is_empty() {
                self.gathered.push_front(part);
                break;
            }
        }
        (!bulk.is_empty()).then_some(Again { bulk, tries: 0 })
    }

    async fn settle(&mut self, Settled { bulk: id, verdicts, bytes }: Settled) {
        if matches!(verdicts, Verdicts::Safe) {
            while let Some(taken) = self.taken.pop_front_if(|taken| taken.bulk <= id) {
                taken.finished.into_iter().for_each(Finished::answer);
            }
            return;
        }
        let Some((bulk, tries)) = self.under_way.remove(&id) else { return };
        self.stats.bytes.add(bytes);
        match verdicts {
            Verdicts::All(Verdict::Written) => {
                self.stats.written.add(bulk.len());
                self.succeeded();
                bulk.settle().into_iter().for_each(Finished::answer);
            }
            Verdicts::Taken | Verdicts::Safe => {
                self.stats.written.add(bulk.len());
                self.succeeded();
                self.taken.extend(bulk.parts.iter().map(|Part { parcel, range }| Taken {
                    bulk: id,
                    finished: parcel.settle(range.len()),
                    parcel: Arc::downgrade(parcel),
                }));
            }
            Verdicts::All(verdict) => self.judge(&bulk, tries, vec![verdict; bulk.len()]).await,
            Verdicts::Each(verdicts) => self.judge(&bulk, tries, verdicts).await,
        }
    }

    /// Does to each event of a bulk what its verdict says.
    async fn judge(&mut self, bulk: &Bulk, tries: u32, verdicts: Vec<Verdict>) {
        let mut again = Bulk::default();
        let (mut reason, mut wrote) = (None, false);
        for (part, verdict) in bulk.singles().zip(verdicts) {
            match verdict {
                Verdict::Written | Verdict::Duplicate => {
                    wrote = true;
                    self.stats.written.add(1);
                    self.stats.duplicates.add(usize::from(verdict == Verdict::Duplicate));
                    answer(&part);
                }
                Verdict::Refused(reason) => self.bury(&part, &reason).await,
                Verdict::Retry(why) if self.options.max_retries.is_some_and(|most| tries >= most) => {
                    self.bury(&part, &format!("given up after {tries} retries: {why}")).await;
                }
                Verdict::Retry(why) => {
                    again.push(part);
                    reason = Some(why);
                }
            }
        }
        if again.is_empty() {
            return self.succeeded();
        }
        if wrote {
            self.backoff.reset();
        }
        self.stats.retried.add(again.len());
        let wait = self.backoff.next(Retry::Backoff);
        warn!(target: "output", output = %self.options.name, events = again.len(), reason, ?wait, "the far side is busy");
        self.busy_until = Some(time::ticks() + wait);
        self.again.push_back(Again { bulk: again, tries: tries + 1 });
    }

    fn succeeded(&mut self) {
        if self.backoff.failures() > 0 {
            info!(target: "output", output = %self.options.name, "writing again");
            self.backoff.reset();
        }
    }

    /// Writes one event to the dead-letter file, for as long as that takes; then it counts as settled.
    async fn bury(&mut self, part: &Part, reason: &str) {
        let batch = &part.parcel.batch;
        for event in &batch.events[part.range.clone()] {
            let letter = Letter { output: &self.options.name, reason, event, origin: &batch.origin };
            let mut backoff = Backoff::default();
            while let Err(problem) = self.letters.write(&letter).await {
                let wait = backoff.next(Retry::Backoff);
                error!(target: "output", error = %problem, hint = problem.hint(), ?wait, "cannot write a dead letter, trying again");
                tokio::time::sleep(wait).await;
            }
        }
        error!(target: "output", output = %self.options.name, feed = %batch.origin.feed, item = %batch.origin.item, reason, "an event was refused and lies in the dead-letter file");
        self.stats.refused.add(part.range.len());
        answer(part);
    }

    /// Nothing that is under way counts as written: all of it is sent again, in its order, after a wait.
    async fn failed(&mut self, problem: &WriteError) {
        self.is_open = false;
        // What was taken may be gone with the far side's memory: not delivered, and fetched again. So is the rest of a
        // parcel of which a part was taken.
        for taken in self.taken.drain(..) {
            taken.parcel.upgrade().inspect(|parcel| parcel.forfeit());
        }
        let lost: Vec<(Bulk, u32)> = std::mem::take(&mut self.under_way).into_values().collect();
        for (bulk, tries) in lost.into_iter().rev() {
            self.stats.retried.add(bulk.len());
            self.again.push_front(Again { bulk, tries });
        }
        self.busy_until = None;
        let wait = self.backoff.next(problem.retry());
        warn!(target: "output", output = %self.options.name, error = %problem, hint = problem.hint(), ?wait, "cannot write, trying again");
        tokio::time::sleep(wait).await;
    }
}

/// The events of `part` are settled for good.
fn answer(part: &Part) {
    if let Some(finished) = part.parcel.settle(part.range.len()) {
        finished.answer();
    }
}

async fn until(instant: Option<Instant>) {
    if let Some(instant) = instant {
        tokio::time::sleep_until(instant).await;
    }
}
