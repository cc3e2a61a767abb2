//! The rules of Microsoft 365, as clients meet them.

mod blobs;
mod faults;
mod listings;
mod login;
mod requests;
mod socket;
mod subscriptions;

use std::time::Duration;

use axum::{body::Body, response::Response};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::{Blob, CONTENT_TYPES, Fault, Knobs, Operation, Options, Simulator, Subscription, Tenant};
use crate::time::{Clock, Timestamp};

const SHAREPOINT: &str = "Audit.SharePoint";

fn at(text: &str) -> Timestamp {
    crate::time::parse(text).expect("a valid literal")
}

fn noon() -> Timestamp {
    at("2026-11-21T12:00:00Z")
}

fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3_600)
}

/// A simulator at noon, and a client who has a token.
struct World {
    simulator: Simulator,
    clock: Clock,
    tenant: Tenant,
    token: String,
}

/// An answer, read whole.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl World {
    /// Without any content but what the test publishes, subscribed to everything.
    async fn new() -> Self {
        Self::with(Options { content_types: Vec::new(), ..Options::default() }).await
    }

    async fn with_faults(faults: Knobs) -> Self {
        Self::with(Options { blobs_per_type: Some(20), faults, ..Options::default() }).await
    }

    async fn with(options: Options) -> Self {
        let clock = Clock::simulated(noon());
        let simulator = Simulator::new(options, clock.clone());
        let tenant = simulator.tenants()[0].clone();
        for content_type in CONTENT_TYPES {
            simulator.subscribe(&tenant.domain, content_type, Subscription::Enabled);
        }
        let mut world = Self { simulator, clock, tenant, token: String::new() };
        world.log_in().await;
        world
    }

    async fn log_in(&mut self) {
        let answer = self.ask_for_token("oauth2/token", &[("resource", "https://manage.office.com")]).await;
        self.token = answer.json()["access_token"].as_str().unwrap_or_default().into();
    }

    /// Posts a token request with the tenant's credentials and more; a repeated name replaces.
    async fn ask_for_token(&self, endpoint: &str, more: &[(&str, &str)]) -> Answer {
        let own = [
            ("grant_type", "client_credentials"),
            ("client_id", self.tenant.client_id.as_str()),
            ("client_secret", self.tenant.client_secret.as_str()),
        ];
        let kept = own.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept.chain(more)).finish();
        let path = format!("/{}/{endpoint}", self.tenant.tenant_id);
        self.send(
            Request::post(path).header("content-type", "application/x-www-form-urlencoded").body(form.into()).unwrap(),
        )
        .await
    }

    async fn get(&self, operation: &str) -> Answer {
        self.send(self.request("GET", operation)).await
    }

    async fn post(&self, operation: &str) -> Answer {
        self.send(self.request("POST", operation)).await
    }

    /// A request of a client who does everything right; `operation` is relative to the feed, or a whole address.
    fn request(&self, method: &str, operation: &str) -> Request<Body> {
        let feed = format!("http://simulator.invalid/api/v1.0/{}/activity/feed/", self.tenant.tenant_id);
        let address = if operation.starts_with("http") { operation.into() } else { feed + operation };
        let mark = if address.contains('?') { '&' } else { '?' };
        let address = format!("{address}{mark}PublisherIdentifier={}", self.tenant.tenant_id);
        let authorization = format!("Bearer {}", self.token);
        Request::builder()
            .method(method)
            .uri(address)
            .header("authorization", authorization)
            .body(Body::empty())
            .unwrap()
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response: Response = self.simulator.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = match body.collect().await {
            Ok(body) => body.to_bytes().to_vec(),
            Err(error) => format!("broken: {error}").into(),
        };
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// The blobs of the last 24 hours, page by page.
    async fn list_all(&self, content_type: &str) -> Vec<Value> {
        let mut listed = Vec::new();
        let mut next = Some(format!("subscriptions/content?contentType={content_type}"));
        while let Some(address) = next {
            let page = self.get(&address).await;
            assert_eq!(page.status, 200, "{}", page.text());
            listed.extend(page.json().as_array().cloned().unwrap_or_default());
            next = page.header("nextpageuri").map(String::from);
        }
        listed
    }

    /// Downloads a blob as it was listed.
    async fn fetch(&self, listed: &Value) -> Answer {
        self.get(listed["contentUri"].as_str().unwrap()).await
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status and `error.code`.
    fn refusal(&self) -> (u16, String) {
        (self.status.as_u16(), self.json()["error"]["code"].as_str().unwrap_or_default().into())
    }

    fn is_broken(&self) -> bool {
        self.body.starts_with(b"broken")
    }
}

fn ids(blobs: &[Value]) -> Vec<&str> {
    blobs.iter().map(|blob| blob["contentId"].as_str().unwrap()).collect()
}
