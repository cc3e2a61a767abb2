//! Downloading a blob.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::{
    CONTENT_TYPES,
    activity::Call,
    dice::{dice, happens, hash_text},
    office::Office,
    refusal::Refusal,
};

/// `GET audit/{contentId}`.
pub(super) async fn blob(
    State(office): State<Arc<Office>>,
    Path(path): Path<HashMap<String, String>>,
    call: Call,
) -> Result<Response, Refusal> {
    let id = path.get("id").map(String::as_str).unwrap_or_default();
    let body = body(&office, &call, id)?;
    Ok(([(CONTENT_TYPE, "application/json; charset=utf-8")], with_mark(&office, id, body)).into_response())
}

fn body(office: &Office, call: &Call, id: &str) -> Result<Bytes, Refusal> {
    let content = office.content();
    for content_type in CONTENT_TYPES {
        let catalogue = Office::place(call.tenant, content_type).map(|place| &content[place]);
        let Some((catalogue, entry)) = catalogue.and_then(|c| c.find(id, call.now).map(|entry| (c, entry))) else {
            continue;
        };
        let books = office.books();
        let enrolment = books.enrolments.get(&(call.tenant, content_type.into())).ok_or(Refusal::NoSubscription)?;
        enrolment.check()?;
        if !enrolment.shows(entry.visible) {
            return Err(Refusal::NoContent(id.into()));
        }
        drop(books);
        if call.now >= entry.expires {
            return Err(Refusal::Expired(id.into()));
        }
        let body = catalogue.body(&entry, &office.companies[call.tenant]);
        let shows_matches = content_type != "DLP.All" || call.has_role("ActivityFeed.ReadDlp");
        return Ok(if shows_matches { body } else { without_matches(body) });
    }
    // Every real id has parts; what has none was never one.
    Err(if id.contains('$') { Refusal::NoContent(id.into()) } else { Refusal::ContentId(id.into()) })
}

/// Takes the matched values out of DLP records; what is no JSON stays as it is.
fn without_matches(body: Bytes) -> Bytes {
    let Ok(mut records) = serde_json::from_slice::<Value>(&body) else { return body };
    remove_matches(&mut records);
    records.to_string().into()
}

fn remove_matches(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(remove_matches),
        Value::Object(members) => {
            members.remove("SensitiveInformationDetections");
            members.entry("SensitiveInfoDetectionIsIncluded").and_modify(|is_included| *is_included = false.into());
            members.values_mut().for_each(remove_matches);
        }
        _ => {}
    }
}

/// Puts a byte order mark before some bodies.
fn with_mark(office: &Office, id: &str, body: Bytes) -> Bytes {
    let probability = office.knobs().bom;
    if !happens(&mut dice(hash_text(office.options.seed, id)), probability) {
        return body;
    }
    [b"\xef\xbb\xbf".as_slice(), &body].concat().into()
}
