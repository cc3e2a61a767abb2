//! The names of DLP's sensitive types.

use axum::Json;
use http::{HeaderMap, header::ACCEPT_LANGUAGE};
use serde_json::{Value, json};

use super::{activity::Call, refusal::Refusal};

/// `GET resources/dlpSensitiveTypes`.
pub(super) async fn names(_call: Call, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    let language = headers
        .get(ACCEPT_LANGUAGE)
        .map_or(Ok("en-US"), |value| value.to_str().map_err(|_| Refusal::LanguageSyntax))?;
    if language.contains(',') {
        return Err(Refusal::SeveralLanguages);
    }
    let is_tag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !language.split('-').all(is_tag) {
        return Err(Refusal::LanguageSyntax);
    }
    let card = if language.starts_with("de") { "Kreditkartennummer" } else { "Credit Card Number" };
    Ok(Json(json!([
        {"id": "50842eb7-edc8-4019-85dd-5a5c1f2bb085", "name": card},
        {"id": "cb353f78-2b72-4c3c-8827-92ebe4f69fdf", "name": "ABA Routing Number"},
        {"id": "e7dc4711-11b7-4cb0-b88b-2c394a771f0e", "name": "International Banking Account Number (IBAN)"},
    ])))
}
