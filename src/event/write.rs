//! Events as JSON text.

use super::object::Object;
use super::source::Source;
use super::text;
use super::value::Value;

fn object(out: &mut Vec<u8>, object: &Object, source: &Source) {
    out.push(b'{');
    members(out, object, source);
    out.push(b'}');
}

/// Writes the members of `object`, brackets apart.
pub(super) fn members(out: &mut Vec<u8>, object: &Object, source: &Source) {
    for (at, member) in object.members().iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        match &member.key {
            // Names of the program and of the source hold no character that needs an escape.
            super::Key::Static(name) => text::write_clean(out, name),
            super::Key::Source(span) => text::write_clean(out, source.slice(*span)),
            super::Key::Owned(name) => text::write_quoted(out, name),
        }
        out.push(b':');
        value(out, &member.value, source);
    }
}

/// Writes `value` on one line.
pub(super) fn value(out: &mut Vec<u8>, value: &Value, source: &Source) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Integer(number) => write_integer(out, *number),
        Value::Raw(span) if source.has_line_breaks() => text::write_on_one_line(out, source.slice(*span)),
        Value::Raw(span) => out.extend_from_slice(source.slice(*span).as_bytes()),
        Value::Json(json) => text::write_on_one_line(out, json),
        Value::Shared(json) => out.extend_from_slice(json.as_bytes()),
        Value::Slice(span) => text::write_quoted(out, source.slice(*span)),
        Value::Literal(text) => text::write_quoted(out, text),
        Value::Text(text) => text::write_quoted(out, text),
        Value::Array(values) => array(out, values, source),
        Value::Object(members) => object(out, members, source),
    }
}

fn array(out: &mut Vec<u8>, values: &[Value], source: &Source) {
    out.push(b'[');
    for (at, element) in values.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        value(out, element, source);
    }
    out.push(b']');
}

fn write_integer(out: &mut Vec<u8>, number: i64) {
    serde_json::to_writer(out, &number).expect("a Vec takes every byte");
}

/// Writes JSON text over several lines, indented by two blanks a level, as people read it.
pub(super) fn pretty(out: &mut Vec<u8>, json: &[u8]) {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, &byte) in json.iter().enumerate() {
        if in_string {
            out.push(byte);
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        let is_empty = |closing| json[at + 1..].iter().find(|next| !next.is_ascii_whitespace()) == Some(&closing);
        match byte {
            b'"' => {
                in_string = true;
                out.push(byte);
            }
            b'{' | b'[' => {
                out.push(byte);
                depth += 1;
                if !is_empty(byte + 2) {
                    break_line(out, depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if out.last() != Some(&(byte - 2)) {
                    break_line(out, depth);
                }
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                break_line(out, depth);
            }
            b':' => out.extend_from_slice(b": "),
            byte if byte.is_ascii_whitespace() => {}
            byte => out.push(byte),
        }
    }
}

fn break_line(out: &mut Vec<u8>, depth: usize) {
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pretty_text_is_indented_and_says_the_same() {
        let json = r#"{"a":[1,{"b":"x, {y}: \"[\" \\"}],"c":{},"d":[ ]}"#;
        let mut out = Vec::new();
        pretty(&mut out, json.as_bytes());
        let text = String::from_utf8(out).expect("text");
        assert_eq!(
            text,
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x, {y}: \\\"[\\\" \\\\\"\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}"
        );
    }
}
