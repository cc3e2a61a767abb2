//! The Management Activity API's errors: one table, decided on `error.code` and never on the status alone.
//!
//! Source: <https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-reference#errors>.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::net::{HttpError, Retry};
use crate::oauth::OAuthError;

/// A call that did not give what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The API said no.
    #[error("{operation}: {} ({status} {code}: {message})", .meaning.text)]
    Refused {
        /// What we asked for.
        operation: &'static str,
        /// HTTP status.
        status: u16,
        /// `error.code`, or empty.
        code: String,
        /// `error.message`, shortened.
        message: String,
        /// What the code means.
        meaning: &'static Meaning,
        /// What the answer asked us to wait, in a header or in its text.
        retry_after: Option<Duration>,
    },
    /// The answer is no JSON of the expected shape.
    #[error("{operation}: the answer cannot be read: {source}")]
    Unreadable {
        /// What we asked for.
        operation: &'static str,
        /// Where it went wrong.
        source: serde_json::Error,
    },
    /// A listing names a next page that cannot be asked for.
    #[error("{operation}: the next page that the answer names {problem}")]
    NextPage {
        /// What we asked for.
        operation: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// There is no token.
    #[error("no access token: {0}")]
    Token(Arc<OAuthError>),
    /// There is no whole answer.
    #[error(transparent)]
    Http(#[from] HttpError),
}

/// What a caller does about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Too many requests: slow down, then the same again.
    Throttled,
    /// A new token may help.
    Unauthorized,
    /// Start the subscription, then the same again.
    Subscribe,
    /// It is as it should be.
    Fine,
    /// The window is not acceptable: look at the clock and take a smaller one.
    Window,
    /// List the same window again from its first page.
    Relist,
    /// It is gone for good: count it as lost.
    Lost,
    /// An administrator has to act.
    Configuration,
    /// We made a mistake.
    Defect,
    /// Wait, then the same again.
    Passing,
}

/// One error code.
#[derive(Debug)]
pub struct Meaning {
    /// `error.code`, or empty for what is told by the status.
    pub code: &'static str,
    /// What to do about it.
    pub reaction: Reaction,
    /// What it says.
    pub text: &'static str,
    /// What the operator can do.
    pub hint: &'static str,
}

const fn row(code: &'static str, reaction: Reaction, text: &'static str, hint: &'static str) -> Meaning {
    Meaning { code, reaction, text, hint }
}

use Reaction::{Configuration, Defect, Fine, Lost, Passing, Relist, Subscribe, Throttled, Unauthorized, Window};

const WAIT: &str = "it passes by itself and is tried again";
const REPORT: &str = "this is a defect of o365collector: please report it with this message";
const TENANT: &str = "`tenant_id` must be the directory's GUID, and `cloud` the one it lives in";
const CLOCK: &str = "check this machine's clock (timedatectl)";
const GONE: &str =
    "Microsoft keeps content for 7 days: collect more often, or search the audit log in the Purview portal";
const PERMISSION: &str = "App registrations > your app > API permissions > Office 365 Management APIs: add the application permission ActivityFeed.Read and grant admin consent";
const AUDIT: &str = "switch auditing on: purview.microsoft.com > Audit > Start recording; it takes up to 60 minutes. The tenant needs a Microsoft 365 licence";
const SPEED: &str = "we slow down; several collectors of one tenant share its budget: lower `requests_per_minute`";

