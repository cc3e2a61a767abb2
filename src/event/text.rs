//! Strings of JSON, into and out of their escapes.

use std::borrow::Cow;

/// The characters of a quoted JSON string. `None`: `json` is no string.
///
/// Half a surrogate pair (`\ud800`), which JSON allows and Unicode does not, becomes `U+FFFD`.
pub(super) fn unquote(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    match serde_json::from_str::<String>(json) {
        Ok(text) => Some(Cow::Owned(text)),
        Err(_) => serde_json::from_str::<String>(&without_lone_surrogates(json)).ok().map(Cow::Owned),
    }
}

/// The same JSON string with every unpaired `\uD8xx` or `\uDCxx` replaced by `\ufffd`.
pub(super) fn without_lone_surrogates(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let (unit, next) = (code_unit(escape), escape.get(6..).and_then(code_unit));
        let taken = match (unit, next) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                out.push_str("\\ufffd");
                rest = &escape[6..];
                continue;
            }
            (Some(_), _) => 6,
            (None, _) => 1 + escape[1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&escape[..taken]);
        rest = &escape[taken..];
    }
    out.push_str(rest);
    out
}

/// The code unit of an escape `\uXXXX` that `text` begins with.
fn code_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

/// Writes `text` as a JSON string.
pub(super) fn write_quoted(out: &mut Vec<u8>, text: &str) {
    // Counted rather than searched: most texts are short and clean, and this the compiler can do in wide steps.
    let unclean = text.bytes().map(|byte| u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\'));
    if unclean.fold(0, |any, is| any | is) == 0 {
        write_clean(out, text);
    } else {
        serde_json::to_writer(out, text).expect("a Vec takes every byte");
    }
}

/// Writes a text that needs no escape as a JSON string.
pub(super) fn write_clean(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Takes the bracket that ends the object written last; a comma stands in its place unless the object was empty.
pub(super) fn reopen(out: &mut Vec<u8>) {
    out.pop();
    while out.last().is_some_and(u8::is_ascii_whitespace) {
        out.pop();
    }
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
}

/// Writes JSON text verbatim, line breaks apart: outside strings they are mere blanks, inside they cannot stand.
pub(super) fn write_on_one_line(out: &mut Vec<u8>, json: &str) {
    let mut rest = json.as_bytes();
    while let Some(at) = memchr::memchr2(b'\n', b'\r', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: &str) {
        assert_eq!(unquote(json).as_deref(), Some(expected), "{json}");
    }

    #[test]
    fn strings_lose_their_escapes() {
        check(r#""plain""#, "plain");
        check(r#""a\"b\\c\nd\u00e9""#, "a\"b\\c\ndé");
        check(r#""\ud83d\ude00""#, "😀");
        assert_eq!(unquote("12"), None);
    }

    #[test]
    fn half_a_surrogate_pair_becomes_the_replacement_character() {
        check(r#""x\ud800y""#, "x\u{fffd}y");
        check(r#""\udc00\ud83d\ude00\ud800""#, "\u{fffd}😀\u{fffd}");
        check(r#""\\ud800 \ud800""#, "\\ud800 \u{fffd}");
        check(r#""\ud800\ud83d\ude00""#, "\u{fffd}😀");
    }
}
