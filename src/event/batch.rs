//! Events on their way together.

use std::sync::Arc;

use super::Event;
use crate::time::Timestamp;

/// Where events came from: one item of one feed.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The feed, e.g. `contoso/Audit.Exchange`.
    pub feed: Arc<str>,
    /// The connection's id.
    pub connection: Arc<str>,
    /// The tenant's domain, where the connection names it.
    pub domain: Option<Arc<str>>,
    /// The organisation's name, where the connection names it.
    pub organization: Option<Arc<str>>,
    /// Microsoft's content type, e.g. `Audit.Exchange`.
    pub content_type: Arc<str>,
    /// Microsoft's id of the item: a content blob's `contentId`.
    pub item: Arc<str>,
    /// When the item was made available: `contentCreated`.
    pub created: Option<Timestamp>,
}

/// Some consecutive events of one item.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Where they came from.
    pub origin: Arc<Origin>,
    /// Position of the first one's record in its item.
    pub first: u64,
    /// The events in their order.
    pub events: Vec<Event>,
    /// Size of the text that they share and keep alive.
    pub bytes: usize,
}
