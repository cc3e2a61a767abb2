//! One feed: what its two loops share.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};

use crate::control::Stop;
use crate::event::Origin;
use crate::microsoft::Activity;
use crate::pipeline::Pipeline;
use crate::registry::{Item, Registry};
use crate::stats::FeedStats;
use crate::time::Clock;

/// What a feed is to collect, and how.
#[derive(Clone, Debug)]
pub struct FeedOptions {
    /// For people: `contoso/Audit.Exchange`.
    pub name: Arc<str>,
    /// For the registry: `{tenant}/Audit.Exchange`, so that a connection may be renamed.
    pub key: Arc<str>,
    /// Microsoft's content type.
    pub content_type: Arc<str>,
    /// What its events say of where they come from; `item` and `created` are filled in for each item.
    pub origin: Origin,
    /// From the start of one pass to the start of the next.
    pub interval: Duration,
    /// So far before the watermark every pass lists again.
    pub overlap: Duration,
    /// So far back goes the first pass.
    pub lookback: Duration,
    /// Whether to end after one pass.
    pub once: bool,
}

/// A tenant × a content type.
#[derive(Debug)]
pub struct Feed {
    pub(super) options: FeedOptions,
    pub(super) api: Arc<Activity>,
    pub(super) registry: Registry,
    pub(super) pipeline: Pipeline,
    pub(super) clock: Clock,
    /// How many items all feeds together may download at a time.
    pub(super) downloads: Arc<Semaphore>,
    pub(super) stats: Arc<FeedStats>,
    /// Rung by the lister when there are new items, and when it has ended.
    pub(super) bell: Notify,
    pub(super) has_listed: AtomicBool,
    /// Set by the fetcher when an item needs the subscription to be looked at.
    pub(super) is_unsubscribed: AtomicBool,
}

/// How a feed ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything that was listed is delivered.
    Complete,
    /// Something is left for the next run.
    Incomplete,
}

impl Feed {
    /// A feed that runs when [`Feed::run`] does.
    pub fn new(
        options: FeedOptions,
        api: Arc<Activity>,
        registry: Registry,
        pipeline: Pipeline,
        clock: Clock,
        downloads: Arc<Semaphore>,
        stats: Arc<FeedStats>,
    ) -> Self {
        Self {
            options,
            api,
            registry,
            pipeline,
            clock,
            downloads,
            stats,
            bell: Notify::new(),
            has_listed: AtomicBool::new(false),
            is_unsubscribed: AtomicBool::new(true),
        }
    }

    /// Collects until `stop` is asked for, then finishes what is in flight; or for one pass.
    pub async fn run(&self, stop: &Stop) -> Outcome {
        let (listed, fetched) = tokio::join!(self.list(stop), self.fetch(stop));
        if listed == Outcome::Complete { fetched } else { listed }
    }

    /// What an item's events say of where they come from.
    pub(super) fn origin(&self, item: &Item) -> Arc<Origin> {
        Arc::new(Origin { item: item.id.as_str().into(), created: Some(item.created), ..self.options.origin.clone() })
    }

    /// Its name, for people.
    pub fn name(&self) -> &str {
        &self.options.name
    }

    pub(super) fn key(&self) -> &str {
        &self.options.key
    }
}
