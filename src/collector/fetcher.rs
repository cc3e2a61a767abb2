//! Takes pending items, oldest and newest in turn, and acknowledges them when they are delivered.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::Ordering;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::time::Instant;
use tracing::{debug, error, info, warn};

use super::download::DownloadError;
use super::feed::{Feed, Outcome};
use super::resting::{Attempt, Resting};
use crate::control::Stop;
use crate::net::{Backoff, Retry};
use crate::registry::{Item, Order, Pending, RegistryError};
use crate::time;

/// Items of a feed under way at a time: most of them wait for their receipts only.
const MOST_UNDER_WAY: usize = 2048;
/// Pending items read from the registry at a time.
const READ_AHEAD: usize = 64;
/// So many failures in a row make the whole feed wait, not only the items.
const PATIENCE: u32 = 3;
/// With `--once`, an item that has failed so often is left for the next run.
const MOST_TRIES: u32 = 10;
/// After so many bodies that end within their array, the next one is taken for what it is, if it will soon be gone.
const SALVAGE_AFTER: u32 = 8;
/// Around its expiration an item is treated as one that ends: what is cut off is taken so long before, and what
/// Microsoft refuses without saying that it is gone is given up so long after,
const GRACE: chrono::Duration = chrono::Duration::days(1);
/// and after so many tries.
const GIVE_UP_AFTER: u32 = 8;

type Download<'a> = BoxFuture<'a, (Attempt, Result<usize, DownloadError>)>;

/// What the loop keeps in mind.
#[derive(Default)]
struct Work<'a> {
    under_way: FuturesUnordered<Download<'a>>,
    busy: HashSet<String>,
    resting: Resting,
    oldest: Queue,
    newest: Queue,
    takes_newest: bool,
    failures: Backoff,
    closed_until: Option<Instant>,
}

/// Pending items read ahead from one end.
#[derive(Default)]
struct Queue {
    ahead: VecDeque<Pending>,
    last: Option<Item>,
    is_exhausted: bool,
}

