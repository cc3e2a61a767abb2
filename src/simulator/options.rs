//! How large the simulated Microsoft 365 is, and how busy.

use std::time::Duration;

use super::Knobs;

/// The five content types, as Microsoft spells them.
pub const CONTENT_TYPES: [&str; 5] =
    ["Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General", "DLP.All"];

/// What the simulator holds and how fast it grows.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many tenants there are. Their ids, applications and secrets follow from `seed`.
    pub tenants: usize,
    /// The same seed gives the same tenants, blobs, records and faults.
    pub seed: u64,
    /// The content types that have generated content; the others stay empty.
    pub content_types: Vec<String>,
    /// New events a second, all tenants and content types together; 0 leaves the backlog alone.
    pub rate: f64,
    /// How far into the past the generated content reaches.
    pub backlog: Duration,
    /// How many blobs the backlog has for each tenant and content type; otherwise `rate` decides, or one a quarter hour.
    pub blobs_per_type: Option<usize>,
    /// How many records a blob holds.
    pub events_per_blob: usize,
    /// How many blobs a page of a listing holds.
    pub page_size: usize,
    /// How long a token is good.
    pub token_lifetime: Duration,
    /// How long a blob can be fetched: 7 days as documented; tenants show 20.
    pub retention: Duration,
    /// Pads each record to about this many bytes.
    pub record_bytes: Option<usize>,
    /// The faults to begin with.
    pub faults: Knobs,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tenants: 1,
            seed: 365,
            content_types: CONTENT_TYPES.map(String::from).to_vec(),
            rate: 0.0,
            backlog: Duration::from_hours(24),
            blobs_per_type: None,
            events_per_blob: 10,
            page_size: 100,
            token_lifetime: Duration::from_hours(1),
            retention: Duration::from_hours(168),
            record_bytes: None,
            faults: Knobs::default(),
        }
    }
}
