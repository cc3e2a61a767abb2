//! Access tokens: they look like JWTs, and only this simulator can tell whether they are good.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::dice::hash_text;
use crate::time::Timestamp;

/// What a token says of its bearer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) aud: String,
    pub(super) iss: String,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
    pub(super) ver: String,
    pub(super) tid: String,
    pub(super) appid: String,
    pub(super) appidacr: String,
    pub(super) oid: String,
    pub(super) sub: String,
    pub(super) idp: String,
    // Entra leaves the claim out when the application has no role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) roles: Vec<String>,
}

impl Claims {
    pub(super) fn is_current(&self, now: Timestamp) -> bool {
        (self.nbf..self.exp).contains(&now.timestamp())
    }

    /// Writes the token.
    pub(super) fn sign(&self, seed: u64) -> String {
        let header = json!({"typ": "JWT", "alg": "RS256", "x5t": "c2ltdWxhdG9y", "kid": "c2ltdWxhdG9y"}).to_string();
        let payload = json!(self).to_string();
        let signed = format!("{}.{}", BASE64.encode(header), BASE64.encode(payload));
        format!("{signed}.{}", signature(seed, &signed))
    }

    /// Reads a token that this seed has signed.
    pub(super) fn read(token: &str, seed: u64) -> Option<Self> {
        let (signed, claimed) = token.rsplit_once('.')?;
        let (_, payload) = signed.split_once('.')?;
        let payload = BASE64.decode(payload).ok().filter(|_| claimed == signature(seed, signed))?;
        serde_json::from_slice(&payload).ok()
    }
}

fn signature(seed: u64, signed: &str) -> String {
    BASE64.encode(hash_text(seed, signed).to_be_bytes())
}
