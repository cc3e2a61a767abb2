//! Lists what there is, writes it down as pending, and keeps the subscription alive.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tracing::{debug, error, info, warn};

use super::feed::{Feed, Outcome};
use super::window::{Pass, Window, fresh};
use crate::control::Stop;
use crate::microsoft::{ApiError, Page, PageRequest, Reaction};
use crate::net::{Backoff, Retry};
use crate::registry::{Item, RegistryError};
use crate::time::{self, Timestamp};

/// Microsoft allows one start of a subscription in this time.
const START_GATE: chrono::Duration = chrono::Duration::minutes(15);
/// A listing whose page tokens keep expiring is given up for this pass.
const MOST_RELISTS: usize = 3;
/// A page is tried so often before its window is given up for this pass.
const PAGE_TRIES: u32 = 4;
/// With `--once`, so many failures in a row end the feed.
const MOST_FAILURES: u32 = 10;

/// Why a pass did not end well.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error("the subscription was asked for at {since}; Microsoft allows it again in {} s", wait.as_secs())]
    StartGate { since: Timestamp, wait: Duration },
}

impl ListError {
    fn retry(&self) -> Retry {
        match self {
            Self::Api(error) => error.retry(),
            Self::Registry(error) => error.retry(),
            Self::StartGate { wait, .. } => Retry::After(*wait),
        }
    }

    fn hint(&self) -> &'static str {
        match self {
            Self::Api(error) => error.hint(),
            Self::Registry(error) => error.hint(),
            Self::StartGate { .. } => "we wait; check in the Purview portal that auditing is switched on",
        }
    }
}

impl Feed {
    /// Lists pass after pass, until `stop` or, with `once`, until one has ended well.
    pub(super) async fn list(&self, stop: &Stop) -> Outcome {
        let outcome = tokio::select! {
            outcome = self.passes() => outcome,
            () = stop.asked() => Outcome::Complete,
        };
        self.has_listed.store(true, Ordering::Release);
        self.bell.notify_one();
        outcome
    }

    async fn passes(&self) -> Outcome {
        let mut backoff = Backoff::default();
        loop {
            let begun = time::ticks();
            match self.pass(&mut backoff).await {
                Ok(()) if self.options.once => return Outcome::Complete,
                Ok(()) => {
                    if backoff.failures() > 0 {
                        info!(target: "feed", feed = self.name(), "listing again");
                        backoff.reset();
                    }
                    let spent = begun.elapsed();
                    self.clock.sleep(self.options.interval.saturating_sub(spent)).await;
                }
                Err(problem) => {
                    self.stats.failures.add(1);
                    let wait = backoff.next(problem.retry());
                    let (text, hint) = (problem.to_string(), problem.hint());
                    if problem.retry() == Retry::Slowly {
                        error!(target: "feed", feed = self.name(), error = text, hint, next_try = ?wait, "cannot list");
                    } else {
                        warn!(target: "feed", feed = self.name(), error = text, hint, next_try = ?wait, "cannot list for now");
                    }
                    let is_hopeless = problem.retry() == Retry::Slowly || backoff.failures() >= MOST_FAILURES;
                    if self.options.once && is_hopeless {
                        return Outcome::Incomplete;
                    }
                    self.clock.sleep(wait).await;
                }
            }
        }
    }

    /// Lists everything since the watermark, the overlap included; oldest first, but today in between. What moves the
    /// watermark ends a row of failures.
    async fn pass(&self, backoff: &mut Backoff) -> Result<(), ListError> {
        if self.is_unsubscribed.load(Ordering::Acquire) {
            self.subscribe().await?;
        }
        let record = self.registry.feed(self.key()).await?;
        let (overlap, lookback) = (chrono_duration(self.options.overlap), chrono_duration(self.options.lookback));
        let mut pass = Pass::new(self.api.now(), record.watermark, overlap, lookback);
        if let Some(gap) = pass.gap {
            error!(target: "feed", feed = self.name(), from = %gap.start, to = %gap.end, hint = "search the audit log in the Purview portal for this time",
                "content of this time is lost: Microsoft lists it no longer");
        }
        let mut looked = None;
        while let Some(window) = pass.next(self.api.now()) {
            let is_due = looked.is_none_or(|looked: tokio::time::Instant| looked.elapsed() >= self.options.interval);
            if pass.is_behind(self.api.now()) && is_due {
                self.list_window(fresh(self.api.now())).await?;
                looked = Some(time::ticks());
            }
            let epoch = self.registry.epoch().await?;
            self.list_window(window).await?;
            self.registry.advance(self.key(), window.end, epoch).await?;
            if record.watermark.is_none_or(|watermark| watermark < window.end) {
                backoff.reset();
            }
        }
        // By the clock that windows follow: what can be listed again must still be known.
        self.registry.prune(self.key(), self.api.now()).await?;
        Ok(())
    }

