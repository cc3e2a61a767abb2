//! The registry as JSON, for `registry export` and `import`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::record::{FeedRecord, Pending};
use crate::time::Timestamp;

/// A whole registry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archive {
    /// Form of this document.
    pub schema_version: u64,
    /// By name, e.g. `{tenant}/Audit.Exchange`.
    pub feeds: BTreeMap<String, ArchivedFeed>,
}

/// One feed of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivedFeed {
    /// The feed as a whole.
    #[serde(flatten)]
    pub record: FeedRecord,
    /// Items not acknowledged.
    #[serde(default)]
    pub pending: Vec<Pending>,
    /// Ids that are not fetched again, with when they may be forgotten.
    #[serde(default)]
    pub acknowledged_ids: BTreeMap<String, Timestamp>,
}
