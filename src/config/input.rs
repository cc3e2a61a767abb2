//! A tree of settings as serde's input: the receiving type decides what a text means.
//!
//! So `client_secret: 0123` stays the text that was typed, `port: "5066"` is a number, `tags: a, b` is a list, and
//! `outputs.archive: {type: file, …}` is the variant `file`. Every error knows its path.

use serde::de::{Deserializer, Error as _, Expected, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::access::{Choice, Items, Settings, Words};
use super::read::Wrong;
use super::tree::{Entry, Node, Value};

/// A node, and the key under which it stands.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    node: &'a Node,
    key: &'a str,
    /// Whether `type` was read already, to choose this variant.
    is_variant: bool,
}

impl<'a> Input<'a> {
    /// What stands in `node` under `key`.
    pub fn new(node: &'a Node, key: &'a str) -> Self {
        Self { node, key, is_variant: false }
    }

    /// The same, read as the variant that its `type` or its key names.
    pub fn chosen(self) -> Self {
        Self { is_variant: true, ..self }
    }

    /// The variant's name: what is written as a text, else the map's `type`, else the key.
    pub fn variant(self) -> (&'a str, bool) {
        let chosen = self.node.get("type").map(|entry| &entry.node.value);
        match (&self.node.value, chosen) {
            (Value::Scalar { text, .. }, _) if !self.node.is_null() => (text, false),
            (_, Some(Value::Scalar { text, .. })) => (text, true),
            _ => (self.key, false),
        }
    }

    fn text(self, expected: &dyn Expected) -> Result<&'a str, Wrong> {
        match &self.node.value {
            Value::Scalar { text, .. } if !self.node.is_null() => Ok(text),
            Value::Scalar { plain: false, text } => Ok(text),
            Value::Scalar { .. } | Value::Removed => Err(Wrong::invalid_type(Unexpected::Unit, expected)),
            Value::List(_) => Err(Wrong::invalid_type(Unexpected::Seq, expected)),
            Value::Map(_) => Err(Wrong::invalid_type(Unexpected::Map, expected)),
        }
    }

    fn number<T: std::str::FromStr>(self, what: &'static str) -> Result<T, Wrong> {
        let text = self.text(&what)?;
        text.trim().replace('_', "").parse().map_err(|_| Wrong::custom(format_args!("expected {what}, found `{text}`")))
    }

    fn whole<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.number::<u64>("a whole number") {
            Ok(number) => visitor.visit_u64(number),
            Err(_) => visitor.visit_i64(self.number("a whole number")?),
        }
    }

    fn entries(self, expected: &dyn Expected) -> Result<&'a [Entry], Wrong> {
        match &self.node.value {
            Value::Map(entries) => Ok(entries),
            _ if self.node.is_null() => Ok(&[]),
            Value::List(_) => Err(Wrong::invalid_type(Unexpected::Seq, expected)),
            _ => Err(Wrong::invalid_type(Unexpected::Str(""), expected)),
        }
    }
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

impl<'de> Deserializer<'de> for Input<'de> {
    type Error = Wrong;

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.whole(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.whole(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.whole(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.whole(visitor)
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.whole(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.whole(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.whole(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.whole(visitor)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_f64(self.number("a number")?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_f64(self.number("a number")?)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match &self.node.value {
            Value::List(_) => self.deserialize_seq(visitor),
            Value::Map(_) => self.deserialize_map(visitor),
            Value::Scalar { text, plain: false } => visitor.visit_str(text),
            Value::Scalar { .. } | Value::Removed if self.node.is_null() => visitor.visit_unit(),
            Value::Removed => visitor.visit_unit(),
            Value::Scalar { text, .. } => {
                // YAML 1.2's core schema; `yes` and `0600` are texts where no type asks for more.
                if matches!(text.as_str(), "true" | "True" | "TRUE" | "false" | "False" | "FALSE") {
                    return visitor.visit_bool(truth(text) == Some(true));
                }
                let leading_zero = text.len() > 1 && text.starts_with('0') && !text.contains('.');
                match (text.parse::<i64>(), text.parse::<u64>(), text.parse::<f64>()) {
                    (Ok(number), ..) if !leading_zero => visitor.visit_i64(number),
                    (_, Ok(number), _) if !leading_zero => visitor.visit_u64(number),
                    (.., Ok(number)) if !leading_zero && number.is_finite() => visitor.visit_f64(number),
                    _ => visitor.visit_str(text),
                }
            }
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let text = self.text(&"true or false")?;
        let wrong = || Wrong::custom(format_args!("expected true or false, found `{text}`"));
        visitor.visit_bool(truth(text).ok_or_else(wrong)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_str(self.text(&"a text")?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match &self.node.value {
            Value::List(items) => visitor.visit_seq(Items::new(items)),
            Value::Scalar { .. } if self.node.is_null() => visitor.visit_seq(Items::new(&[])),
            // As in Beats: `hosts: a, b`, which is how a list comes out of a variable. PEM text has no commas.
            Value::Scalar { text, .. } => visitor.visit_seq(Words::new(text)),
            Value::Map(_) => Err(Wrong::invalid_type(Unexpected::Map, &"a list")),
            Value::Removed => Err(Wrong::invalid_type(Unexpected::Unit, &"a list")),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let entries = self.entries(&visitor)?;
        visitor.visit_map(Settings::new(entries, None, self.is_variant))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let entries = self.entries(&visitor)?;
        visitor.visit_map(Settings::new(entries, Some(known), self.is_variant))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_enum(Choice(self))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct }
}
