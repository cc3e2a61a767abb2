//! One bulk on its way: as many requests as it takes.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use url::Url;

use super::answer::{Answer, Refusal};
use super::body::{self, Body};
use super::hosts::Node;
use super::login::Login;
use super::routing::Routing;
use crate::net::{Request, Response, Transport};
use crate::outputs::{Bulk, Settled, Verdict, Verdicts, WriteError};

/// Longer answers are not ours.
const LONGEST_ANSWER: usize = 256 * 1024 * 1024;
/// Requests are not made smaller than this, whatever was refused before.
const SMALLEST_BODY: usize = 64 * 1024;

/// What all requests of an output have in common.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) transport: Transport,
    pub(super) routing: Routing,
    pub(super) login: Login,
    pub(super) headers: HeaderMap,
    /// `key=value` pairs behind each path.
    pub(super) parameters: Vec<(String, String)>,
    pub(super) level: u32,
    /// Bytes in a body, before packing; less after the far side found one too large.
    pub(super) limit: AtomicUsize,
}

/// A node as a request needs it.
#[derive(Clone, Debug)]
pub(super) struct Target {
    url: Url,
    login: Option<Login>,
    name: String,
}

impl From<&Node> for Target {
    fn from(node: &Node) -> Self {
        Self { url: node.url.clone(), login: node.login.clone(), name: node.name().to_owned() }
    }
}

/// A bulk, and what became of its events so far.
#[derive(Debug)]
pub(super) struct Delivery {
    bulk: Arc<Bulk>,
    /// What is still to be sent, the next one last.
    left: Vec<Range<usize>>,
    verdicts: Vec<Verdict>,
    bytes: usize,
}

/// Why a delivery stopped.
#[derive(Debug)]
pub(super) enum Trouble {
    /// This node does not work; another may.
    Node(WriteError),
    /// No node will take it.
    All(WriteError),
}

impl Delivery {
    pub(super) fn new(bulk: Bulk) -> Self {
        let len = bulk.len();
        let left = std::iter::once(0..len).collect();
        Self { bulk: Arc::new(bulk), left, verdicts: vec![Verdict::Written; len], bytes: 0 }
    }

    /// Sends what is left to one node. After an error the rest may be sent to another.
    pub(super) async fn run(&mut self, client: &Arc<Client>, target: &Target) -> Result<(), Trouble> {
        while let Some(range) = self.left.last().cloned() {
            let body = client.pack(&self.bulk, range).await.map_err(Trouble::All)?;
            let step = if body.events.is_empty() { Ok(()) } else { self.send(client, target, &body).await };
            match step {
                Err(Step::Stop(trouble)) => return Err(trouble),
                Err(Step::Halves) => {
                    self.halve(&body);
                    continue;
                }
                Err(Step::Busy(reason)) => {
                    self.put_off(&reason);
                    return Ok(());
                }
                Ok(()) => {}
            }
            for (at, reason) in body.refused {
                self.verdicts[at] = Verdict::Refused(reason);
            }
            self.left.pop();
            self.left.extend(Some(body.rest).filter(|rest| !rest.is_empty()));
        }
        Ok(())
    }

    /// What became of the bulk.
    pub(super) fn settled(self) -> Settled {
        let all_written = self.verdicts.iter().all(|verdict| *verdict == Verdict::Written);
        let verdicts = if all_written { Verdicts::All(Verdict::Written) } else { Verdicts::Each(self.verdicts) };
        Settled { bulk: self.bulk.id, verdicts, bytes: self.bytes }
    }

    async fn send(&mut self, client: &Client, target: &Target, body: &Body) -> Result<(), Step> {
        let answer = client.post(target, body.bytes.clone()).await.map_err(|error| Step::Stop(Trouble::Node(error)))?;
        self.bytes += body.bytes.len();
        let (status, retry_after) = (answer.status, answer.retry_after());
        let text = answer.bytes(LONGEST_ANSWER).await.map_err(|error| Step::Stop(Trouble::Node(error.into())))?;
        if status.is_success() {
            return self.read(target, body, &text);
        }
        let Refusal { text: reason, is_about_an_event } = Refusal::read(&text);
        if status == StatusCode::PAYLOAD_TOO_LARGE || is_about_an_event {
            if let [only] = body.events[..] {
                self.verdicts[only] = Verdict::Refused(match status {
                    StatusCode::PAYLOAD_TOO_LARGE => format!("too large, even alone: {} bytes", body.plain),
                    _ => reason,
                });
                return Ok(());
            }
            if status == StatusCode::PAYLOAD_TOO_LARGE {
                client.limit.fetch_min((body.plain / 2).max(SMALLEST_BODY), Ordering::Relaxed);
            }
            return Err(Step::Halves);
        }
        if status == StatusCode::TOO_MANY_REQUESTS && retry_after.is_none() {
            return Err(Step::Busy(reason));
        }
        Err(Step::Stop(refused(target, status, reason, retry_after)))
    }

