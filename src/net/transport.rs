//! The wire; or, in tests, a server's router in the same process.

use std::error::Error;
use std::fmt::{self, Debug, Formatter};
use std::pin::Pin;
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt};
use http::{HeaderMap, StatusCode};
use tower::ServiceExt;

use super::HttpError;
use super::tls::client_config;
use crate::settings::{ProxyOptions, TlsOptions};
use crate::time;

/// A request with its whole body.
pub type Request = http::Request<Bytes>;

type Body = Pin<Box<dyn Stream<Item = Result<Bytes, Box<dyn Error + Send + Sync>>> + Send>>;

/// Bodies that come slower than this for their whole length are given up.
const SLOWEST_BYTES_PER_SECOND: u64 = 32 * 1024;

/// How requests reach a server.
#[derive(Clone)]
pub struct Transport {
    way: Way,
    limits: Limits,
}

#[derive(Clone)]
enum Way {
    Wire(reqwest::Client),
    /// Requests are handed to the router itself: no sockets, so that a paused clock does not outrun them.
    Router(Router),
}

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For a connection.
    pub connect: Duration,
    /// For the next bytes.
    pub idle: Duration,
    /// For the whole answer; grows with the bytes that have come.
    pub whole: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), idle: Duration::from_secs(30), whole: Duration::from_mins(5) }
    }
}

/// How to build a [`Transport`] for the wire.
#[derive(Clone, Default)]
pub struct TransportOptions {
    /// How long to wait.
    pub limits: Limits,
    /// A proxy for all requests; without it the environment's (`HTTPS_PROXY`, `NO_PROXY`).
    pub proxy: Option<url::Url>,
    /// No proxy at all, whatever the environment says.
    pub no_proxy: bool,
    /// TLS settings that differ from the system's trust.
    pub tls: Option<rustls::ClientConfig>,
}

impl TransportOptions {
    /// What the settings of a connection or an output ask for; reads the certificates that they name.
    pub fn new(limits: Limits, proxy: &ProxyOptions, tls: &TlsOptions) -> Result<Self, HttpError> {
        let url = proxy.proxy_url.as_ref().filter(|url| !url.is_empty()).map(|url| url.url("http")).transpose();
        let proxy_url = url.map_err(|text| HttpError::Setup { source: format!("`proxy_url`: {text}").into() })?;
        Ok(Self { limits, proxy: proxy_url, no_proxy: proxy.proxy_disable, tls: client_config(tls)? })
    }
}

// A proxy's URL may hold a password, and the client shows its proxies.
impl Debug for TransportOptions {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportOptions").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Debug for Transport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Chooses the cryptography of TLS, once for the process: the one place that names it.
pub fn install_crypto() {
    // An error means that it was chosen before, by ourselves: tests call this many times.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

impl Transport {
    /// Requests over the network.
    pub fn wire(options: &TransportOptions) -> Result<Self, HttpError> {
        install_crypto();
        #[expect(clippy::disallowed_methods, reason = "this is the one place")]
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("o365collector/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.limits.connect)
            .pool_idle_timeout(Duration::from_mins(1))
            // A redirect would carry the bearer token to a host that nobody configured.
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true);
        if let Some(tls) = &options.tls {
            builder = builder.tls_backend_preconfigured(tls.clone());
        }
        if options.no_proxy {
            builder = builder.no_proxy();
        } else if let Some(proxy) = &options.proxy {
            builder = builder.proxy(reqwest::Proxy::all(proxy.clone()).map_err(setup)?);
        }
        Ok(Self { way: Way::Wire(builder.build().map_err(setup)?), limits: options.limits })
    }

    /// Requests to a router in this process.
    pub fn router(router: Router) -> Self {
        Self { way: Way::Router(router), limits: Limits::default() }
    }

    /// Sends a request and waits for the head of the answer.
    pub async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let idle = self.limits.idle;
        let answer = tokio::time::timeout(idle, self.dispatch(request, &host)).await;
        let (parts, body) = answer.map_err(|_| HttpError::TimeOut {
            host: host.clone(),
            during: "before it answered",
            after: idle,
        })??;
        let since = time::ticks();
        Ok(Response {
            status: parts.status,
            headers: parts.headers,
            body,
            host,
            limits: self.limits,
            since,
            received: 0,
        })
    }

    async fn dispatch(&self, request: Request, host: &str) -> Result<(http::response::Parts, Body), HttpError> {
        match &self.way {
            Way::Wire(client) => {
                let request = reqwest::Request::try_from(request).map_err(setup)?;
                let answer = client.execute(request).await.map_err(|error| refused(error, host))?;
                let (parts, body) = http::Response::from(answer).into_parts();
                let stream = http_body_util::BodyDataStream::new(body);
                Ok((parts, Box::pin(stream.map_err(|error| Box::new(error.without_url()) as _))))
            }
            Way::Router(router) => {
                let request = request.map(axum::body::Body::from);
                let Ok(answer) = router.clone().oneshot(request).await;
                let (parts, body) = answer.into_parts();
                Ok((parts, Box::pin(body.into_data_stream().map_err(|error| Box::new(error) as _))))
            }
        }
    }
}

fn setup(error: reqwest::Error) -> HttpError {
    HttpError::Setup { source: Box::new(error.without_url()) }
}

fn refused(error: reqwest::Error, host: &str) -> HttpError {
    let host = host.to_owned();
    let is_connect = error.is_connect() || error.is_timeout();
    let source = Box::new(error.without_url());
    if is_connect { HttpError::Connect { host, source } } else { HttpError::Broken { host, source } }
}

/// An answer whose body is still coming.
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: Body,
    host: String,
    limits: Limits,
    since: tokio::time::Instant,
    received: u64,
}

impl Response {
    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What `Retry-After` asks for, in seconds or as a date that `Date` makes relative.
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.header("retry-after")?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let (until, now) = (http_date(text)?, http_date(self.header("date")?)?);
        (until - now).to_std().ok()
    }

    /// The server's clock.
    pub fn date(&self) -> Option<time::Timestamp> {
        http_date(self.header("date")?)
    }

    /// The next piece of the body; `None` when it is complete.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        let grace = Duration::from_secs(self.received / SLOWEST_BYTES_PER_SECOND);
        let left = (self.limits.whole + grace).saturating_sub(self.since.elapsed());
        let wait = left.min(self.limits.idle);
        let next = tokio::time::timeout(wait, self.body.next()).await;
        let chunk = next.map_err(|_| HttpError::TimeOut {
            host: self.host.clone(),
            during: if left < self.limits.idle { "or too slow within its answer" } else { "within its answer" },
            after: if left < self.limits.idle { self.limits.whole + grace } else { self.limits.idle },
        })?;
        let chunk = chunk.transpose().map_err(|source| HttpError::Broken { host: self.host.clone(), source })?;
        self.received += chunk.as_ref().map_or(0, |bytes| bytes.len() as u64);
        Ok(chunk)
    }

    /// The whole body, which must not be longer than `limit`.
    pub async fn bytes(mut self, limit: usize) -> Result<Vec<u8>, HttpError> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if whole.len() + chunk.len() > limit {
                return Err(HttpError::TooLong { host: self.host, limit });
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole)
    }
}

/// `Sat, 21 Nov 2026 09:30:00 GMT` (RFC 9110).
fn http_date(text: &str) -> Option<time::Timestamp> {
    chrono::DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc())
}
