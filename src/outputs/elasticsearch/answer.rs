//! What the far side says about a request and about each event in it.

use std::borrow::Cow;

use serde::Deserialize;

use crate::event::Event;
use crate::outputs::Verdict;

/// Only these parts of an answer are sent to us: a success is then a few bytes an event.
pub(super) const FILTER: &str = "errors,items.*.status,items.*.error,error,status";

/// Reasons are cut to this.
const REASON_CHARS: usize = 300;

/// The answer to `_bulk`: one item an event, in their order.
#[derive(Debug, Deserialize)]
pub(super) struct Answer<'a> {
    #[serde(borrow)]
    pub(super) items: Vec<Action<'a>>,
}

/// `{"create": …}`
#[derive(Debug, Deserialize)]
pub(super) struct Action<'a> {
    #[serde(borrow, alias = "index")]
    create: Item<'a>,
}

#[derive(Debug, Deserialize)]
struct Item<'a> {
    status: u16,
    #[serde(borrow)]
    error: Option<Box<Said<'a>>>,
}

/// An error as Elasticsearch writes it; what speaks like it may write a mere text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Said<'a> {
    Full {
        #[serde(borrow, rename = "type")]
        kind: Cow<'a, str>,
        #[serde(borrow, default)]
        reason: Option<Cow<'a, str>>,
    },
    Text(Cow<'a, str>),
    Other(serde::de::IgnoredAny),
}

impl Said<'_> {
    fn kind(&self) -> &str {
        match self {
            Self::Full { kind, .. } => kind,
            Self::Text(_) | Self::Other(_) => "",
        }
    }

    fn reason(&self) -> &str {
        match self {
            Self::Full { reason, .. } => reason.as_deref().unwrap_or_default(),
            Self::Text(text) => text,
            Self::Other(_) => "",
        }
    }

    /// `type: reason`, without what it quotes of a document.
    fn text(&self, event: Option<&Event>) -> String {
        let reason = without_values(self.reason(), event);
        let (kind, reason) = (self.kind(), reason.trim_end_matches([':', ' ', '.']));
        let whole = [kind, reason].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(": ");
        shortened(&whole)
    }

    /// Whether the operator can mend it, so that the event may wait: the far side's set-up, not the event's content.
    fn is_mendable(&self) -> bool {
        let (kind, reason) = (self.kind(), self.reason());
        matches!(
            kind,
            "cluster_block_exception"
                | "security_exception"
                | "index_not_found_exception"
                | "index_closed_exception"
                | "resource_already_exists_exception"
        ) || reason.starts_with("pipeline with id [")
            || reason.contains("this action would add [")
    }
}

impl Action<'_> {
    /// What became of `event`.
    pub(super) fn verdict(&self, event: Option<&Event>) -> Verdict {
        let Item { status, error } = &self.create;
        let text = || match error.as_deref() {
            Some(said) => said.text(event),
            None => format!("status {status}"),
        };
        let mendable = error.as_deref().is_some_and(Said::is_mendable);
        match status {
            200..=299 => Verdict::Written,
            409 if error.as_deref().is_none_or(|said| said.kind().contains("version_conflict")) => Verdict::Duplicate,
            409 | 429 | 500.. => Verdict::Retry(text()),
            _ if mendable => Verdict::Retry(text()),
            _ => Verdict::Refused(text()),
        }
    }
}

/// What a whole request was refused with.
#[derive(Debug)]
pub(super) struct Refusal {
    /// `type: reason`, or the beginning of what came.
    pub(super) text: String,
    /// The request itself is ill-formed, by one of its events.
    pub(super) is_about_an_event: bool,
}

impl Refusal {
    /// Reads the body of an answer that is no success.
    pub(super) fn read(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Whole<'a> {
            #[serde(borrow)]
            error: Said<'a>,
        }
        if let Ok(Whole { error }) = serde_json::from_slice(body) {
            let is_about_an_event = matches!(error.kind(), "action_request_validation_exception" | "parse_exception");
            return Self { text: error.text(None), is_about_an_event };
        }
        let said = String::from_utf8_lossy(body);
        let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = if words.is_empty() { "nothing".to_owned() } else { shortened(&words) };
        Self { text, is_about_an_event: false }
    }
}