const MEANINGS: &[Meaning] = &[
    row("AF10001", Configuration, "the application may not read the activity feed", PERMISSION),
    row("AF20001", Defect, "a parameter is missing", REPORT),
    row("AF20002", Defect, "a parameter has a wrong type", REPORT),
    row("AF20003", Configuration, "the webhook's expiration lies in the past", "set a later `expiration`, or none"),
    row("AF20010", Configuration, "the tenant is not the token's", TENANT),
    row("AF20011", Configuration, "there is no such tenant", TENANT),
    row("AF20012", Configuration, "the tenant is not set up for auditing", AUDIT),
    row("AF20013", Configuration, "the tenant id is no GUID", TENANT),
    row("AF20020", Configuration, "there is no such content type", "check `content_types`"),
    row(
        "AF20021",
        Configuration,
        "the webhook could not be validated",
        "its address must begin with https and answer 200",
    ),
    row("AF20022", Subscribe, "there is no subscription", WAIT),
    row("AF20023", Subscribe, "the subscription is disabled", AUDIT),
    row("AF20024", Fine, "the subscription is already enabled", WAIT),
    row("AF20030", Window, "the window is not acceptable", CLOCK),
    row("AF20031", Relist, "the next page's token is not valid any more", WAIT),
    row("AF20050", Lost, "the content does not exist", GONE),
    row("AF20051", Lost, "the content has expired", GONE),
    row("AF20052", Lost, "the content's id is not valid", REPORT),
    row("AF20053", Defect, "several languages were asked for", REPORT),
    row("AF20054", Defect, "the language is malformed", REPORT),
    row("AF20055", Window, "the window is not acceptable", CLOCK),
    row("AF429", Throttled, "too many requests", SPEED),
    row("429", Throttled, "subscriptions are started too often", "Microsoft allows one start in 15 minutes; we wait"),
    row("AF50000", Passing, "an internal error of the API", WAIT),
    row("AF50005", Passing, "an internal error of the API", WAIT),
    row("AF50006", Passing, "an internal error of the API", WAIT),
];

const UNAUTHORIZED: Meaning = row("", Unauthorized, "the token is not accepted", PERMISSION);
const FORBIDDEN: Meaning = row("", Configuration, "access is denied", PERMISSION);
const TOO_MANY: Meaning = row("", Throttled, "too many requests", SPEED);
const AUDIT_OFF: Meaning = row("", Configuration, "auditing is switched off in the tenant", AUDIT);
const UNKNOWN: Meaning = row("", Passing, "the API answers an error", WAIT);

/// The envelope `{"error":{"code","message"}}`; a code may come as a number.
#[derive(Debug, Default, Deserialize)]
struct Envelope {
    #[serde(default)]
    error: Inner,
    #[serde(default, rename = "Message")]
    message: String,
}

#[derive(Debug, Default, Deserialize)]
struct Inner {
    #[serde(default)]
    code: serde_json::Value,
    #[serde(default)]
    message: String,
}

impl ApiError {
    /// What an answer that is not 2xx says.
    pub(super) fn refused(
        operation: &'static str,
        status: http::StatusCode,
        body: &[u8],
        retry_after: Option<Duration>,
    ) -> Self {
        let envelope: Envelope = serde_json::from_slice(body).unwrap_or_default();
        let code = match envelope.error.code {
            serde_json::Value::String(code) => code,
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        };
        let message = [envelope.error.message, envelope.message].into_iter().find(|text| !text.is_empty());
        let message = message.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
        let meaning = meaning(&code, status.as_u16(), &message);
        let retry_after = retry_after.or_else(|| waiting_time(&message));
        let message = message.chars().filter(|letter| !letter.is_control()).take(300).collect();
        Self::Refused { operation, status: status.as_u16(), code, message, meaning, retry_after }
    }

    /// What to do about it.
    pub fn reaction(&self) -> Reaction {
        match self {
            Self::Refused { meaning, .. } => meaning.reaction,
            Self::Token(error) if error.retry() == Retry::Slowly => Reaction::Configuration,
            Self::Unreadable { .. } | Self::NextPage { .. } | Self::Token(_) | Self::Http(_) => Reaction::Passing,
        }
    }

    /// When to try again.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Refused { retry_after: Some(wait), .. } => Retry::After(*wait),
            Self::Refused { meaning, .. } => match meaning.reaction {
                Configuration | Defect => Retry::Slowly,
                Lost | Fine => Retry::Never,
                Throttled | Unauthorized | Subscribe | Window | Relist | Passing => Retry::Backoff,
            },
            Self::Unreadable { .. } | Self::NextPage { .. } => Retry::Backoff,
            Self::Token(error) => error.retry(),
            Self::Http(error) => error.retry(),
        }
    }

    /// Whether the same request may well succeed in a moment, and nothing else has to be done first.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Refused { meaning, .. } => matches!(meaning.reaction, Throttled | Passing),
            Self::Unreadable { .. } | Self::NextPage { .. } => true,
            Self::Http(error) => error.retry() == Retry::Backoff,
            Self::Token(_) => false,
        }
    }

    /// What the operator can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Refused { meaning, .. } => meaning.hint,
            Self::Unreadable { .. } | Self::NextPage { .. } => {
                "something else than the API answers: check `management_url` and the proxy"
            }
            Self::Token(error) => error.hint(),
            Self::Http(error) => error.hint(),
        }
    }
}

