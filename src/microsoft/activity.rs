//! The Office 365 Management Activity API.
//!
//! Source: <https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-reference>.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tracing::{debug, error, warn};
use url::Url;

use super::error::{ApiError, Reaction};
use super::guard::Guard;
use super::throttle::{Permit, Throttle};
use super::wire::{Content, SensitiveType, Subscription};
use crate::net::{Request, Response, Transport};
use crate::oauth::TokenManager;
use crate::time::{self, Clock, Timestamp};

/// Listings are some hundred entries; this is far beyond.
const LIST_LIMIT: usize = 64 * 1024 * 1024;
/// Of an error's body so much is read.
const ERROR_LIMIT: usize = 256 * 1024;
/// The documented form: UTC, to the second, without a zone.
const TIME_FORMAT: &str = "%Y-%m-%dT%H:%M:%S";

/// How to reach one tenant's activity feed.
#[derive(Clone, Debug)]
pub struct ActivityOptions {
    /// The API's root, e.g. `https://manage.office.com`; also the resource that tokens are for.
    pub root: Url,
    /// The tenant's GUID.
    pub tenant: String,
    /// Who collects, for Microsoft's throttling; usually the tenant itself.
    pub publisher: String,
    /// Requests a minute.
    pub requests_per_minute: NonZeroU32,
    /// Requests in flight.
    pub concurrency: usize,
    /// Our clock, which the server's may contradict.
    pub clock: Clock,
}

/// One tenant's activity feed.
#[derive(Debug)]
pub struct Activity {
    transport: Transport,
    tokens: Arc<TokenManager>,
    throttle: Arc<Throttle>,
    guard: Guard,
    resource: String,
    feed: String,
    clock: Clock,
    /// The server's clock less ours, in milliseconds, as its last answer said.
    ahead: AtomicI64,
}

/// Which page of a listing.
#[derive(Clone, Debug)]
pub enum PageRequest {
    /// The first page of what became available within `start..end`: at most 24 hours, not older than 7 days.
    First {
        /// Inclusive.
        start: Timestamp,
        /// Exclusive.
        end: Timestamp,
    },
    /// The page that the one before named.
    Next(Url),
}

/// One page of a listing.
#[derive(Debug)]
pub struct Page {
    /// The blobs; may be none although there is a next page.
    pub items: Vec<Content>,
    /// The next page.
    pub next: Option<PageRequest>,
}

/// A blob on its way.
pub struct Blob {
    response: Response,
    // Held so long as bytes come, so that downloads count as requests in flight.
    permit: Option<Permit>,
}

impl Blob {
    /// Is no longer counted as in flight: a body that waits for an output must not hold up the tenant's other requests.
    pub fn step_aside(&mut self) {
        self.permit = None;
    }

    /// The next piece of the body; `None` when it is complete.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        Ok(self.response.chunk().await?)
    }
}

impl Activity {
    /// The feed of one tenant, with tokens from `tokens`.
    pub fn new(transport: Transport, tokens: Arc<TokenManager>, options: ActivityOptions) -> Self {
        let resource = options.root.as_str().trim_end_matches('/').to_owned();
        Self {
            transport,
            tokens,
            throttle: Throttle::new(options.requests_per_minute, options.concurrency),
            guard: Guard::new(options.root, options.publisher),
            resource,
            feed: format!("/api/v1.0/{}/activity/feed", options.tenant),
            clock: options.clock,
            ahead: AtomicI64::new(0),
        }
    }

    /// The time by the server's clock, which judges our windows.
    pub fn now(&self) -> Timestamp {
        self.clock.now() + chrono::Duration::milliseconds(self.ahead.load(Ordering::Relaxed))
    }

