//! What has happened: what was published, what was asked for, what was served.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use super::{Fault, office::Office};

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// A token.
    Token,
    /// `subscriptions/start`.
    Start,
    /// `subscriptions/stop`.
    Stop,
    /// `subscriptions/list`.
    List,
    /// `subscriptions/content`.
    Content,
    /// `subscriptions/notifications`.
    Notifications,
    /// `audit/{contentId}`.
    Blob,
    /// `resources/dlpSensitiveTypes`.
    SensitiveTypes,
}

impl Operation {
    /// The operation's name in the text of `AF429`; only `GetBlob` is documented.
    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Token => "Token",
            Self::Start => "StartSubscription",
            Self::Stop => "StopSubscription",
            Self::List => "ListSubscriptions",
            Self::Content => "ListContent",
            Self::Notifications => "ListNotifications",
            Self::Blob => "GetBlob",
            Self::SensitiveTypes => "GetSensitiveTypes",
        }
    }
}

/// What the simulator counts as it serves.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) requests: BTreeMap<Operation, u64>,
    pub(super) faults: BTreeMap<Fault, u64>,
    pub(super) listed: BTreeMap<String, u64>,
    pub(super) fetched: BTreeMap<String, u64>,
    pub(super) starts: Vec<(String, String)>,
    pub(super) stops: Vec<(String, String)>,
}

/// A look at the simulator's books, for tests to compare with what was collected.
pub struct Ledger {
    office: Arc<Office>,
    tally: Tally,
}

impl Ledger {
    pub(super) fn new(office: Arc<Office>) -> Self {
        let tally = office.books().tally.clone();
        Self { office, tally }
    }

    /// The `Id` of every record of a content type that could have been collected by now, in all tenants.
    ///
    /// Left out are the records of blobs that expired at once, of raw bodies, and those that are no objects.
    pub fn record_ids(&self, content_type: &str) -> HashSet<String> {
        let now = self.office.now();
        let content = self.office.content();
        content
            .iter()
            .filter(|catalogue| catalogue.content_type() == content_type)
            .flat_map(|c| c.record_ids(now))
            .collect()
    }

    /// The `Id` of every record that could have been collected by now, of all content types and tenants.
    pub fn all_record_ids(&self) -> HashSet<String> {
        let now = self.office.now();
        self.office.content().iter().flat_map(|catalogue| catalogue.record_ids(now)).collect()
    }

    /// The `contentId` of every blob of a content type that is visible by now, in all tenants.
    pub fn blobs(&self, content_type: &str) -> Vec<String> {
        let now = self.office.now();
        let content = self.office.content();
        let catalogues = content.iter().filter(|catalogue| catalogue.content_type() == content_type);
        catalogues.flat_map(|c| c.published_by(now).map(|entry| c.id(&entry)).collect::<Vec<_>>()).collect()
    }

    /// How often each blob was listed.
    pub fn listed(&self) -> &BTreeMap<String, u64> {
        &self.tally.listed
    }

    /// How often each blob was served whole.
    pub fn fetched(&self) -> &BTreeMap<String, u64> {
        &self.tally.fetched
    }

    /// How many requests there were, answered or not.
    pub fn requests(&self, operation: Operation) -> u64 {
        self.tally.requests.get(&operation).copied().unwrap_or_default()
    }

    /// How many tokens were asked for.
    pub fn token_requests(&self) -> u64 {
        self.requests(Operation::Token)
    }

    /// Tenant and content type of each subscription that was started.
    pub fn starts(&self) -> &[(String, String)] {
        &self.tally.starts
    }

    /// Tenant and content type of each subscription that was stopped.
    pub fn stops(&self) -> &[(String, String)] {
        &self.tally.stops
    }

    /// How many answers had this fault.
    pub fn faults(&self, fault: Fault) -> u64 {
        self.tally.faults.get(&fault).copied().unwrap_or_default()
    }
}
