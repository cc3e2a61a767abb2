//! The errors of the Management Activity API: code, status and text, one table.

use std::time::Duration;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::json;
use thiserror::Error;

/// Why a request is refused; shown as Microsoft words it.
#[derive(Clone, Debug, PartialEq, Error)]
pub(super) enum Refusal {
    #[error("Authorization has been denied for this request.")]
    Unauthorized,
    #[error("The permission set ({0}) sent in the request did not include the expected permission.")]
    MissingRole(String),
    #[error("Missing parameter: {0}.")]
    MissingParameter(&'static str),
    #[error("Invalid parameter type: {name}. Expected type: {expected}")]
    WrongType { name: &'static str, expected: &'static str },
    #[error(
        "The tenant ID passed in the URL ({url}) does not match the tenant ID passed in the access token ({token})."
    )]
    OtherTenant { url: String, token: String },
    #[error("The tenant ID passed in the URL ({0}) is not a valid GUID.")]
    TenantNoGuid(String),
    #[error("The specified content type is not valid.")]
    ContentType,
    #[error("No subscription found for the specified content type.")]
    NoSubscription,
    #[error("The subscription was disabled.")]
    SubscriptionDisabled,
    #[error("The subscription is already enabled. No property change.")]
    AlreadyEnabled,
    #[error("Start time and end time must both be specified (or both omitted).")]
    HalfWindow,
    #[error(
        "Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours \
         apart, with the start time prior to end time and start time no more than 7 days in the past."
    )]
    Window,
    #[error("Invalid nextPage Input: {0}.")]
    NextPage(String),
    #[error("The specified content ({0}) does not exist.")]
    NoContent(String),
    #[error("Content requested with the key {0} has already expired. Content older than 7 days cannot be retrieved.")]
    Expired(String),
    #[error("Content ID {0} in the URL is invalid.")]
    ContentId(String),
    #[error("Only one language may be present in the Accept-Language header.")]
    SeveralLanguages,
    #[error("Invalid syntax in Accept-Language header.")]
    LanguageSyntax,
    #[error("Too many frequent subscription start requests. Please retry again after {}m {}s.", wait.as_secs() / 60, wait.as_secs() % 60)]
    StartTooFrequent { wait: Duration },
    #[error("Too many requests. Method={method}, PublisherId={publisher}")]
    Throttled { method: &'static str, publisher: String, status: StatusCode, retry_after: Option<Duration> },
    #[error("An internal error occurred. Retry the request.")]
    Internal,
}

impl Refusal {
    /// The code in the envelope, and the status that clients have seen with it.
    fn code(&self) -> (&'static str, StatusCode) {
        match self {
            Self::Unauthorized => ("", StatusCode::UNAUTHORIZED),
            Self::MissingRole(_) => ("AF10001", StatusCode::FORBIDDEN),
            Self::MissingParameter(_) => ("AF20001", StatusCode::BAD_REQUEST),
            Self::WrongType { .. } => ("AF20002", StatusCode::BAD_REQUEST),
            Self::OtherTenant { .. } => ("AF20010", StatusCode::FORBIDDEN),
            Self::TenantNoGuid(_) => ("AF20013", StatusCode::BAD_REQUEST),
            Self::ContentType => ("AF20020", StatusCode::BAD_REQUEST),
            Self::NoSubscription => ("AF20022", StatusCode::BAD_REQUEST),
            Self::SubscriptionDisabled => ("AF20023", StatusCode::BAD_REQUEST),
            Self::AlreadyEnabled => ("AF20024", StatusCode::BAD_REQUEST),
            Self::HalfWindow => ("AF20030", StatusCode::BAD_REQUEST),
            Self::NextPage(_) => ("AF20031", StatusCode::BAD_REQUEST),
            Self::NoContent(_) => ("AF20050", StatusCode::NOT_FOUND),
            Self::Expired(_) => ("AF20051", StatusCode::GONE),
            Self::ContentId(_) => ("AF20052", StatusCode::BAD_REQUEST),
            Self::SeveralLanguages => ("AF20053", StatusCode::BAD_REQUEST),
            Self::LanguageSyntax => ("AF20054", StatusCode::BAD_REQUEST),
            Self::Window => ("AF20055", StatusCode::BAD_REQUEST),
            Self::StartTooFrequent { .. } => ("429", StatusCode::FORBIDDEN),
            Self::Throttled { status, .. } => ("AF429", *status),
            Self::Internal => ("AF50000", StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (code, status) = self.code();
        let message = self.to_string();
        let body = match self {
            // The front door has its own envelope.
            Self::Unauthorized => json!({"Message": message}),
            _ => json!({"error": {"code": code, "message": message}}),
        };
        let mut response = (status, Json(body)).into_response();
        if let Self::Throttled { retry_after: Some(wait), .. } = self {
            response.headers_mut().insert(http::header::RETRY_AFTER, wait.as_secs().into());
        }
        response
    }
}