fn meaning(code: &str, status: u16, message: &str) -> &'static Meaning {
    // Microsoft answers so, in prose only, when auditing was never switched on.
    if message.contains("DataServiceException") && message.contains("does not exist") {
        return &AUDIT_OFF;
    }
    if let Some(known) = MEANINGS.iter().find(|meaning| meaning.code == code) {
        return known;
    }
    match status {
        401 => &UNAUTHORIZED,
        403 => &FORBIDDEN,
        429 => &TOO_MANY,
        _ => &UNKNOWN,
    }
}

/// Reads `Please retry again after 8m 46s.`
fn waiting_time(message: &str) -> Option<Duration> {
    let words = message.split_once("retry again after ")?.1;
    let mut seconds = 0;
    for word in words.split_whitespace().map(|word| word.trim_end_matches(['.', ','])) {
        let (number, unit) = word.split_at(word.len().saturating_sub(1));
        let Ok(number) = number.parse::<u64>() else { break };
        let more: u64 = match unit {
            "h" => number.saturating_mul(3600),
            "m" => number.saturating_mul(60),
            "s" => number,
            _ => break,
        };
        seconds = more.saturating_add(seconds);
    }
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    #[track_caller]
    fn check(status: u16, body: &str, expected: Reaction) {
        let status = StatusCode::from_u16(status).expect("a status");
        let error = ApiError::refused("test", status, body.as_bytes(), None);
        assert_eq!(error.reaction(), expected, "{status} {body}");
        assert!(!error.hint().is_empty());
    }

    #[test]
    fn the_code_decides_and_not_the_status() {
        let throttled = r#"{"error":{"code":"AF429","message":"Too many requests. Method=GetBlob"}}"#;
        check(403, throttled, Reaction::Throttled);
        check(429, throttled, Reaction::Throttled);
        check(403, r#"{"error":{"code":"AF10001","message":"x"}}"#, Reaction::Configuration);
        check(400, r#"{"error":{"code":"AF20024","message":"already enabled"}}"#, Reaction::Fine);
        check(400, r#"{"error":{"code":429,"message":"x"}}"#, Reaction::Throttled);
        check(404, r#"{"error":{"code":"AF20051","message":"x"}}"#, Reaction::Lost);
        check(400, r#"{"error":{"code":"AF99999","message":"new"}}"#, Reaction::Passing);
    }

    #[test]
    fn without_a_code_the_status_is_all_there_is() {
        check(401, r#"{"Message":"Authorization has been denied for this request."}"#, Reaction::Unauthorized);
        check(403, "", Reaction::Configuration);
        check(429, "<html>", Reaction::Throttled);
        check(502, "<html>", Reaction::Passing);
        // A gateway's 404 must not cost a blob: it is lost when its own code says so, or when it has expired.
        check(404, "<html>", Reaction::Passing);
        let off = "Microsoft.Office.Compliance.Audit.DataServiceException: Tenant 1 does not exist.";
        check(400, &format!(r#"{{"error":{{"code":"AF20011","message":"{off}"}}}}"#), Reaction::Configuration);
    }

    #[test]
    fn the_wait_between_two_starts_stands_in_the_text() {
        let body = r#"{"error":{"code":"429","message":"Too many frequent subscription start requests. Please retry again after 8m 46s."}}"#;
        let error = ApiError::refused("start", StatusCode::FORBIDDEN, body.as_bytes(), None);
        assert_eq!(error.retry(), Retry::After(Duration::from_secs(8 * 60 + 46)));
    }

    #[test]
    fn every_code_stands_once() {
        for meaning in MEANINGS {
            assert_eq!(MEANINGS.iter().filter(|other| other.code == meaning.code).count(), 1, "{}", meaning.code);
        }
    }
}