    /// Reads what became of each event.
    fn read(&mut self, target: &Target, body: &Body, text: &[u8]) -> Result<(), Step> {
        let answer: Option<Answer<'_>> = serde_json::from_slice(text).ok();
        let Some(answer) = answer.filter(|answer| answer.items.len() == body.events.len()) else {
            return Err(Step::Stop(Trouble::All(WriteError::Setup {
                problem: format!("`{}` answers `_bulk` with something else than one result an event", target.name),
                hint: "check that no proxy answers instead of Elasticsearch",
            })));
        };
        let mut next = body.events.iter().zip(&answer.items).peekable();
        for (at, event) in self.bulk.events().enumerate() {
            let Some((_, item)) = next.next_if(|(position, _)| **position == at) else { continue };
            self.verdicts[at] = item.verdict(Some(event));
        }
        Ok(())
    }

    /// Sends the events of a refused request in two; what it had no room for comes after them.
    fn halve(&mut self, body: &Body) {
        let Some(whole) = self.left.pop() else { return };
        let middle = body.events[body.events.len() / 2];
        self.left.extend([body.rest.clone(), middle..body.rest.start, whole.start..middle]);
        self.left.retain(|range| !range.is_empty());
    }

    /// The far side is busy: what is left comes later.
    fn put_off(&mut self, reason: &str) {
        for range in std::mem::take(&mut self.left) {
            self.verdicts[range].fill(Verdict::Retry(reason.to_owned()));
        }
    }
}

/// What a request that was no success asks for.
enum Step {
    Halves,
    Busy(String),
    Stop(Trouble),
}

/// What a refusal of a whole request means.
pub(super) fn refused(target: &Target, status: StatusCode, reason: String, retry_after: Option<Duration>) -> Trouble {
    let hint = match status {
        StatusCode::UNAUTHORIZED => "check `api_key`, `username` and `password`, or the token; keys expire",
        StatusCode::FORBIDDEN => {
            "give the user or key the cluster privilege `monitor` and, for the indices, `create_doc` and `auto_configure`"
        }
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => "check `hosts` and `path`: `_bulk` is not there",
        StatusCode::TOO_MANY_REQUESTS => "it is busy; it is tried again",
        _ if status.is_server_error() => "look at the cluster's health and at the proxy before it",
        _ => "check `index`, `pipeline`, `parameters` and `headers`",
    };
    // "At once" would be a loop without rest.
    let retry_after = retry_after.filter(|wait| !wait.is_zero());
    let error = WriteError::Refused { host: target.name.clone(), status: status.as_u16(), reason, retry_after, hint };
    let is_this_node = status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT;
    if is_this_node { Trouble::Node(error) } else { Trouble::All(error) }
}

impl Client {
    /// Writes a body on a thread that may take its time.
    async fn pack(self: &Arc<Self>, bulk: &Arc<Bulk>, range: Range<usize>) -> Result<Body, WriteError> {
        let (client, bulk) = (Arc::clone(self), Arc::clone(bulk));
        let limit = self.limit.load(Ordering::Relaxed);
        let packed =
            tokio::task::spawn_blocking(move || body::pack(&bulk, range, &client.routing, limit, client.level));
        packed
            .await
            .map_err(|_| WriteError::Setup { problem: "the program is ending".to_owned(), hint: "nothing to do" })
    }

    async fn post(&self, target: &Target, body: Bytes) -> Result<Response, WriteError> {
        let filter = [("filter_path", super::answer::FILTER)];
        let mut request = self.request(target, Method::POST, "_bulk", &filter, body)?;
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
        if self.level > 0 {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        Ok(self.transport.send(request).await?)
    }

    /// `GET /`: what the far side is.
    pub(super) async fn greet(&self, target: &Target) -> Result<String, Trouble> {
        let request = self.request(target, Method::GET, "", &[], Bytes::new()).map_err(Trouble::All)?;
        let answer = self.transport.send(request).await.map_err(|error| Trouble::Node(error.into()))?;
        let (status, retry_after) = (answer.status, answer.retry_after());
        let body = answer.bytes(1024 * 1024).await.map_err(|error| Trouble::Node(error.into()))?;
        match status {
            StatusCode::OK => super::product::check(&target.name, &body).map_err(Trouble::All),
            // A key may be allowed to write and not to ask what it writes to.
            StatusCode::FORBIDDEN => Ok("something that does not say what it is".to_owned()),
            _ => Err(refused(target, status, Refusal::read(&body).text, retry_after)),
        }
    }

    fn request(
        &self,
        target: &Target,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Request, WriteError> {
        let wrong = |error: &dyn std::fmt::Display| WriteError::Setup {
            problem: format!("no request to `{}` can be made: {error}", target.name),
            hint: "check `hosts`, `path` and `headers`",
        };
        let mut url = target.url.join(path).map_err(|error| wrong(&error))?;
        if !query.is_empty() || !self.parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(query).extend_pairs(&self.parameters);
        }
        let request = http::Request::builder().method(method).uri(url.as_str()).header(ACCEPT, "application/json");
        let mut request = request.body(body).map_err(|error| wrong(&error))?;
        if let Some(value) = target.login.as_ref().unwrap_or(&self.login).value()? {
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        request.headers_mut().extend(self.headers.clone());
        Ok(request)
    }
}
