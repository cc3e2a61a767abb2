//! The Management Activity API: its front door, and who may pass.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    extract::{FromRequestParts, Path, Query, Request, State},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use http::{StatusCode, Uri, header::AUTHORIZATION, header::RETRY_AFTER, request::Parts};
use uuid::Uuid;

use super::{
    CONTENT_TYPES, Fault, Operation,
    dice::hash_text,
    download, listing, login,
    office::{Office, TenantNumber},
    refusal::Refusal,
    sensitive_types, subscriptions,
    token::Claims,
    wire,
};
use crate::time::Timestamp;

const ROLE: &str = "ActivityFeed.Read";

/// The routes below the API root, under both of its version names.
pub(super) fn router(office: &Arc<Office>) -> Router<Arc<Office>> {
    let feed = Router::new()
        .route("/subscriptions/start", post(subscriptions::start))
        .route("/subscriptions/stop", post(subscriptions::stop))
        .route("/subscriptions/list", get(subscriptions::list))
        .route("/subscriptions/content", get(listing::content))
        .route("/subscriptions/notifications", get(listing::notifications))
        .route("/audit/{*id}", get(download::blob))
        .route("/resources/dlpSensitiveTypes", get(sensitive_types::names));
    Router::new()
        .nest("/api/v1.0/{tenant}/activity/feed", feed.clone())
        .nest("/api/v1/{tenant}/activity/feed", feed)
        .layer(middleware::from_fn_with_state(office.clone(), front_door))
}

/// A request that has passed the front door: from whom, and with which parameters.
pub(super) struct Call {
    pub(super) tenant: TenantNumber,
    pub(super) now: Timestamp,
    roles: Vec<String>,
    query: HashMap<String, String>,
}

impl Call {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    pub(super) fn has_role(&self, name: &str) -> bool {
        self.roles.iter().any(|role| role == name)
    }

    /// The content type, which must be one of the five, spelled exactly.
    pub(super) fn content_type(&self) -> Result<&str, Refusal> {
        let name = self.parameter("contentType").ok_or(Refusal::MissingParameter("contentType"))?;
        if CONTENT_TYPES.contains(&name) { Ok(name) } else { Err(Refusal::ContentType) }
    }
}

