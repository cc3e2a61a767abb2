//! Everything that can go wrong, and how often.

use std::time::Duration;

/// The faults of the simulator; each is off by default.
///
/// A number without unit is a probability from 0.0 (never) to 1.0 (always). Faults of an answer are transient: the same
/// request succeeds after at most two failures of each kind, even at 1.0.
#[derive(Clone, Debug)]
pub struct Knobs {
    // What the generated content is like: read once, from `Options::faults`, since a blob's facts never change.
    /// A blob becomes visible some time after its `contentCreated`.
    pub late: f64,
    /// How late a late blob is at most.
    pub max_lateness: Duration,
    /// A blob has the `contentCreated` of the blob before it.
    pub equal_seconds: f64,
    /// A blob has expired as soon as it is listed, for good.
    pub expired: f64,
    /// A blob holds `huge_events` records instead of `Options::events_per_blob`.
    pub huge: f64,
    /// How many records a huge blob holds.
    pub huge_events: usize,
    /// A blob holds no record: its body is `[]`.
    pub empty_blob: f64,
    /// A record is one of the preceding blob, with the same `Id`.
    pub repeated: f64,
    /// A record is malformed in one of the ways of [`Poison`](super::Poison), for good.
    pub poison: f64,

    // How content is listed.
    /// A blob is listed twice.
    pub repeated_listing: f64,
    /// A page is empty and has a successor.
    pub empty_page: f64,
    /// The header that holds the next page's address; Microsoft's pages also say `NextPageUrl`.
    pub next_page_header: String,
    /// The root of `contentUri` and of the next page's address, when it shall be another than the API's.
    pub foreign_host: Option<String>,

    // How the Management API answers.
    /// The answer is 500 with `AF50000`, or 502, 503, 504 with a page of HTML.
    pub server_error: f64,
    /// The answer is `AF429`.
    pub throttled: f64,
    /// The status of `AF429`: 403 as documented, or 429.
    pub throttle_status: u16,
    /// The `Retry-After` of an `AF429` and of a 503.
    pub retry_after: Option<Duration>,
    /// The answer is 401 though the token is good.
    pub unauthorized: f64,
    /// The body breaks off before its `Content-Length`.
    pub truncated: f64,
    /// The body ends early, though HTTP thinks it complete.
    pub invalid_json: f64,
    /// The connection is reset mid-body.
    pub reset: f64,
    /// The answer waits for `slow_for`.
    pub slow: f64,
    /// How slow a slow answer is.
    pub slow_for: Duration,
    /// The body starts with a UTF-8 byte order mark. No fault, but seen.
    pub bom: f64,
    /// Whether bodies are compressed for clients that accept it.
    pub gzip: bool,

    // What the Management API allows.
    /// Requests a minute for each tenant and publisher.
    pub requests_per_minute: u32,
    /// Requests a minute for all who send no `PublisherIdentifier`, together.
    pub shared_requests_per_minute: u32,
    /// How long after a start request the next one is refused.
    pub start_gate: Duration,

    // How the login answers.
    /// The login is unavailable: 503 with `temporarily_unavailable`, 503 with HTML, or 429.
    pub login_error: f64,
    /// The login's answer is no JSON.
    pub login_malformed: f64,
    /// The login's answer waits for `slow_for`.
    pub login_slow: f64,
    /// The application's roles, as the token will say; none means that the claim is missing.
    pub roles: Vec<String>,

    /// How far the simulator's clock is ahead of (positive) or behind ours.
    pub clock_skew: chrono::Duration,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            late: 0.0,
            max_lateness: Duration::from_hours(2),
            equal_seconds: 0.0,
            expired: 0.0,
            huge: 0.0,
            huge_events: 20_000,
            empty_blob: 0.0,
            repeated: 0.0,
            poison: 0.0,
            repeated_listing: 0.0,
            empty_page: 0.0,
            next_page_header: "NextPageUri".into(),
            foreign_host: None,
            server_error: 0.0,
            throttled: 0.0,
            throttle_status: 403,
            retry_after: None,
            unauthorized: 0.0,
            truncated: 0.0,
            invalid_json: 0.0,
            reset: 0.0,
            slow: 0.0,
            slow_for: Duration::from_secs(30),
            bom: 0.0,
            gzip: false,
            requests_per_minute: 2_000,
            shared_requests_per_minute: 200,
            start_gate: Duration::from_mins(15),
            login_error: 0.0,
            login_malformed: 0.0,
            login_slow: 0.0,
            roles: vec!["ActivityFeed.Read".into(), "ActivityFeed.ReadDlp".into(), "ServiceHealth.Read".into()],
            clock_skew: chrono::Duration::zero(),
        }
    }
}
