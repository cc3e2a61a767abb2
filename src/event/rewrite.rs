//! Records that are legal, but unusual: written anew, so that nobody behind has to know.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{parse, text};

/// The same object without what makes it odd: of names that repeat in an object, at any level, the last one counts,
/// and escapes stand in names only where they must. `None`: `serde_json` says that it is no object.
pub(super) fn object(json: &str) -> Option<String> {
    let mut members: Vec<(String, &str)> = Vec::new();
    let mut places = HashMap::new();
    parse::each_member(json, |name, value| {
        let at = *places.entry(name.to_owned()).or_insert(members.len());
        if at == members.len() {
            members.push((name.to_owned(), value));
        }
        members[at].1 = value;
    })
    .ok()?;
    let mut out = Vec::with_capacity(json.len());
    for (at, (name, json)) in members.into_iter().enumerate() {
        out.push(if at == 0 { b'{' } else { b',' });
        text::write_quoted(&mut out, &name);
        out.push(b':');
        out.extend_from_slice(value(json).as_bytes());
    }
    out.extend_from_slice(if out.is_empty() { b"{}" } else { b"}" });
    Some(String::from_utf8(out).expect("parts of JSON text are UTF-8"))
}

fn value(json: &str) -> Cow<'_, str> {
    match json.as_bytes().first() {
        // A name with half a surrogate pair is legal where nobody looks at it.
        Some(b'{') => object(json).or_else(|| object(&text::without_lone_surrogates(json))).map(Cow::Owned),
        Some(b'[') => parse::elements(json)
            .map(|elements| Cow::Owned(format!("[{}]", elements.into_iter().map(value).collect::<Vec<_>>().join(",")))),
        _ => None,
    }
    .unwrap_or(Cow::Borrowed(json))
}
