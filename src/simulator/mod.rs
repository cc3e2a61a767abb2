//! A fake Microsoft 365: logs in, lists, serves and misbehaves like the real one.
//!
//! It speaks the real protocols over real sockets ([`Simulator::serve`]) or in the same process
//! ([`Simulator::router`]), with its own wire types, so that a mistake cannot hide on both sides. A fictional company
//! produces events without end; all of it follows from [`Options::seed`] and the clock, so runs repeat, a week of
//! backlog costs no memory, and a live stream needs no task. [`Knobs`] are the faults, [`Ledger`] is the truth to
//! compare with.
//!
//! ```text
//! login  activity ─ subscriptions  listing  download  sensitive_types      what clients see
//!           │ wire  refusal  throttle  token  fault                        how it is answered
//!         office ─ catalogue ─ stream ─ template  poison  company         what there is
//! ```
//!
//! Webhooks are absent: a start request's webhook is ignored, and `notifications` is always empty.

mod activity;
mod blob;
mod catalogue;
mod company;
mod dice;
mod download;
mod fault;
mod knobs;
mod ledger;
mod listing;
mod login;
mod office;
mod options;
mod poison;
mod refusal;
mod sensitive_types;
mod stream;
mod subscription;
mod subscriptions;
mod template;
#[cfg(test)]
mod tests;
mod throttle;
mod token;
mod wire;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, MutexGuard},
};

use axum::Router;
use tokio::net::TcpListener;

pub use self::{
    blob::Blob,
    company::Tenant,
    fault::Fault,
    knobs::Knobs,
    ledger::{Ledger, Operation},
    options::{CONTENT_TYPES, Options},
    poison::Poison,
    subscription::Subscription,
};
use crate::{simulator::office::Office, time::Clock};

/// A Microsoft 365 with a few tenants; clones are the same one.
#[derive(Clone)]
pub struct Simulator {
    office: Arc<Office>,
}

impl Simulator {
    /// A Microsoft 365 whose backlog ends, and whose live events begin, at the clock's present.
    pub fn new(options: Options, clock: Clock) -> Self {
        Self { office: Arc::new(Office::new(options, clock)) }
    }

    /// All hosts in one: `/{tenant}/oauth2/…` and `/api/v1.0/{tenant}/activity/feed/…`.
    pub fn router(&self) -> Router {
        Router::new().merge(login::router()).merge(activity::router(&self.office)).with_state(self.office.clone())
    }

    /// Serves until the future is dropped. Unless a base URL was set, it becomes the listener's address.
    pub async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        if self.office.known_base_url().is_none() {
            let address = listener.local_addr()?;
            // No client can connect to "any address".
            let ip = if address.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { address.ip() };
            self.set_base_url(&format!("http://{}", SocketAddr::new(ip, address.port())));
        }
        axum::serve(listener, self.router()).await
    }

    /// Sets the root of `contentUri` and of the next page's address; a token may also be asked for it.
    pub fn set_base_url(&self, url: &str) {
        self.office.set_base_url(url);
    }

    /// How to connect to each tenant.
    pub fn tenants(&self) -> Vec<Tenant> {
        self.office.companies.iter().map(|company| company.tenant.clone()).collect()
    }

    /// Adds a blob by hand.
    ///
    /// # Panics
    /// When the blob names a tenant or a content type that does not exist.
    pub fn publish(&self, blob: Blob) {
        self.office.publish(blob);
    }

    /// The faults, to be changed while it runs. Do not hold them across a request.
    pub fn knobs(&self) -> MutexGuard<'_, Knobs> {
        self.office.knobs()
    }

    /// What has been published and served so far.
    pub fn ledger(&self) -> Ledger {
        Ledger::new(self.office.clone())
    }

    /// Puts a tenant's subscription to a content type into a state, whatever it was. The tenant goes by id or domain.
    ///
    /// # Panics
    /// When there is no such tenant.
    pub fn subscribe(&self, tenant: &str, content_type: &str, state: Subscription) {
        self.office.subscribe(tenant, content_type, state);
    }
}
