//! The parts of a node as serde asks for them: elements, settings, variants.

use std::iter::Enumerate;
use std::slice::Iter;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::input::Input;
use super::read::Wrong;
use super::tree::{Entry, Node, Value};

/// The elements of a list, without those that were removed.
pub struct Items<'a> {
    items: Enumerate<Iter<'a, Node>>,
}

impl<'a> Items<'a> {
    /// Those of `items`.
    pub fn new(items: &'a [Node]) -> Self {
        Self { items: items.iter().enumerate() }
    }
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        match self.items.find(|(_, node)| !matches!(node.value, Value::Removed)) {
            None => Ok(None),
            Some((index, node)) => seed.deserialize(Input::new(node, "")).map(Some).map_err(|wrong| wrong.at(index)),
        }
    }
}

/// A text where a list belongs: its words between commas. Only texts can be made of words.
pub struct Words<'a> {
    words: std::str::Split<'a, char>,
}

impl<'a> Words<'a> {
    /// Those of `text`.
    pub fn new(text: &'a str) -> Self {
        Self { words: text.split(',') }
    }
}

impl<'de> SeqAccess<'de> for Words<'de> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let Some(word) = self.words.find(|word| !word.trim().is_empty()) else { return Ok(None) };
        let word: StrDeserializer<'_, Wrong> = word.trim().into_deserializer();
        seed.deserialize(word).map(Some)
    }
}

/// The settings of a map. A known one with nothing behind it counts as not written, so that its default holds.
pub struct Settings<'a> {
    entries: Iter<'a, Entry>,
    current: Option<&'a Entry>,
    known: Option<&'static [&'static str]>,
    hide_type: bool,
}

impl<'a> Settings<'a> {
    /// Those of `entries`; `known` are a struct's fields, and `hide_type` leaves `type` out.
    pub fn new(entries: &'a [Entry], known: Option<&'static [&'static str]>, hide_type: bool) -> Self {
        Self { entries: entries.iter(), current: None, known, hide_type }
    }
}

impl<'de> MapAccess<'de> for Settings<'de> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        let (known, hide_type) = (self.known, self.hide_type);
        let counts = |entry: &&Entry| {
            let is_known = known.is_some_and(|known| known.contains(&entry.key.as_str()));
            !(hide_type && entry.key == "type" || is_known && entry.node.is_null())
        };
        self.current = self.entries.find(counts);
        let Some(entry) = self.current else { return Ok(None) };
        let key: StrDeserializer<'_, Wrong> = entry.key.as_str().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|wrong| wrong.at(&entry.key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let entry = self.current.take().ok_or_else(|| Wrong::custom("a value was read before its name"))?;
        seed.deserialize(Input::new(&entry.node, &entry.key)).map_err(|wrong| wrong.at(&entry.key))
    }
}

/// One of several variants.
pub struct Choice<'a>(pub Input<'a>);

impl<'de> EnumAccess<'de> for Choice<'de> {
    type Error = Wrong;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Wrong> {
        let (name, is_typed) = self.0.variant();
        let name: StrDeserializer<'_, Wrong> = name.into_deserializer();
        match seed.deserialize(name) {
            Ok(variant) => Ok((variant, self)),
            Err(wrong) if is_typed => Err(wrong.at_type()),
            Err(wrong) => Err(wrong),
        }
    }
}

impl<'de> VariantAccess<'de> for Choice<'de> {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Wrong> {
        seed.deserialize(self.0.chosen())
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Wrong> {
        Err(Wrong::custom("a variant with several values cannot be written as settings"))
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Wrong> {
        serde::Deserializer::deserialize_struct(self.0.chosen(), "", fields, visitor)
    }
}
