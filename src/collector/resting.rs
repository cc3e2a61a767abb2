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
    pending: Pending,
    due: Instant,
    backoff: Backoff,
}

/// An item to be fetched.
#[derive(Debug)]
pub(super) struct Attempt {
    pub pending: Pending,
    pub backoff: Backoff,
}

impl Attempt {
    /// The first try.
    pub fn first(pending: Pending) -> Self {
        Self { pending, backoff: Backoff::default() }
    }
}

impl Resting {
    /// Puts an item that failed to rest.
    pub fn put(&mut self, attempt: Attempt, retry: Retry) {
        let Attempt { pending, mut backoff } = attempt;
        let due = time::ticks() + backoff.next(retry);
        self.items.insert(pending.item.id.clone(), Rest { pending, due, backoff });
    }

    /// Takes an item whose rest is over.
    pub fn take_due(&mut self) -> Option<Attempt> {
        let now = time::ticks();
        let id = self.items.iter().find(|(_, rest)| rest.due <= now)?.0.clone();
        let Rest { pending, backoff, .. } = self.items.remove(&id)?;
        Some(Attempt { pending, backoff })
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
        self.items.values().map(|rest| rest.backoff.failures()).min().unwrap_or(0)
    }
}
