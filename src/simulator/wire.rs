//! What happens to an answer on its way out: headers, compression, and accidents.

use std::{io, io::Write as _};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use futures_util::stream;
use http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, DATE},
};
use http_body_util::BodyExt as _;

use super::Fault;
use crate::time::Timestamp;

/// Sets the headers that every answer of the Management API has.
pub(super) fn stamp(headers: &mut HeaderMap, now: Timestamp) {
    let fixed = [
        ("cache-control", "no-cache"),
        ("pragma", "no-cache"),
        ("expires", "-1"),
        ("server", "Microsoft-IIS/10.0"),
        ("x-aspnet-version", "4.0.30319"),
        ("x-powered-by", "ASP.NET"),
    ];
    headers.extend(fixed.map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value))));
    headers.insert(DATE, date(now));
    if headers.get(CONTENT_TYPE).is_some_and(|value| value == "application/json") {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    }
}

/// An instant as the `Date` header has it.
pub(super) fn date(now: Timestamp) -> HeaderValue {
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    date.try_into().expect("a date is plain text")
}

/// Whether a client takes compressed bodies.
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("gzip"))
}

/// Compresses the body.
pub(super) async fn compress(response: Response) -> Response {
    let (mut parts, body) = whole(response).await;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&body).expect("a vector takes every write");
    let compressed = encoder.finish().expect("a vector takes every write");
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, compressed.into())
}

/// Breaks the body as the fault says, one that `breaks_body`.
pub(super) async fn damage(response: Response, fault: Fault) -> Response {
    let (mut parts, body) = whole(response).await;
    let half = body.slice(..body.len() / 2);
    parts.headers.remove(CONTENT_LENGTH);
    let body = match fault {
        Fault::InvalidJson => Body::from(half),
        Fault::Truncated => {
            parts.headers.insert(CONTENT_LENGTH, body.len().into());
            interrupted(half, io::ErrorKind::UnexpectedEof)
        }
        _ => interrupted(half, io::ErrorKind::ConnectionReset),
    };
    Response::from_parts(parts, body)
}

async fn whole(response: Response) -> (http::response::Parts, Bytes) {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("the simulator's own bodies are whole until it damages them");
    (parts, body.to_bytes())
}

/// A body that ends in an error.
fn interrupted(part: Bytes, error: io::ErrorKind) -> Body {
    Body::from_stream(stream::unfold(Some(part), move |part| async move {
        match part {
            Some(part) if !part.is_empty() => Some((Ok(part), Some(Bytes::new()))),
            Some(_) => {
                // Lets the server send what it has before it learns of the accident.
                tokio::task::yield_now().await;
                Some((Err(io::Error::from(error)), None))
            }
            None => None,
        }
    }))
}
