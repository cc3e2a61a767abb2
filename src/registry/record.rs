//! What stands in the registry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Something that a source listed and that can be fetched: a content blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Microsoft's id; opaque.
    pub id: String,
    /// Where it is fetched.
    pub uri: String,
    /// When it was made available.
    pub created: Timestamp,
    /// Until when it can be fetched.
    pub expires: Timestamp,
}

/// An item that is not acknowledged yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The item.
    pub item: Item,
    /// The batches that single outputs have confirmed, for an item that has several of either.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub progress: BTreeMap<String, Progress>,
}

/// The batches of an item that an output has confirmed: position of the first record → CRC-32 of the batch's text.
pub type Progress = BTreeMap<u64, u32>;

impl Pending {
    /// Whether `output` has confirmed the batch at `first`, and its text is still the same.
    pub fn has_confirmed(&self, output: &str, first: u64, checksum: u32) -> bool {
        self.progress.get(output).and_then(|batches| batches.get(&first)) == Some(&checksum)
    }

    /// Notes that `output` has confirmed the batch at `first`.
    pub fn note_confirmed(&mut self, output: &str, first: u64, checksum: u32) {
        self.progress.entry(output.to_owned()).or_default().insert(first, checksum);
    }
}

/// What is known of a feed as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedRecord {
    /// Everything that became available before it was listed at least once: the last-seen timestamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<Timestamp>,
    /// When we last asked to start its subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribed: Option<Timestamp>,
    /// Items delivered.
    #[serde(default)]
    pub acknowledged: u64,
    /// Items gone before they could be fetched.
    #[serde(default)]
    pub lost: u64,
}

/// From which end pending items are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Those that expire first.
    Oldest,
    /// Those that people wait for.
    Newest,
}

/// How much there is of a feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Items not acknowledged yet.
    pub pending: u64,
    /// Ids remembered, so that they are not fetched again.
    pub known: u64,
    /// When the oldest pending one was made available.
    pub oldest_pending: Option<Timestamp>,
}
