//! The state behind all hosts of the simulator.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard},
};

use super::{
    Blob, CONTENT_TYPES, Fault, Knobs, Operation, Options, Subscription,
    catalogue::Catalogue,
    company::Company,
    fault::{Odds, Plans},
    ledger::Tally,
    stream::{Facts, Stream},
    subscription::Enrolment,
    throttle::Buckets,
};
use crate::time::{Clock, Timestamp};

/// A number for a tenant: its place in `Office::companies`.
pub(super) type TenantNumber = usize;

/// Everything the simulator knows.
///
/// Each lock is held for a look or a note, never across an `.await`, and none is taken while another is held, except
/// `content`, which readers share.
pub(super) struct Office {
    pub(super) options: Options,
    pub(super) clock: Clock,
    pub(super) companies: Vec<Company>,
    content: RwLock<Vec<Catalogue>>,
    knobs: Mutex<Knobs>,
    books: Mutex<Books>,
    base_url: Mutex<Option<String>>,
}

/// What changes with every request.
#[derive(Default)]
pub(super) struct Books {
    pub(super) enrolments: HashMap<(TenantNumber, String), Enrolment>,
    pub(super) buckets: Buckets,
    pub(super) plans: Plans,
    pub(super) tally: Tally,
}

impl Office {
    pub(super) fn new(options: Options, clock: Clock) -> Self {
        let now = clock.now() + options.faults.clock_skew;
        let companies: Vec<_> = (0..options.tenants).map(|number| Company::new(options.seed, number)).collect();
        let content =
            (0..options.tenants * CONTENT_TYPES.len()).map(|number| catalogue(&options, number, now)).collect();
        Self {
            knobs: Mutex::new(options.faults.clone()),
            options,
            clock,
            companies,
            content: RwLock::new(content),
            books: Mutex::default(),
            base_url: Mutex::default(),
        }
    }

    /// The simulator's own time, which may disagree with ours.
    pub(super) fn now(&self) -> Timestamp {
        let skew = self.knobs().clock_skew;
        self.clock.now() + skew
    }

    pub(super) fn knobs(&self) -> MutexGuard<'_, Knobs> {
        self.knobs.lock().expect("no test turns a knob while it panics")
    }

    pub(super) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("no holder of the books panics")
    }

    pub(super) fn content(&self) -> RwLockReadGuard<'_, Vec<Catalogue>> {
        self.content.read().expect("no writer of content panics")
    }

    pub(super) fn set_base_url(&self, url: &str) {
        *self.base_url.lock().expect("no holder of the address panics") = Some(url.trim_end_matches('/').into());
    }

    /// The root that was set, if any.
    pub(super) fn known_base_url(&self) -> Option<String> {
        self.base_url.lock().expect("no holder of the address panics").clone()
    }

    /// The root of all addresses in answers.
    pub(super) fn base_url(&self) -> String {
        self.known_base_url().unwrap_or_else(|| "http://simulator.invalid".into())
    }

    pub(super) fn tenant_called(&self, name: &str) -> Option<TenantNumber> {
        self.companies.iter().position(|company| company.is_called(name))
    }

    /// The place of a tenant's content of a type in `content()`.
    pub(super) fn place(tenant: TenantNumber, content_type: &str) -> Option<usize> {
        CONTENT_TYPES.iter().position(|name| *name == content_type).map(|kind| tenant * CONTENT_TYPES.len() + kind)
    }

    pub(super) fn publish(&self, blob: Blob) {
        let tenant = blob.tenant.as_deref().map_or(Some(0), |name| self.tenant_called(name));
        let place = tenant.and_then(|tenant| Self::place(tenant, &blob.content_type));
        let place = place.expect("a test publishes for a tenant and a content type that exist");
        let created = blob.created.unwrap_or_else(|| self.now());
        let visible = created + blob.lateness;
        let expires = blob.expires.unwrap_or(visible + self.options.retention);
        self.books().plans.script(&blob.id, &blob.faults);
        let mut content = self.content.write().expect("no writer of content panics");
        content[place].publish(blob, Facts { created, visible, expires, records: 0 });
    }

    pub(super) fn subscribe(&self, tenant: &str, content_type: &str, state: Subscription) {
        let tenant = self.tenant_called(tenant).expect("a test names a tenant that exists");
        let now = self.now();
        self.books().enrolments.entry((tenant, content_type.into())).or_default().force(state, now);
    }

    /// Counts a request and decides what goes wrong with it.
    pub(super) fn admit(&self, operation: Operation, request: &str, odds: &Odds) -> Option<Fault> {
        let mut books = self.books();
        *books.tally.requests.entry(operation).or_default() += 1;
        let fault = books.plans.next(self.options.seed, request, odds)?;
        *books.tally.faults.entry(fault).or_default() += 1;
        Some(fault)
    }
}

fn catalogue(options: &Options, place: usize, now: Timestamp) -> Catalogue {
    let content_type = CONTENT_TYPES[place % CONTENT_TYPES.len()];
    let is_generated = options.content_types.iter().any(|name| name == content_type);
    let stream = is_generated.then(|| Stream::new(options, place as u64, content_type, now));
    Catalogue::new(content_type, place / CONTENT_TYPES.len(), stream)
}
