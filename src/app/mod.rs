//! Where all rooms meet: builds what the configuration says, runs it, drains it.

mod build;
mod error;
mod replay;

use std::time::Duration;

use futures_util::FutureExt;
use tokio::task::JoinSet;
use tracing::{error, info, warn};

pub use build::{Destination, Surroundings};
pub use error::AppError;
pub use replay::Replay;

use crate::collector::{Feed, Outcome};
use crate::config::Config;
use crate::control::{self, Stop};
use crate::net::{Backoff, Retry};
use crate::outputs::{DeadLetters, Worker};
use crate::pipeline::Door;
use crate::registry::Registry;
use crate::stats::Stats;
use crate::time;

/// A collector, built and not yet running.
pub struct App {
    feeds: Vec<Feed>,
    workers: Vec<Worker>,
    /// Kept open until every feed has ended: a worker ends when the last door to it is gone.
    doors: Vec<Door>,
    registry: Registry,
    grace: Duration,
}

impl App {
    /// Builds what `config` says. `once`: every feed makes one pass only.
    pub fn build(config: &Config, once: bool, surroundings: Surroundings) -> Result<Self, AppError> {
        let Surroundings { clock, transport, destination, stats } = surroundings;
        let registry = Registry::open(&config.path.data)?;
        let letters = DeadLetters::new(&config.path.data, clock.clone());
        let (doors, workers) = build::outputs(config, destination, &letters, &clock, &stats)?;
        let feeds = build::Feeds { config, once, clock: &clock, registry: &registry, doors: &doors, stats: &stats }
            .build(transport.as_ref())?;
        Ok(Self { feeds, workers, doors, registry, grace: config.shutdown_timeout.get() })
    }

    /// Runs until `stop` is asked for, or until every feed has ended by itself, and leaves the registry true.
    pub async fn run(self, stop: Stop) -> Result<Outcome, AppError> {
        let Self { feeds, workers, doors, registry, grace } = self;
        let (surrender, give_up) = control::stop();
        let mut writers = JoinSet::new();
        for worker in workers {
            let is_required = doors.iter().any(|door| door.is_required() && door.name() == worker.name());
            let running = worker.run(give_up.clone());
            writers.spawn(async move {
                running.await;
                is_required
            });
        }
        let mut background = JoinSet::new();
        background.spawn({
            let registry = registry.clone();
            async move { registry.run().await }
        });
        let mut collectors = JoinSet::new();
        info!(target: "feed", feeds = feeds.len(), "collecting");
        for feed in feeds {
            collectors.spawn(keep_running(feed, stop.clone()));
        }
        let (outcome, left) = collect(&mut collectors, &mut writers, &stop, grace).await;
        collectors.shutdown().await;
        drop(doors);
        let drained = tokio::time::timeout(left, async { while writers.join_next().await.is_some() {} }).await;
        if drained.is_err() {
            surrender.stop();
            while writers.join_next().await.is_some() {}
        }
        background.shutdown().await;
        registry.flush().await?;
        info!(target: "feed", "stopped");
        outcome
    }
}

/// Waits for the feeds; after `stop` no longer than `grace`. Says how much of the grace is left.
async fn collect(
    collectors: &mut JoinSet<Outcome>,
    writers: &mut JoinSet<bool>,
    stop: &Stop,
    grace: Duration,
) -> (Result<Outcome, AppError>, Duration) {
    let asked = std::sync::OnceLock::new();
    let all = async {
        let mut outcome = Outcome::Complete;
        while let Some(ended) = collectors.join_next().await {
            if ended.is_ok_and(|ended| ended == Outcome::Incomplete) {
                outcome = Outcome::Incomplete;
            }
        }
        outcome
    };
    let overdue = async {
        stop.asked().await;
        let _ = asked.set(time::ticks());
        info!(target: "feed", ?grace, "stopping: finishing what is in flight");
        tokio::time::sleep(grace).await;
    };
    // A worker ends before its feeds when nobody can read any more, or by a defect; going on would deliver nothing.
    let ended = async {
        while let Some(ended) = writers.join_next().await {
            match ended {
                Ok(true) => return,
                Ok(false) => {
                    warn!(target: "output", "an output that is not required has ended; the others go on without it");
                }
                Err(panic) => return error!(target: "output", %panic, "an output failed"),
            }
        }
        std::future::pending::<()>().await;
    };
    let outcome = tokio::select! {
        outcome = all => Ok(outcome),
        () = overdue => {
            warn!(target: "feed", "what is still in flight is fetched again at the next start");
            Ok(Outcome::Incomplete)
        }
        () = ended => Err(AppError::OutputEnded),
    };
    let spent = asked.get().map_or(Duration::ZERO, |asked: &tokio::time::Instant| asked.elapsed());
    (outcome, grace.saturating_sub(spent))
}

/// Runs a feed for as long as it takes: a defect in one must not end the others.
async fn keep_running(feed: Feed, stop: Stop) -> Outcome {
    let mut backoff = Backoff::default();
    loop {
        if let Ok(outcome) = std::panic::AssertUnwindSafe(feed.run(&stop)).catch_unwind().await {
            return outcome;
        }
        let wait = backoff.next(Retry::Backoff);
        error!(target: "feed", feed = feed.name(), ?wait, hint = "this is a defect of o365collector: please report it with the lines above",
            "the feed failed and is started again");
        tokio::time::sleep(wait).await;
    }
}

/// Nothing was counted yet.
impl Default for Surroundings {
    fn default() -> Self {
        Self {
            clock: crate::time::Clock::system(),
            transport: None,
            destination: Destination::Configured,
            stats: Stats::default(),
        }
    }
}