    /// The subscriptions that there are.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, ApiError> {
        let url = self.guard.join(&format!("{}/subscriptions/list", self.feed));
        let (response, permit) = self.send("list subscriptions", Method::GET, url, None).await?;
        read("list subscriptions", response, permit).await
    }

    /// Starts a subscription. One that is enabled already is fine.
    pub async fn start(&self, content_type: &str) -> Result<(), ApiError> {
        self.change("start subscription", "start", content_type).await
    }

    /// Stops a subscription: what becomes available until it is started again is lost. Never done at shutdown.
    pub async fn stop(&self, content_type: &str) -> Result<(), ApiError> {
        self.change("stop subscription", "stop", content_type).await
    }

    async fn change(&self, operation: &'static str, verb: &str, content_type: &str) -> Result<(), ApiError> {
        let mut url = self.guard.join(&format!("{}/subscriptions/{verb}", self.feed));
        url.query_pairs_mut().append_pair("contentType", content_type);
        match self.send(operation, Method::POST, url, None).await {
            Ok(_) => Ok(()),
            Err(error) if error.reaction() == Reaction::Fine => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// One page of the content that became available within a window.
    pub async fn content(&self, content_type: &str, page: PageRequest) -> Result<Page, ApiError> {
        self.page("list content", "content", content_type, page).await
    }

    /// One page of the notifications that Microsoft sent, or tried to send, to the webhook.
    pub async fn notifications(&self, content_type: &str, page: PageRequest) -> Result<Page, ApiError> {
        self.page("list notifications", "notifications", content_type, page).await
    }

    async fn page(
        &self,
        operation: &'static str,
        kind: &str,
        content_type: &str,
        page: PageRequest,
    ) -> Result<Page, ApiError> {
        let url = match page {
            PageRequest::Next(url) => url,
            PageRequest::First { start, end } => {
                let mut url = self.guard.join(&format!("{}/subscriptions/{kind}", self.feed));
                url.query_pairs_mut()
                    .append_pair("contentType", content_type)
                    .append_pair("startTime", &start.format(TIME_FORMAT).to_string())
                    .append_pair("endTime", &end.format(TIME_FORMAT).to_string());
                url
            }
        };
        let (response, permit) = self.send(operation, Method::GET, url, None).await?;
        // The reference calls it NextPageUri, the troubleshooting page NextPageUrl; header names have no case.
        let next = response.headers.get("nextpageuri").or_else(|| response.headers.get("nextpageurl"));
        // A page that cannot be asked for must not look like the last one: the watermark would pass it.
        let next = next.map(|value| {
            let url = value.to_str().ok().and_then(|text| self.guard.bring_home(text));
            url.map(PageRequest::Next).ok_or(ApiError::NextPage { operation, problem: "is no URL" })
        });
        let next = next.transpose()?;
        let entries: Vec<serde_json::Value> = read(operation, response, permit).await?;
        let now = self.now();
        Ok(Page { items: entries.iter().filter_map(|entry| readable(entry, now)).collect(), next })
    }

    /// Begins to fetch a blob.
    pub async fn blob(&self, id: &str, uri: &str) -> Result<Blob, ApiError> {
        let own = || self.guard.join(&format!("{}/audit/{id}", self.feed));
        let url =
            Some(uri).filter(|uri| !uri.is_empty()).and_then(|uri| self.guard.bring_home(uri)).unwrap_or_else(own);
        let (response, permit) = self.send("fetch content", Method::GET, url, None).await?;
        Ok(Blob { response, permit: Some(permit) })
    }

    /// The names of the sensitive information types in `language`, e.g. `en-US`.
    pub async fn sensitive_types(&self, language: &str) -> Result<Vec<SensitiveType>, ApiError> {
        let url = self.guard.join(&format!("{}/resources/dlpSensitiveTypes", self.feed));
        let operation = "list sensitive types";
        let (response, permit) = self.send(operation, Method::GET, url, Some(language)).await?;
        read(operation, response, permit).await
    }

    /// Sends a request with a token; with a new one if the first is not accepted.
    async fn send(
        &self,
        operation: &'static str,
        method: Method,
        url: Url,
        language: Option<&str>,
    ) -> Result<(Response, Permit), ApiError> {
        let permit = self.throttle.permit().await;
        match self.attempt(operation, &method, &url, language).await {
            Err(error) if error.reaction() == Reaction::Unauthorized => {
                debug!(target: "api", %error, "trying with a new token");
            }
            outcome => return settle(outcome, permit),
        }
        settle(self.attempt(operation, &method, &url, language).await, permit)
    }

    async fn attempt(
        &self,
        operation: &'static str,
        method: &Method,
        url: &Url,
        language: Option<&str>,
    ) -> Result<Response, ApiError> {
        let token = self.tokens.token(&self.resource).await.map_err(ApiError::Token)?;
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = method.clone();
        *request.uri_mut() = url.as_str().parse().expect("a URL is a URI");
        request.headers_mut().insert(http::header::AUTHORIZATION, token.authorization());
        if method == Method::POST {
            request.headers_mut().insert(http::header::CONTENT_LENGTH, http::HeaderValue::from_static("0"));
        }
        if let Some(language) = language.and_then(|language| http::HeaderValue::try_from(language).ok()) {
            request.headers_mut().insert(http::header::ACCEPT_LANGUAGE, language);
        }
        let response = self.transport.send(request).await?;
        if let Some(date) = response.date() {
            self.compare_clocks(date);
        }
        if response.status.is_success() {
            return Ok(response);
        }
        let (status, retry_after) = (response.status, response.retry_after());
        let body = response.bytes(ERROR_LIMIT).await.unwrap_or_default();
        let error = ApiError::refused(operation, status, &body, retry_after);
        // A role may have been granted since the token was: AF10001 asks for a new one too, but not at once.
        let wants_token = matches!(&error, ApiError::Refused { code, .. } if code == "AF10001");
        if wants_token || error.reaction() == Reaction::Unauthorized {
            self.tokens.reject(&self.resource, &token).await;
        }
        Err(error)
    }

    /// `Date` has whole seconds, so that less than two of them are no disagreement.
    fn compare_clocks(&self, date: Timestamp) {
        let ahead = date - self.clock.now();
        let ahead = if ahead.abs() < chrono::Duration::seconds(2) { 0 } else { ahead.num_milliseconds() };
        let before = self.ahead.swap(ahead, Ordering::Relaxed);
        if (ahead - before).abs() > 30_000 {
            warn!(target: "api", seconds = ahead / 1000, hint = "set this machine's clock (chronyc tracking, timedatectl)",
                "the server's clock differs from ours; windows follow the server's");
        }
    }
}

/// Tells the throttle how it went.
fn settle(outcome: Result<Response, ApiError>, permit: Permit) -> Result<(Response, Permit), ApiError> {
    match outcome {
        Ok(response) => {
            permit.welcomed();
            Ok((response, permit))
        }
        Err(error) => {
            // "Too many starts" (code 429 without AF) is about subscriptions, not about the budget.
            if let ApiError::Refused { meaning, retry_after, .. } = &error
                && meaning.reaction == Reaction::Throttled
                && meaning.code != "429"
            {
                permit.throttled(*retry_after);
            }
            Err(error)
        }
    }
}

async fn read<T: DeserializeOwned>(operation: &'static str, response: Response, permit: Permit) -> Result<T, ApiError> {
    let body = response.bytes(LIST_LIMIT).await?;
    drop(permit);
    serde_json::from_slice(&body).map_err(|source| ApiError::Unreadable { operation, source })
}

/// One entry of a listing. One that is odd is repaired, since its content may be fine; one without an id and without an
/// address costs itself only.
fn readable(entry: &serde_json::Value, now: Timestamp) -> Option<Content> {
    match Content::deserialize(entry) {
        Ok(content) if !content.content_id.is_empty() => return Some(content),
        _ => {}
    }
    let text = |name: &str| entry.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    let uri = text("contentUri");
    let last = uri.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let id = if text("contentId").is_empty() { last } else { text("contentId") };
    if id.is_empty() {
        error!(target: "api", entry = %entry, "an entry of a listing names no content and is lost");
        return None;
    }
    warn!(target: "api", id, "an entry of a listing is odd; its content is fetched all the same");
    Some(Content {
        content_id: id.to_owned(),
        content_uri: uri.to_owned(),
        content_created: time::parse(text("contentCreated")).unwrap_or(now),
        content_expiration: time::parse(text("contentExpiration")),
    })
}