/// A reason without what it quotes of a document: audit records are personal data, and reasons are logged.
///
/// Texts in quotes go. Texts in brackets are names of fields and types mostly; they go where the event has such a value.
fn without_values(reason: &str, event: Option<&Event>) -> String {
    let end = ["Preview of field's value", "The prefix of the first immense term"];
    let end = end.iter().filter_map(|marker| reason.find(marker)).min().unwrap_or(reason.len());
    let json = event.map(Event::to_json);
    let mut out = String::with_capacity(end);
    let mut rest = reason[..end].trim_end();
    while let Some(at) = rest.find(['\'', '"', '[']) {
        let close = match rest.as_bytes()[at] {
            b'[' => ']',
            quote => quote as char,
        };
        let inside = &rest[at + 1..];
        // A quote within a word, as in `field's`, opens nothing.
        let is_open = close == ']' || !rest[..at].ends_with(char::is_alphanumeric);
        let Some(length) = inside.find(close).filter(|_| is_open) else {
            out.push_str(&rest[..=at]);
            rest = inside;
            continue;
        };
        let quoted = &inside[..length];
        let is_kept = close == ']' && json.as_deref().is_none_or(|json| !is_value(json, quoted));
        out.push_str(&rest[..=at]);
        out.push_str(if is_kept { quoted } else { "…" });
        out.push(close);
        rest = &inside[length + 1..];
    }
    out.push_str(rest);
    out
}

/// Whether `text` is a value somewhere in `json`, and not merely a name.
fn is_value(json: &str, text: &str) -> bool {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    let ends = |rest: &str| rest.starts_with([',', '}', ']']);
    let is_text = json.match_indices(&quoted).any(|(at, found)| ends(&json[at + found.len()..]));
    let bare = format!(":{text}");
    is_text || json.match_indices(&bare).any(|(at, found)| ends(&json[at + found.len()..]))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(REASON_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(item: &str, verdict: &Verdict) {
        let event = r#"{"user":{"name":"alice"},"n":77,"o365":{"Size":"a lot"}}"#;
        let event = Event::from_json(event.to_owned()).unwrap();
        let answer = format!(r#"{{"errors":true,"items":[{{"create":{item}}}]}}"#);
        let answer: Answer<'_> = serde_json::from_str(&answer).unwrap();
        assert_eq!(&answer.items[0].verdict(Some(&event)), verdict, "{item}");
    }

    #[test]
    fn each_status_has_its_verdict() {
        check(r#"{"status":201}"#, &Verdict::Written);
        check(r#"{"status":200}"#, &Verdict::Written);
        let conflict = r#"{"status":409,"error":{"type":"version_conflict_engine_exception","reason":"[1]: exists"}}"#;
        check(conflict, &Verdict::Duplicate);
        let busy = r#"{"status":429,"error":{"type":"es_rejected_execution_exception","reason":"queue full"}}"#;
        check(busy, &Verdict::Retry("es_rejected_execution_exception: queue full".into()));
        check(r#"{"status":503,"error":"shards are away"}"#, &Verdict::Retry("shards are away".into()));
        check(r#"{"status":500,"error":[]}"#, &Verdict::Retry(String::new()));
        check(r#"{"status":400}"#, &Verdict::Refused("status 400".into()));
        let blocked = r#"{"status":403,"error":{"type":"cluster_block_exception","reason":"index [x] blocked"}}"#;
        check(blocked, &Verdict::Retry("cluster_block_exception: index [x] blocked".into()));
        let pipeline = r#"{"status":400,"error":{"type":"illegal_argument_exception","reason":"pipeline with id [p] does not exist"}}"#;
        check(pipeline, &Verdict::Retry("illegal_argument_exception: pipeline with id [p] does not exist".into()));
    }

    #[test]
    fn a_reason_holds_nothing_of_the_document() {
        for (said, kept) in [
            (
                "failed to parse field [o365.Size] of type [long] in document with id 'abc'. Preview of field's value: 'a lot'",
                "failed to parse field [o365.Size] of type [long] in document with id '…'",
            ),
            ("unable to convert [alice] to integer", "unable to convert […] to integer"),
            ("[77] is too much for field [n]", "[…] is too much for field [n]"),
            ("'alice' is not an IP string literal.", "'…' is not an IP string literal"),
            ("the field's [name] isn't known", "the field's [name] isn't known"),
            ("unclosed [alice", "unclosed [alice"),
        ] {
            let item = serde_json::json!({"status": 400, "error": {"type": "t", "reason": said}}).to_string();
            check(&item, &Verdict::Refused(format!("t: {kept}")));
        }
        let long = serde_json::json!({"status": 400, "error": {"type": "t", "reason": "é".repeat(1000)}}).to_string();
        check(&long, &Verdict::Refused(format!("t: {}…", "é".repeat(297))));
    }

    #[test]
    fn a_refusal_is_read_in_any_shape() {
        let json = br#"{"error":{"root_cause":[],"type":"security_exception","reason":"missing"},"status":401}"#;
        assert_eq!(Refusal::read(json).text, "security_exception: missing");
        assert_eq!(Refusal::read(b"Unauthorized").text, "Unauthorized");
        assert_eq!(Refusal::read(b"<html>\r\n <b>413").text, "<html> <b>413");
        assert_eq!(Refusal::read(b"").text, "nothing");
    }
}
