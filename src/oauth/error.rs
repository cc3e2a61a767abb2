//! Why there is no token.

use std::time::Duration;

use super::aadsts::{self, Meaning};
use crate::net::{HttpError, Retry};

/// A token that was not given.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// The login service said no.
    #[error("the login service refuses client `{client}` in tenant `{tenant}`: {} ({})", .meaning.map_or("see its code", |known| known.text), said(*.code, .error))]
    Refused {
        /// `tenant_id` as configured.
        tenant: String,
        /// `client_id` as configured.
        client: String,
        /// OAuth's word, e.g. `invalid_client`.
        error: String,
        /// The number behind `AADSTS`, where there was one.
        code: Option<u32>,
        /// What that number means.
        meaning: Option<&'static Meaning>,
    },
    /// The login service cannot answer now.
    #[error("the login service answers {status}")]
    Unavailable {
        /// HTTP status: 408, 429 or 5xx.
        status: u16,
        /// What it asked us to wait.
        retry_after: Option<Duration>,
    },
    /// Something else than a token came. Its text is not kept, since it may hold the token.
    #[error("the login service's answer cannot be read")]
    Unreadable,
    /// No answer.
    #[error(transparent)]
    Http(#[from] HttpError),
}

fn said(code: Option<u32>, error: &str) -> String {
    code.map_or_else(|| error.to_owned(), |code| format!("AADSTS{code}, {error}"))
}

impl OAuthError {
    /// A refusal with what its number means.
    pub(super) fn refused(tenant: &str, client: &str, error: String, code: Option<u32>) -> Self {
        let meaning = code.and_then(aadsts::meaning);
        Self::Refused { tenant: tenant.to_owned(), client: client.to_owned(), error, code, meaning }
    }

    /// When to try again.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Refused { meaning: Some(meaning), .. } => meaning.class.retry(),
            Self::Refused { error, .. } if error == "temporarily_unavailable" || error == "server_error" => {
                Retry::Backoff
            }
            Self::Refused { .. } => Retry::Slowly,
            Self::Unavailable { retry_after: Some(wait), .. } => Retry::After(*wait),
            Self::Unavailable { .. } | Self::Unreadable => Retry::Backoff,
            Self::Http(error) => error.retry(),
        }
    }

    /// What the operator can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Refused { meaning: Some(meaning), .. } => meaning.hint,
            Self::Refused { .. } => "look the code up at https://login.microsoftonline.com/error",
            Self::Unavailable { .. } => "it passes by itself and is tried again",
            Self::Unreadable => "something else than Entra answers: check `login_url` and the proxy",
            Self::Http(error) => error.hint(),
        }
    }
}
