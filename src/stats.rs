//! What is counted, by whom it happened to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number that grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `count`.
    pub fn add(&self, count: usize) {
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// The number so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What happened in one feed.
#[derive(Debug, Default)]
pub struct FeedStats {
    /// Entries of listings, repeats included.
    pub items_listed: Counter,
    /// Items that were new.
    pub items_found: Counter,
    /// Items fetched whole.
    pub items_fetched: Counter,
    /// Items that every required output has confirmed.
    pub items_acknowledged: Counter,
    /// Items gone before they could be fetched.
    pub items_lost: Counter,
    /// Events handed to the outputs, those that are fetched again included.
    pub events_fetched: Counter,
    /// Events of acknowledged items.
    pub events_acknowledged: Counter,
    /// Listings and fetches that failed and are tried again.
    pub failures: Counter,
}

/// What happened in one output.
#[derive(Debug, Default)]
pub struct OutputStats {
    /// Events that the far side has confirmed.
    pub written: Counter,
    /// Of these, those that it had already.
    pub duplicates: Counter,
    /// Events sent again.
    pub retried: Counter,
    /// Events that it refuses for good: they lie in the dead-letter file.
    pub refused: Counter,
    /// Events that an output which is not required had no room for.
    pub dropped: Counter,
    /// Bytes sent.
    pub bytes: Counter,
}

/// Everything that is counted, by name and in order of appearance.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    feeds: Arc<std::sync::Mutex<Vec<(String, Arc<FeedStats>)>>>,
    outputs: Arc<std::sync::Mutex<Vec<(String, Arc<OutputStats>)>>>,
}

impl Stats {
    /// The counts of the feed `name`.
    pub fn feed(&self, name: &str) -> Arc<FeedStats> {
        find(&self.feeds, name)
    }

    /// The counts of the output `name`.
    pub fn output(&self, name: &str) -> Arc<OutputStats> {
        find(&self.outputs, name)
    }

    /// All feeds.
    pub fn feeds(&self) -> Vec<(String, Arc<FeedStats>)> {
        self.feeds.lock().expect("nothing panics while it is locked").clone()
    }

    /// All outputs.
    pub fn outputs(&self) -> Vec<(String, Arc<OutputStats>)> {
        self.outputs.lock().expect("nothing panics while it is locked").clone()
    }
}

fn find<T: Default>(all: &std::sync::Mutex<Vec<(String, Arc<T>)>>, name: &str) -> Arc<T> {
    let mut all = all.lock().expect("nothing panics while it is locked");
    if let Some((_, found)) = all.iter().find(|(known, _)| known == name) {
        return Arc::clone(found);
    }
    let new = Arc::new(T::default());
    all.push((name.to_owned(), Arc::clone(&new)));
    new
}
