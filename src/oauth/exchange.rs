//! One request for a token, through the `oauth2` crate over our own transport.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use oauth2::basic::{BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType};
use oauth2::{
    AccessToken, AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, RefreshToken, RequestTokenError, Scope,
    StandardRevocableToken, TokenResponse, TokenUrl,
};
use serde::{Deserialize, Deserializer, Serialize};
use url::Url;

use super::OAuthError;
use crate::net::{HttpError, Transport};
use crate::secret::{ExposeSecret, Secret};

/// Tokens and errors are a few kilobytes.
const ANSWER_LIMIT: usize = 256 * 1024;
/// Entra's tokens live 60 to 90 minutes; an answer that does not say is taken for less.
const DEFAULT_LIFETIME: Duration = Duration::from_mins(10);

/// Which of Entra's two token endpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Endpoint {
    /// `/oauth2/token` with `resource`.
    V1,
    /// `/oauth2/v2.0/token` with `scope`.
    #[default]
    V2,
}

/// Who we are to Entra.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Root of the login service, e.g. `https://login.microsoftonline.com`.
    pub login: Url,
    /// Directory (tenant) id.
    pub tenant: String,
    /// Application (client) id.
    pub client: String,
    /// The client secret's value.
    pub secret: Secret,
    /// Which endpoint to ask.
    pub endpoint: Endpoint,
}

/// What came: the token and how long it lives.
pub(super) struct Granted {
    pub token: Secret,
    pub lifetime: Duration,
}

/// Asks for a token for `resource`, e.g. `https://manage.office.com`.
pub(super) async fn request(
    transport: &Transport,
    credentials: &Credentials,
    resource: &str,
) -> Result<Granted, OAuthError> {
    let path = match credentials.endpoint {
        Endpoint::V1 => "oauth2/token",
        Endpoint::V2 => "oauth2/v2.0/token",
    };
    let root = credentials.login.as_str().trim_end_matches('/');
    let url = TokenUrl::new(format!("{root}/{}/{path}", credentials.tenant)).map_err(|_| OAuthError::Unreadable)?;
    let client = Client::new(ClientId::new(credentials.client.clone()))
        .set_client_secret(ClientSecret::new(credentials.secret.expose_secret().to_owned()))
        .set_auth_type(AuthType::RequestBody)
        .set_token_uri(url);
    let request = client.exchange_client_credentials();
    let request = match credentials.endpoint {
        Endpoint::V1 => request.add_extra_param("resource", resource),
        Endpoint::V2 => request.add_scope(Scope::new(format!("{resource}/.default"))),
    };
    let answer = request.request_async(&Http(transport.clone())).await.map_err(|error| explain(error, credentials))?;
    let lifetime = answer.expires_in().unwrap_or(DEFAULT_LIFETIME);
    Ok(Granted { token: Secret::from(answer.access_token.secret().as_str()), lifetime })
}

type Client = oauth2::Client<
    Refusal,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

/// `oauth2` reads bodies only, so what the status says must leave by the error's way.
#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("status {status}")]
    Unavailable { status: u16, retry_after: Option<Duration> },
}

/// Our transport, as `oauth2` calls it.
struct Http(Transport);

impl<'c> oauth2::AsyncHttpClient<'c> for Http {
    type Error = SendError;
    type Future = BoxFuture<'c, Result<HttpResponse, SendError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(send(&self.0, request))
    }
}

async fn send(transport: &Transport, request: HttpRequest) -> Result<HttpResponse, SendError> {
    let response = transport.send(request.map(Bytes::from)).await?;
    let (status, retry_after) = (response.status, response.retry_after());
    if status.is_server_error() || matches!(status.as_u16(), 408 | 429) {
        return Err(SendError::Unavailable { status: status.as_u16(), retry_after });
    }
    let headers = response.headers.clone();
    let mut answer = HttpResponse::new(response.bytes(ANSWER_LIMIT).await?);
    (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
    Ok(answer)
}

fn explain(error: RequestTokenError<SendError, Refusal>, credentials: &Credentials) -> OAuthError {
    match error {
        RequestTokenError::Request(SendError::Http(error)) => OAuthError::Http(error),
        RequestTokenError::Request(SendError::Unavailable { status, retry_after }) => {
            OAuthError::Unavailable { status, retry_after }
        }
        RequestTokenError::ServerResponse(refusal) => {
            let code = refusal.code();
            OAuthError::refused(&credentials.tenant, &credentials.client, refusal.error, code)
        }
        // The text of a parse error holds the body, and the body may hold the token.
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => OAuthError::Unreadable,
    }
}

/// A token as either endpoint answers it: v1 writes numbers as text.
#[derive(Debug, Deserialize, Serialize)]
struct Answer {
    access_token: AccessToken,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Number(u64),
        Text(String),
    }
    Ok(match Option::<Number>::deserialize(deserializer)? {
        Some(Number::Number(seconds)) => Some(seconds),
        Some(Number::Text(text)) => text.parse().ok(),
        None => None,
    })
}

impl TokenResponse for Answer {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &BasicTokenType::Bearer
    }

    fn expires_in(&self) -> Option<Duration> {
        self.expires_in.map(Duration::from_secs)
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

/// Entra's error answer; of the description only the number at its beginning is read.
#[derive(Debug, Deserialize, Serialize)]
struct Refusal {
    error: String,
    #[serde(default)]
    error_description: String,
    #[serde(default)]
    error_codes: Vec<u32>,
}

impl Refusal {
    fn code(&self) -> Option<u32> {
        let described = || {
            let digits = self.error_description.split_once("AADSTS")?.1;
            digits.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
        };
        self.error_codes.first().copied().or_else(described)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.error)
    }
}

impl oauth2::ErrorResponse for Refusal {}
