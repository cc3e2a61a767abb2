//! What the Management Activity API writes, read leniently.

use chrono::Duration;
use serde::{Deserialize, Deserializer};

use crate::time::{self, Timestamp};

/// Microsoft's content types, spelled exactly.
///
/// [Reference](https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-reference#working-with-the-office-365-management-activity-api)
pub const CONTENT_TYPES: [&str; 5] =
    ["Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General", "DLP.All"];

/// A subscription to a content type.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// E.g. `Audit.Exchange`.
    pub content_type: String,
    /// `enabled` or `disabled`; Microsoft's own sample leaves it out.
    #[serde(default)]
    pub status: Option<String>,
}

impl Subscription {
    /// Whether content is collected for it. What does not say otherwise is.
    pub fn is_enabled(&self) -> bool {
        self.status.as_deref().is_none_or(|status| status.eq_ignore_ascii_case("enabled"))
    }
}

/// A content blob that can be fetched.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// Opaque; holds `$`.
    pub content_id: String,
    /// Where it is fetched; empty where Microsoft leaves it out.
    #[serde(default)]
    pub content_uri: String,
    /// When it was made available.
    #[serde(deserialize_with = "timestamp")]
    pub content_created: Timestamp,
    /// Until when it can be fetched.
    #[serde(default, deserialize_with = "optional_timestamp")]
    pub content_expiration: Option<Timestamp>,
}

impl Content {
    /// Until when it can be fetched: as Microsoft says, else the documented seven days.
    pub fn expires(&self) -> Timestamp {
        self.content_expiration.unwrap_or(self.content_created + Duration::days(7))
    }
}

/// A sensitive information type of data loss prevention.
#[derive(Clone, Debug, Deserialize)]
pub struct SensitiveType {
    /// GUID.
    pub id: String,
    /// Its name in the language that was asked for.
    pub name: String,
}

fn timestamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    time::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no timestamp")))
}

fn optional_timestamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.as_deref().and_then(time::parse))
}
