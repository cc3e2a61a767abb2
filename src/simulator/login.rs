//! The two token endpoints of Microsoft Entra ID.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, State},
    response::{Html, IntoResponse, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::AUTHORIZATION, header::DATE};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Fault, Operation,
    company::Tenant,
    dice::{dice, hash_text},
    office::Office,
    token::Claims,
    wire,
};

/// The API roots of the clouds, which are also what a token for the Management API is for.
const MANAGEMENT_ROOTS: [&str; 5] = [
    "https://manage.office.com",
    "https://manage-gcc.office.com",
    "https://manage.office365.us",
    "https://manage.protection.apps.mil",
    "https://manage.office365.cn",
];
const OTHER_RESOURCES: [&str; 2] = ["https://graph.microsoft.com", "https://outlook.office365.com"];

type Form = HashMap<String, String>;

#[derive(Clone, Copy, PartialEq)]
enum Version {
    V1,
    V2,
}

/// An error of the login: AADSTS number, status, `error` and text.
struct Refusal(u32, StatusCode, &'static str, String);

/// The routes below the login host.
pub(super) fn router() -> Router<Arc<Office>> {
    let endpoint = |version| {
        post(move |State(office): State<Arc<Office>>, Path(tenant): Path<String>, headers: HeaderMap, body: Bytes| async move {
            answer(&office, &tenant, version, &headers, &body).await
        })
        .fallback(move |State(office): State<Arc<Office>>| async move {
            let text = "The endpoint only accepts POST requests. Received a GET request.";
            Refusal(900_561, StatusCode::BAD_REQUEST, "invalid_request", text.into()).into_response(&office)
        })
    };
    Router::new()
        .route("/{tenant}/oauth2/token", endpoint(Version::V1))
        .route("/{tenant}/oauth2/v2.0/token", endpoint(Version::V2))
}

/// Whether a token for this audience opens the Management API.
pub(super) fn is_management(office: &Office, audience: &str) -> bool {
    MANAGEMENT_ROOTS.contains(&audience) || audience == office.base_url()
}

async fn answer(office: &Office, tenant: &str, version: Version, headers: &HeaderMap, body: &[u8]) -> Response {
    let odds = office.knobs().login_odds();
    let fault = office.admit(Operation::Token, &format!("login/{tenant}"), &odds);
    if fault == Some(Fault::Slow) {
        let slow_for = office.knobs().slow_for;
        office.clock.sleep(slow_for).await;
    }
    let form: Form = url::form_urlencoded::parse(body).into_owned().collect();
    let mut response = match fault {
        Some(Fault::ServerError) => unavailable(office),
        _ => issue(office, tenant, version, headers, &form).unwrap_or_else(|refusal| refusal.into_response(office)),
    };
    response.headers_mut().insert(DATE, wire::date(office.now()));
    match fault.filter(|fault| fault.breaks_body()) {
        Some(fault) => wire::damage(response, fault).await,
        None => response,
    }
}

fn unavailable(office: &Office) -> Response {
    let count = office.books().tally.requests[&Operation::Token];
    match hash_text(count, "login") % 3 {
        0 => (StatusCode::SERVICE_UNAVAILABLE, Html("<html><body>Service Unavailable</body></html>")).into_response(),
        1 => (StatusCode::TOO_MANY_REQUESTS, "").into_response(),
        _ => {
            let text = "The service is temporarily unavailable. Please retry later.";
            let refusal = Refusal(90_033, StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", text.into());
            refusal.into_response(office)
        }
    }
}

fn issue(
    office: &Office,
    tenant: &str,
    version: Version,
    headers: &HeaderMap,
    form: &Form,
) -> Result<Response, Refusal> {
    if ["common", "organizations", "consumers"].contains(&tenant) {
        return Err(invalid_request(
            9_001_023,
            format!("The grant type is not supported over the /{tenant} endpoint."),
        ));
    }
    let tenant = office.tenant_called(tenant).map(|number| &office.companies[number].tenant).ok_or_else(|| {
        invalid_request(
            90_002,
            format!("Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."),
        )
    })?;
    if required(form, "grant_type")? != "client_credentials" {
        return Err(Refusal(
            70_003,
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "The app requested an unsupported grant type.".into(),
        ));
    }
    authenticate(tenant, version, headers, form)?;
    let resource = match version {
        Version::V1 => required(form, "resource")?.to_string(),
        Version::V2 => resource_of_scope(form)?,
    };
    let resource = resource.trim_end_matches('/');
    if !is_management(office, resource) && !OTHER_RESOURCES.contains(&resource) {
        let text =
            format!("The resource principal named {resource} was not found in the tenant named {}.", tenant.domain);
        return Err(Refusal(500_011, StatusCode::BAD_REQUEST, "invalid_resource", text));
    }
    Ok(Json(grant(office, tenant, version, resource)).into_response())
}

fn authenticate(tenant: &Tenant, version: Version, headers: &HeaderMap, form: &Form) -> Result<(), Refusal> {
    let basic =
        headers.get(AUTHORIZATION).filter(|_| version == Version::V2).and_then(|value| basic(value.to_str().ok()?));
    let (client, secret) = match &basic {
        Some((client, secret)) => (client.as_str(), Some(secret)),
        None => (required(form, "client_id")?, form.get("client_secret")),
    };
    if client != tenant.client_id {
        let text =
            format!("Application with identifier '{client}' was not found in the directory '{}'.", tenant.domain);
        return Err(Refusal(700_016, StatusCode::BAD_REQUEST, "unauthorized_client", text));
    }
    let refuse = |code, text: &str| Err(Refusal(code, StatusCode::UNAUTHORIZED, "invalid_client", text.into()));
    match secret {
        Some(secret) if *secret == tenant.client_secret => Ok(()),
        Some(secret) if *secret == tenant.expired_secret => {
            refuse(7_000_222, "The provided client secret keys for app are expired.")
        }
        Some(_) => refuse(
            7_000_215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.",
        ),
        None if form.contains_key("client_assertion") => refuse(
            700_027,
            "The certificate with identifier used to sign the client assertion is not registered on application. The key was not found.",
        ),
        None => refuse(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ),
    }
}

/// Reads HTTP Basic credentials, whose halves are form-encoded.
fn basic(header: &str) -> Option<(String, String)> {
    let text = String::from_utf8(BASE64.decode(header.strip_prefix("Basic ")?).ok()?).ok()?;
    let (client, secret) = text.split_once(':')?;
    let decode = |half: &str| url::form_urlencoded::parse(half.as_bytes()).next().map(|(text, _)| text.into_owned());
    Some((decode(client)?, decode(secret)?))
}

fn resource_of_scope(form: &Form) -> Result<String, Refusal> {
    if form.contains_key("resource") {
        return Err(invalid_request(901_002, "The 'resource' request parameter is not supported.".into()));
    }
    let scope = required(form, "scope")?;
    if scope.split_whitespace().nth(1).is_some() {
        return Err(invalid_request(
            700_022,
            "The provided value for the input parameter scope is not valid: several resources.".into(),
        ));
    }
    let text =
        || format!("The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.");
    let resource = scope.strip_suffix("/.default");
    resource.map(String::from).ok_or_else(|| Refusal(70_011, StatusCode::BAD_REQUEST, "invalid_scope", text()))
}

fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, Refusal> {
    let missing =
        || invalid_request(900_144, format!("The request body must contain the following parameter: '{name}'."));
    form.get(name).map(String::as_str).filter(|value| !value.is_empty()).ok_or_else(missing)
}

fn invalid_request(code: u32, text: String) -> Refusal {
    Refusal(code, StatusCode::BAD_REQUEST, "invalid_request", text)
}

fn grant(office: &Office, tenant: &Tenant, version: Version, resource: &str) -> Value {
    let now = office.now().timestamp();
    let lifetime = office.options.token_lifetime.as_secs() as i64;
    let principal = Uuid::from_u64_pair(hash_text(1, &tenant.client_id), hash_text(2, &tenant.client_id)).to_string();
    let issuer = format!("https://sts.windows.net/{}/", tenant.tenant_id);
    let claims = Claims {
        aud: resource.into(),
        iss: issuer.clone(),
        iat: now,
        nbf: now,
        exp: now + lifetime,
        ver: "1.0".into(),
        tid: tenant.tenant_id.clone(),
        appid: tenant.client_id.clone(),
        appidacr: "1".into(),
        oid: principal.clone(),
        sub: principal,
        idp: issuer,
        roles: office.knobs().roles.clone(),
    };
    let token = claims.sign(office.options.seed);
    match version {
        Version::V1 => json!({
            "token_type": "Bearer", "expires_in": lifetime.to_string(), "ext_expires_in": lifetime.to_string(),
            "expires_on": (now + lifetime).to_string(), "not_before": now.to_string(), "resource": resource,
            "access_token": token,
        }),
        Version::V2 => json!({
            "token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token,
        }),
    }
}

impl Refusal {
    fn into_response(self, office: &Office) -> Response {
        let Self(code, status, error, text) = self;
        let timestamp = office.now().format("%Y-%m-%d %H:%M:%SZ").to_string();
        let count = office.books().tally.requests.get(&Operation::Token).copied().unwrap_or_default();
        let mut dice = dice(hash_text(office.options.seed ^ count, "trace"));
        let [trace, correlation] = [(); 2].map(|()| Uuid::from_u128(dice.u128(..)).to_string());
        let description = format!(
            "AADSTS{code}: {text}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {timestamp}"
        );
        let body = json!({
            "error": error, "error_description": description, "error_codes": [code], "timestamp": timestamp,
            "trace_id": trace, "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
        });
        (status, Json(body)).into_response()
    }
}