impl FromRequestParts<Arc<Office>> for Call {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, office: &Arc<Office>) -> Result<Self, Refusal> {
        let now = office.now();
        let claims = bearer(parts)
            .and_then(|token| Claims::read(token, office.options.seed))
            .filter(|claims| claims.is_current(now) && login::is_management(office, &claims.aud))
            .ok_or(Refusal::Unauthorized)?;
        let Path(path) = Path::<HashMap<String, String>>::from_request_parts(parts, office)
            .await
            .map_err(|_| Refusal::MissingParameter("tenant"))?;
        let tenant = path.get("tenant").cloned().unwrap_or_default();
        if Uuid::try_parse(&tenant).is_err() {
            return Err(Refusal::TenantNoGuid(tenant));
        }
        if !tenant.eq_ignore_ascii_case(&claims.tid) {
            return Err(Refusal::OtherTenant { url: tenant, token: claims.tid });
        }
        if !claims.roles.iter().any(|role| role == ROLE) {
            return Err(Refusal::MissingRole(claims.roles.join(" ")));
        }
        let Query(query) = Query::<HashMap<String, String>>::from_request_parts(parts, office)
            .await
            .map_err(|_| Refusal::MissingParameter("contentType"))?;
        let publisher = publisher(&query)?;
        let tenant = office.tenant_called(&tenant).ok_or(Refusal::Unauthorized)?;
        throttle(office, tenant, publisher, parts.uri.path(), now)?;
        Ok(Self { tenant, now, roles: claims.roles, query })
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    parts.headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn publisher(query: &HashMap<String, String>) -> Result<Option<Uuid>, Refusal> {
    let no_guid = |_| Refusal::WrongType { name: "PublisherIdentifier", expected: "guid" };
    query.get("PublisherIdentifier").map(|text| Uuid::try_parse(text).map_err(no_guid)).transpose()
}

/// Takes the request out of its pool: of the tenant and publisher, or of all who name no publisher.
fn throttle(
    office: &Office,
    tenant: TenantNumber,
    publisher: Option<Uuid>,
    path: &str,
    now: Timestamp,
) -> Result<(), Refusal> {
    let (pool, per_minute) = match publisher {
        Some(publisher) => (format!("{tenant}/{publisher}"), office.knobs().requests_per_minute),
        None => ("shared".into(), office.knobs().shared_requests_per_minute),
    };
    if office.books().buckets.take(pool, per_minute, now) {
        return Ok(());
    }
    Err(too_many(office, operation(path), publisher.unwrap_or_default()))
}

fn too_many(office: &Office, operation: Operation, publisher: Uuid) -> Refusal {
    let knobs = office.knobs();
    Refusal::Throttled {
        method: operation.method(),
        publisher: publisher.to_string(),
        status: StatusCode::from_u16(knobs.throttle_status).unwrap_or(StatusCode::FORBIDDEN),
        retry_after: knobs.retry_after,
    }
}

/// Counts the request, lets it fail as planned, and puts Microsoft's headers on the answer.
async fn front_door(State(office): State<Arc<Office>>, request: Request, next: Next) -> Response {
    let (operation, subject) = (operation(request.uri().path()), subject(request.uri()));
    let odds = office.knobs().activity_odds();
    let fault = office.admit(operation, &subject, &odds);
    let is_compressed = office.knobs().gzip && wire::accepts_gzip(request.headers());
    let mut response = match fault {
        Some(Fault::Unauthorized) => Refusal::Unauthorized.into_response(),
        Some(Fault::Throttled) => too_many(&office, operation, Uuid::nil()).into_response(),
        Some(Fault::ServerError) => server_error(&office, &subject),
        Some(Fault::Slow) => {
            let slow_for = office.knobs().slow_for;
            office.clock.sleep(slow_for).await;
            next.run(request).await
        }
        _ => next.run(request).await,
    };
    let is_whole = response.status().is_success() && !fault.is_some_and(Fault::breaks_body);
    if operation == Operation::Blob && is_whole {
        *office.books().tally.fetched.entry(subject).or_default() += 1;
    }
    wire::stamp(response.headers_mut(), office.now());
    if is_compressed {
        response = wire::compress(response).await;
    }
    match fault.filter(|fault| fault.breaks_body()) {
        Some(fault) => wire::damage(response, fault).await,
        None => response,
    }
}

/// What a request is about, as its plan of faults goes by: a blob's id, or an operation with its content type.
///
/// A window is no part of it: it moves with the clock, and a new window must not mean a new plan.
fn subject(address: &Uri) -> String {
    let path = address.path().replace("%24", "$");
    if let Some((_, id)) = path.split_once("/audit/") {
        return id.into();
    }
    let mut parameters = address.query().unwrap_or_default().split('&');
    let content_type = parameters.find(|parameter| parameter.starts_with("contentType="));
    format!("{path}?{}", content_type.unwrap_or_default())
}

fn operation(path: &str) -> Operation {
    match path.rsplit('/').next() {
        _ if path.contains("/audit/") => Operation::Blob,
        Some("start") => Operation::Start,
        Some("stop") => Operation::Stop,
        Some("list") => Operation::List,
        Some("notifications") => Operation::Notifications,
        Some("dlpSensitiveTypes") => Operation::SensitiveTypes,
        _ => Operation::Content,
    }
}

/// One of the ways in which the service, or what stands before it, fails.
fn server_error(office: &Office, subject: &str) -> Response {
    let page = Html(
        "<html><head><title>Service unavailable</title></head><body>Our services aren't available right now</body></html>",
    );
    match hash_text(office.options.seed, subject) % 4 {
        0 => (StatusCode::BAD_GATEWAY, page).into_response(),
        1 => (StatusCode::GATEWAY_TIMEOUT, page).into_response(),
        2 => {
            let mut response = (StatusCode::SERVICE_UNAVAILABLE, page).into_response();
            if let Some(wait) = office.knobs().retry_after {
                response.headers_mut().insert(RETRY_AFTER, wait.as_secs().into());
            }
            response
        }
        _ => Refusal::Internal.into_response(),
    }
}
