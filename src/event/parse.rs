//! JSON text into objects, one level at a time, by `serde_json`'s [`RawValue`].

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::object::{Key, Object};
use super::source::Span;
use super::value::Value;

/// A text that is no JSON object.
#[derive(Debug, thiserror::Error)]
#[error("not a JSON object: {0}")]
pub struct ParseError(#[source] serde_json::Error);

/// Parses `json`, a piece of `source`, into members that point into `source`.
pub(super) fn object(source: &str, json: &str) -> Result<Object, ParseError> {
    let mut object = Object::with_capacity(32);
    let mut seen = Seen::default();
    each_member_borrowed(json, |key, value| {
        let value = Span::of(value, source).map_or_else(|| Value::Json(value.into()), Value::Raw);
        let is_new = seen.is_new(&key);
        let key = match key {
            Cow::Borrowed(name) => Span::of(name, source).map_or_else(|| Key::Owned(name.into()), Key::Source),
            Cow::Owned(name) => Key::Owned(name.into()),
        };
        // Of repeated names the last one counts, as in every other JSON parser on the way.
        if is_new { object.push(key, value) } else { object.put(key, value, source) }
    })?;
    Ok(object)
}

/// Calls `visit` with the name and the JSON text of each member of the object `json`.
pub(super) fn each_member<'a>(json: &'a str, mut visit: impl FnMut(&str, &'a str)) -> Result<(), ParseError> {
    each_member_borrowed(json, |key, value| visit(&key, value))
}

/// The JSON texts of the elements of the array `json`. `None`: it is no array.
pub(super) fn elements(json: &str) -> Option<Vec<&str>> {
    let elements: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    Some(elements.into_iter().map(RawValue::get).collect())
}

fn each_member_borrowed<'a>(json: &'a str, visit: impl FnMut(Cow<'a, str>, &'a str)) -> Result<(), ParseError> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer.deserialize_map(Members(visit)).and_then(|()| deserializer.end()).map_err(ParseError)
}

/// Tells cheaply that a name is certainly new: 128 bits, two facts of the name.
#[derive(Default)]
struct Seen(u128);

impl Seen {
    /// Whether no such name was seen before: `true` is certain, `false` is a guess.
    fn is_new(&mut self, name: &str) -> bool {
        let bytes = name.as_bytes();
        let (first, last) = (bytes.first().copied().unwrap_or(0), bytes.last().copied().unwrap_or(0));
        let middle = bytes.get(bytes.len() / 2).copied().unwrap_or(0);
        let hash = bytes.len() * 31 + first as usize * 7 + last as usize * 13 + middle as usize * 61;
        let bit = 1_u128 << (hash % 128);
        let is_new = self.0 & bit == 0;
        self.0 |= bit;
        is_new
    }
}

struct Members<F>(F);

impl<'de, F: FnMut(Cow<'de, str>, &'de str)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Name)? {
            let value: &RawValue = map.next_value()?;
            (self.0)(key, value.get());
        }
        Ok(())
    }
}

/// A member's name, borrowed unless it has escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a member's name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}
