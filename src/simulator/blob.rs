//! A blob that a test publishes by hand.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::Fault;
use crate::time::Timestamp;

/// A content blob with facts and records of a test's choosing.
///
/// Without more words it belongs to the first tenant, is created now, and holds two records, `{id}-0` and `{id}-1`.
#[derive(Clone, Debug)]
pub struct Blob {
    pub(super) content_type: String,
    pub(super) id: String,
    pub(super) tenant: Option<String>,
    pub(super) created: Option<Timestamp>,
    pub(super) lateness: Duration,
    pub(super) expires: Option<Timestamp>,
    pub(super) faults: Vec<Fault>,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Events(usize),
    Records(Vec<Value>),
    Raw(Vec<u8>),
}

impl Blob {
    /// A blob with this `contentId`.
    pub fn new(content_type: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            content_type: content_type.into(),
            id: id.into(),
            tenant: None,
            created: None,
            lateness: Duration::ZERO,
            expires: None,
            faults: Vec::new(),
            body: Body::Events(2),
        }
    }

    /// The tenant it belongs to, by id or domain.
    pub fn tenant(self, tenant: impl Into<String>) -> Self {
        Self { tenant: Some(tenant.into()), ..self }
    }

    /// Its `contentCreated`.
    pub fn created(self, created: Timestamp) -> Self {
        Self { created: Some(created), ..self }
    }

    /// How long after its `contentCreated` it is first listed.
    pub fn visible_after(self, lateness: Duration) -> Self {
        Self { lateness, ..self }
    }

    /// Its `contentExpiration`.
    pub fn expires(self, expires: Timestamp) -> Self {
        Self { expires: Some(expires), ..self }
    }

    /// Fails the first downloads, one for each fault; then it succeeds.
    pub fn failing(self, faults: impl IntoIterator<Item = Fault>) -> Self {
        Self { faults: faults.into_iter().collect(), ..self }
    }

    /// Holds this many plain records, with the ids `{id}-0`, `{id}-1`, …
    pub fn events(self, count: usize) -> Self {
        Self { body: Body::Events(count), ..self }
    }

    /// Holds these records.
    pub fn records(self, records: Vec<Value>) -> Self {
        Self { body: Body::Records(records), ..self }
    }

    /// Has this body, whatever it is; the ledger knows no record ids of it.
    pub fn raw_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Body::Raw(body.into()), ..self }
    }

    /// The ids of its records.
    pub(super) fn record_ids(&self) -> Vec<String> {
        match &self.body {
            Body::Events(count) => (0..*count).map(|number| format!("{}-{number}", self.id)).collect(),
            Body::Records(records) => {
                records.iter().filter_map(|record| record["Id"].as_str().map(String::from)).collect()
            }
            Body::Raw(_) => Vec::new(),
        }
    }

    /// What a download answers.
    pub(super) fn body(&self, created: Timestamp) -> Bytes {
        let records = match &self.body {
            Body::Events(_) => self.record_ids().into_iter().map(|id| plain_record(&id, created)).collect(),
            Body::Records(records) => records.clone(),
            Body::Raw(body) => return Bytes::from(body.clone()),
        };
        Bytes::from(Value::Array(records).to_string())
    }
}

fn plain_record(id: &str, created: Timestamp) -> Value {
    let happened = created - Duration::from_mins(5);
    json!({
        "CreationTime": happened.format("%Y-%m-%dT%H:%M:%S").to_string(), "Id": id, "Operation": "FileAccessed",
        "RecordType": 6, "UserType": 0, "UserKey": "puid", "Version": 1, "Workload": "SharePoint",
        "UserId": "amara.abara@larkspurmarine.example", "ClientIP": "192.0.2.17",
    })
}