impl Feed {
    /// Fetches until `stop`, then finishes what is under way; with `once`, until nothing is pending.
    pub(super) async fn fetch<'a>(&'a self, stop: &'a Stop) -> Outcome {
        let mut work = Work::default();
        loop {
            // In this order: what rang before the listing ended is looked at before we end.
            let has_listed = self.has_listed.load(Ordering::Acquire);
            if self.bell.notified().now_or_never().is_some() {
                work.look_again();
            }
            if !stop.is_asked() {
                self.fill(&mut work, stop).await;
            }
            let is_idle = work.under_way.is_empty();
            if is_idle && stop.is_asked() {
                return Outcome::Incomplete;
            }
            if is_idle && self.options.once && has_listed && !work.has_more() {
                return if work.resting.is_empty() { Outcome::Complete } else { Outcome::Incomplete };
            }
            let due = work.closed_until.or_else(|| work.resting.next_due());
            tokio::select! {
                Some((attempt, result)) = work.under_way.next() => self.settle(&mut work, attempt, result).await,
                () = self.bell.notified() => work.look_again(),
                () = until(due), if due.is_some() && !stop.is_asked() => work.closed_until = None,
                () = stop.asked(), if !stop.is_asked() => {}
            }
        }
    }

    /// Starts downloads until enough are under way or nothing is left to start.
    async fn fill<'a>(&'a self, work: &mut Work<'a>, stop: &'a Stop) {
        if work.closed_until.is_some_and(|until| time::ticks() < until) {
            return;
        }
        while work.under_way.len() < MOST_UNDER_WAY {
            let next = match self.next(work).await {
                Ok(Some(next)) => next,
                Ok(None) => return,
                Err(problem) => {
                    let wait = work.failures.next(problem.retry());
                    error!(target: "feed", feed = self.name(), error = %problem, hint = problem.hint(), ?wait, "cannot read the registry");
                    work.closed_until = Some(time::ticks() + wait);
                    return;
                }
            };
            work.busy.insert(next.pending.item.id.clone());
            work.under_way.push(Box::pin(async move {
                let mut attempt = next;
                // A day before it is gone, a part of it is better than nothing.
                let is_ending = attempt.pending.item.expires - GRACE <= self.api.now();
                let is_hopeless = attempt.cut_offs >= SALVAGE_AFTER && is_ending;
                let result = self.download(&mut attempt.pending, is_hopeless, stop).await;
                (attempt, result)
            }));
        }
    }

    /// What to fetch next: what has rested, then the oldest and the newest in turn, so that a backlog expires last and
    /// today does not wait for it.
    async fn next(&self, work: &mut Work<'_>) -> Result<Option<Attempt>, RegistryError> {
        if let Some(attempt) = work.resting.take_due() {
            return Ok(Some(attempt));
        }
        loop {
            let takes_newest = work.takes_newest && !work.newest.is_done();
            let (queue, order) =
                if takes_newest { (&mut work.newest, Order::Newest) } else { (&mut work.oldest, Order::Oldest) };
            if queue.is_done() {
                return Ok(None);
            }
            let Some(pending) = queue.ahead.pop_front() else {
                self.read_ahead(queue, order).await?;
                continue;
            };
            if work.busy.contains(&pending.item.id) || work.resting.contains(&pending.item.id) {
                continue;
            }
            work.takes_newest = !work.takes_newest;
            return Ok(Some(Attempt::first(pending)));
        }
    }

    async fn read_ahead(&self, queue: &mut Queue, order: Order) -> Result<(), RegistryError> {
        let read = self.registry.pending(self.key(), order, queue.last.as_ref(), READ_AHEAD).await?;
        match read.last() {
            Some(last) => queue.last = Some(last.item.clone()),
            None => queue.is_exhausted = true,
        }
        queue.ahead.extend(read);
        Ok(())
    }

    async fn settle(&self, work: &mut Work<'_>, mut attempt: Attempt, result: Result<usize, DownloadError>) {
        let item = &attempt.pending.item;
        work.busy.remove(&item.id);
        let problem = match result {
            Ok(events) => match self.registry.acknowledge(self.key(), item).await {
                Ok(()) => {
                    debug!(target: "feed", feed = self.name(), item = %item.id, events, "acknowledged");
                    self.stats.items_acknowledged.add(1);
                    self.stats.events_acknowledged.add(events);
                    if work.failures.failures() >= PATIENCE {
                        info!(target: "feed", feed = self.name(), "fetching again");
                    }
                    work.failures.reset();
                    work.closed_until = None;
                    return;
                }
                Err(error) => DownloadError::Registry(error),
            },
            Err(error) => error,
        };
        if matches!(problem, DownloadError::Closed(_)) {
            // Nothing failed: the program is ending, and the item is pending for the next run.
            return work.resting.put(attempt, Retry::Backoff);
        }
        self.stats.failures.add(1);
        // Tenants serve items long after their expiration, and an outage says nothing of an item.
        let is_overdue = item.expires + GRACE < self.api.now() && attempt.backoff.failures() >= GIVE_UP_AFTER;
        if problem.is_lost() || is_overdue && problem.is_refusal() {
            return self.lose(work, attempt, &problem).await;
        }
        if problem.wants_subscription() {
            self.is_unsubscribed.store(true, Ordering::Release);
        }
        let retry = problem.retry();
        warn!(target: "feed", feed = self.name(), item = %item.id, error = %problem, hint = problem.hint(), tries = attempt.backoff.failures() + 1, "not fetched, trying again");
        // What was under way when the feed began to wait fails for the same reason, and does not make it wait longer.
        if work.closed_until.is_none_or(|until| until <= time::ticks()) {
            let wait = work.failures.next(retry);
            if work.failures.failures() >= PATIENCE {
                work.closed_until = Some(time::ticks() + wait);
            }
        }
        attempt.cut_offs += u32::from(problem.is_cut_off());
        work.resting.put(attempt, retry);
    }

    async fn lose(&self, work: &mut Work<'_>, attempt: Attempt, problem: &DownloadError) {
        let item = &attempt.pending.item;
        error!(target: "feed", feed = self.name(), item = %item.id, created = %item.created, expired = %item.expires, error = %problem, hint = problem.hint(),
            "an item is lost: Microsoft has it no longer");
        match self.registry.lose(self.key(), item).await {
            Ok(()) => self.stats.items_lost.add(1),
            Err(_) => work.resting.put(attempt, Retry::Backoff),
        }
    }
}

impl Work<'_> {
    /// Whether a feed that runs once has something left that is worth another try.
    fn has_more(&self) -> bool {
        // Either queue passes all that is pending.
        !self.oldest.is_done() || (!self.resting.is_empty() && self.resting.fewest_tries() < MOST_TRIES)
    }

    /// New items may stand anywhere: both queues begin again at their ends.
    fn look_again(&mut self) {
        (self.oldest, self.newest) = (Queue::default(), Queue::default());
    }
}

impl Queue {
    fn is_done(&self) -> bool {
        self.is_exhausted && self.ahead.is_empty()
    }
}

async fn until(instant: Option<Instant>) {
    if let Some(instant) = instant {
        tokio::time::sleep_until(instant).await;
    }
}
