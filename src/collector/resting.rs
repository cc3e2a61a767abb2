//! Items that failed and wait for their next try.

use std::collections::HashMap;

use tokio::time::Instant;

use crate::net::{Backoff, Retry};
use crate::registry::Pending;
use crate::time;

/// Items by id, each with its own growing wait.
#[derive(Debug, Default)]
pub(super) struct Resting {
    items: HashMap<String, Rest>,
}

#[derive(Debug)]
struct Rest {
    attempt: Attempt,
    due: Instant,
}

/// An item to be fetched.
#[derive(Debug)]
pub(super) struct Attempt {
    pub pending: Pending,
    pub backoff: Backoff,
    /// How many tries ended within the array although HTTP thought the body complete.
    pub cut_offs: u32,
}

impl Attempt {
    /// The first try.
    pub fn first(pending: Pending) -> Self {
        Self { pending, backoff: Backoff::default(), cut_offs: 0 }
    }
}

impl Resting {
    /// Puts an item that failed to rest.
    pub fn put(&mut self, mut attempt: Attempt, retry: Retry) {
        let due = time::ticks() + attempt.backoff.next(retry);
        self.items.insert(attempt.pending.item.id.clone(), Rest { attempt, due });
    }

    /// Takes an item whose rest is over.
    pub fn take_due(&mut self) -> Option<Attempt> {
        let now = time::ticks();
        let id = self.items.iter().find(|(_, rest)| rest.due <= now)?.0.clone();
        self.items.remove(&id).map(|rest| rest.attempt)
    }

    /// When the next rest is over.
    pub fn next_due(&self) -> Option<Instant> {
        self.items.values().map(|rest| rest.due).min()
    }

    pub fn contains(&self, id: &str) -> bool {
        self.items.contains_key(id)
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The fewest tries that one of them has had.
    pub fn fewest_tries(&self) -> u32 {
        self.items.values().map(|rest| rest.attempt.backoff.failures()).min().unwrap_or(0)
    }
}
