//! Keeps tokens fresh for everybody.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use tracing::{debug, info};

use super::OAuthError;
use super::exchange::{self, Credentials};
use crate::net::{Backoff, Retry, Transport};
use crate::secret::{ExposeSecret, Secret};
use crate::time;

/// A token is renewed so long before its end, or in the last fifth of a short life.
const AHEAD: Duration = Duration::from_mins(5);
/// A token that is refused younger than this is not replaced at once: the next one would be refused too.
const YOUNG: Duration = Duration::from_secs(30);

/// A bearer token.
#[derive(Clone, Debug)]
pub struct Token {
    value: Arc<Secret>,
    granted: Instant,
    expires: Instant,
    renew: Instant,
}

impl Token {
    /// The value of an `Authorization` header.
    pub fn authorization(&self) -> http::HeaderValue {
        let text = format!("Bearer {}", self.value.expose_secret());
        let mut value = http::HeaderValue::try_from(text).unwrap_or(http::HeaderValue::from_static("Bearer"));
        value.set_sensitive(true);
        value
    }
}

/// Hands out tokens for the resources of one connection.
#[derive(Debug)]
pub struct TokenManager {
    transport: Transport,
    credentials: Credentials,
    // Locked for a moment, to find the slot of a resource.
    slots: std::sync::Mutex<HashMap<String, Arc<Slot>>>,
}

/// The token of one resource. Locked while it is renewed, so that all who wait share one request.
type Slot = Mutex<State>;

#[derive(Debug, Default)]
struct State {
    token: Option<Token>,
    failure: Option<Arc<OAuthError>>,
    /// Grows with each request that fails.
    backoff: Backoff,
    /// Grows with each token that an API refuses while it is young.
    refusals: Backoff,
    closed_until: Option<Instant>,
}

/// Whatever a login says, a token is used for so long,
const SHORTEST_LIFE: Duration = Duration::from_secs(30);
/// and renewed after so long. An API that disagrees refuses it, and there is another.
const LONGEST_LIFE: Duration = Duration::from_hours(24);

impl TokenManager {
    /// A manager that asks with `credentials`.
    pub fn new(transport: Transport, credentials: Credentials) -> Self {
        Self { transport, credentials, slots: std::sync::Mutex::default() }
    }

    /// A token for `resource` (an API's root, e.g. `https://manage.office.com`).
    pub async fn token(&self, resource: &str) -> Result<Token, Arc<OAuthError>> {
        let slot = self.slot(resource);
        let mut state = slot.lock().await;
        let now = time::ticks();
        if let Some(token) = state.token.as_ref().filter(|token| now < token.renew) {
            return Ok(token.clone());
        }
        if let Some(until) = state.closed_until.filter(|until| now < *until) {
            match &state.failure {
                Some(failure) => return state.usable(now).ok_or_else(|| Arc::clone(failure)),
                None => tokio::time::sleep_until(until).await,
            }
        }
        match exchange::request(&self.transport, &self.credentials, resource).await {
            Ok(granted) => {
                let token = Token::new(granted.token, granted.lifetime);
                debug!(target: "auth", tenant = %self.credentials.tenant, resource, lifetime = ?granted.lifetime, "token granted");
                state.token = Some(token.clone());
                (state.failure, state.closed_until) = (None, None);
                state.backoff.reset();
                Ok(token)
            }
            Err(error) => state.failed(Arc::new(error)),
        }
    }

    /// An API refused `token`: the next caller gets a new one.
    pub async fn reject(&self, resource: &str, token: &Token) {
        let slot = self.slot(resource);
        let mut state = slot.lock().await;
        let now = time::ticks();
        if state.token.as_ref().is_some_and(|current| Arc::ptr_eq(&current.value, &token.value)) {
            info!(target: "auth", tenant = %self.credentials.tenant, resource, "token refused by the API, asking for another");
            state.token = None;
            if now - token.granted < YOUNG {
                let wait = state.refusals.next(Retry::Backoff);
                state.closed_until = Some(now + wait);
            } else {
                state.refusals.reset();
            }
        }
    }

    fn slot(&self, resource: &str) -> Arc<Slot> {
        let mut slots = self.slots.lock().expect("nothing panics while it is locked");
        Arc::clone(slots.entry(resource.to_owned()).or_default())
    }
}

impl State {
    /// Remembers why there is no new token, and until when nobody asks again.
    fn failed(&mut self, error: Arc<OAuthError>) -> Result<Token, Arc<OAuthError>> {
        let now = time::ticks();
        let wait = self.backoff.next(error.retry());
        self.closed_until = Some(now + wait);
        self.failure = Some(Arc::clone(&error));
        let (text, hint) = (error.to_string(), error.hint());
        if error.retry() == Retry::Slowly {
            tracing::error!(target: "auth", error = text, hint, next_try = ?wait, "no token");
        } else {
            tracing::warn!(target: "auth", error = text, hint, next_try = ?wait, "no token for now");
        }
        self.usable(now).ok_or(error)
    }

    /// The present token, due for renewal but still alive.
    fn usable(&self, now: Instant) -> Option<Token> {
        self.token.clone().filter(|token| now < token.expires)
    }
}

impl Token {
    fn new(value: Secret, lifetime: Duration) -> Self {
        let granted = time::ticks();
        let lifetime = lifetime.clamp(SHORTEST_LIFE, LONGEST_LIFE);
        let renew = granted + lifetime - AHEAD.min(lifetime / 5);
        Self { value: Arc::new(value), granted, expires: granted + lifetime, renew }
    }
}