    /// Notes every item of a window; from its first page again when a page's token has expired.
    async fn list_window(&self, window: Window) -> Result<(), ListError> {
        let mut relists = 0;
        let mut page = PageRequest::First { start: window.start, end: window.end };
        let (mut listed, mut found) = (0, 0);
        let mut seen = HashSet::new();
        loop {
            let answer = match self.page(&page).await {
                Ok(answer) => answer,
                Err(error) if error.reaction() == Reaction::Relist && relists < MOST_RELISTS => {
                    relists += 1;
                    seen.clear();
                    page = PageRequest::First { start: window.start, end: window.end };
                    continue;
                }
                Err(error) => {
                    if error.reaction() == Reaction::Subscribe {
                        self.is_unsubscribed.store(true, Ordering::Release);
                    }
                    return Err(error.into());
                }
            };
            let items: Vec<Item> = answer
                .items
                .into_iter()
                .map(|content| Item {
                    expires: content.expires(),
                    id: content.content_id,
                    uri: content.content_uri,
                    created: content.content_created,
                })
                .collect();
            listed += items.len();
            self.stats.items_listed.add(items.len());
            let new = if items.is_empty() { 0 } else { self.registry.note(self.key(), items).await? };
            self.stats.items_found.add(new);
            found += new;
            if new > 0 {
                self.bell.notify_one();
            }
            match answer.next {
                Some(next) => page = next,
                None => break,
            }
            if let PageRequest::Next(url) = &page
                && !seen.insert(url.clone())
            {
                return Err(ApiError::NextPage { operation: "list content", problem: "was there before" }.into());
            }
        }
        debug!(target: "feed", feed = self.name(), start = %window.start, end = %window.end, listed, found, "listed window");
        Ok(())
    }

    /// One page, tried again where that may help: a window of many pages would else rarely be listed whole.
    async fn page(&self, page: &PageRequest) -> Result<Page, ApiError> {
        let mut backoff = Backoff::default();
        loop {
            let problem = match self.api.content(&self.options.content_type, page.clone()).await {
                Ok(page) => return Ok(page),
                Err(problem) => problem,
            };
            if !problem.is_passing() || backoff.failures() + 1 >= PAGE_TRIES {
                return Err(problem);
            }
            self.stats.failures.add(1);
            let wait = backoff.next(problem.retry());
            debug!(target: "feed", feed = self.name(), error = %problem, next_try = ?wait, "no page for now");
            self.clock.sleep(wait).await;
        }
    }

    /// Starts the subscription if it is missing or disabled, once in 15 minutes at most. Never stops one.
    async fn subscribe(&self) -> Result<(), ListError> {
        let content_type = &*self.options.content_type;
        let subscriptions = self.api.subscriptions().await?;
        let present = subscriptions.iter().find(|one| one.content_type.eq_ignore_ascii_case(content_type));
        if present.is_some_and(crate::microsoft::Subscription::is_enabled) {
            self.is_unsubscribed.store(false, Ordering::Release);
            return Ok(());
        }
        let now = self.clock.now();
        // An instant far in the future was noted by a clock that has been set back since: it closes no gate.
        let since = self.registry.feed(self.key()).await?.subscribed.filter(|since| *since <= now + START_GATE);
        if let Some(since) = since {
            let wait = (since + START_GATE - now).to_std().unwrap_or_default();
            if !wait.is_zero() {
                return Err(ListError::StartGate { since, wait });
            }
        }
        let started = self.api.start(content_type).await;
        // Only what Microsoft counts closes the gate: a start, and one too many. An outage counts for nothing.
        let is_counted = match &started {
            Ok(()) => true,
            Err(ApiError::Refused { meaning, .. }) => meaning.code == "429",
            Err(_) => false,
        };
        if is_counted {
            self.registry.subscribed(self.key(), self.clock.now()).await?;
        }
        started?;
        info!(target: "feed", feed = self.name(), was = present.and_then(|one| one.status.as_deref()).unwrap_or("missing"),
            "subscription started; first content can take 12 hours");
        self.is_unsubscribed.store(false, Ordering::Release);
        Ok(())
    }
}

fn chrono_duration(duration: Duration) -> chrono::Duration {
    chrono::Duration::from_std(duration).unwrap_or(chrono::Duration::MAX)
}
