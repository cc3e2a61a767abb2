//! One value of an event.

use std::borrow::Cow;
use std::sync::Arc;

use super::object::{Key, Member, Object};
use super::source::{Source, Span};
use super::text;

/// A JSON value, part of which may still be text as Microsoft sent it.
///
/// Numbers keep their digits for nothing, because nobody reads them until somebody asks.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`.
    Null,
    /// A boolean of ours.
    Bool(bool),
    /// An integer of ours.
    Integer(i64),
    /// JSON text of the source, verbatim: any kind of value.
    Raw(Span),
    /// A string: the source's characters between these bounds, escaped when written.
    Slice(Span),
    /// A string of the program.
    Literal(&'static str),
    /// A string of its own.
    Text(Box<str>),
    /// JSON text of its own, verbatim.
    Json(Box<str>),
    /// JSON text on one line that many events share: what is the same for a whole batch is rendered once.
    Shared(Arc<str>),
    /// An array.
    Array(Vec<Value>),
    /// An object; boxed, so that a value takes 24 bytes.
    Object(Box<Object>),
}

impl Value {
    /// A string of its own.
    pub fn text(text: impl Into<Box<str>>) -> Self {
        Self::Text(text.into())
    }

    /// The string `text`, which points into `source` if it is a piece of it and is copied otherwise.
    pub fn text_of(text: &str, source: &Source) -> Self {
        Span::of(text, source.text()).map_or_else(|| Self::Text(text.into()), Self::Slice)
    }

    /// Writes it as JSON, on one line.
    pub fn write(&self, out: &mut Vec<u8>, source: &Source) {
        super::write::value(out, self, source);
    }

    /// The object that this value is, parsed one level deep if it was raw. `None`: it is something else.
    pub fn open(&mut self, source: &Source) -> Option<&mut Object> {
        let opened = match self {
            Self::Raw(span) => Object::parse(source, *span).ok(),
            Self::Json(json) => Object::parse_owned(json).ok(),
            Self::Shared(json) => Object::parse_owned(json).ok(),
            _ => None,
        };
        if let Some(object) = opened {
            *self = Self::Object(Box::new(object));
        }
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Literal(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(Box::new(object))
    }
}

impl From<Vec<Value>> for Value {
    fn from(values: Vec<Value>) -> Self {
        Self::Array(values)
    }
}

/// A value together with the text that it may point into: what reading gives.
#[derive(Clone, Copy, Debug)]
pub enum View<'a> {
    /// JSON text.
    Json(&'a str),
    /// A value of a tree.
    Tree(&'a Value, &'a str),
}

/// What kind of value a [`View`] shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "JSON's own six kinds")]
pub enum Kind {
    Null,
    Bool,
    Number,
    Text,
    Array,
    Object,
}

impl<'a> View<'a> {
    /// `value`, which may point into `source`.
    pub fn new(value: &'a Value, source: &'a str) -> Self {
        match value {
            Value::Raw(span) => Self::Json(&source[span.range()]),
            Value::Json(json) => Self::Json(json),
            Value::Shared(json) => Self::Json(json),
            _ => Self::Tree(value, source),
        }
    }

    /// What kind of value it is.
    pub fn kind(self) -> Kind {
        match self {
            Self::Json(json) => match json.as_bytes().first() {
                Some(b'"') => Kind::Text,
                Some(b'{') => Kind::Object,
                Some(b'[') => Kind::Array,
                Some(b't' | b'f') => Kind::Bool,
                Some(b'n') | None => Kind::Null,
                Some(_) => Kind::Number,
            },
            Self::Tree(value, _) => match value {
                Value::Null | Value::Raw(_) | Value::Json(_) | Value::Shared(_) => Kind::Null,
                Value::Bool(_) => Kind::Bool,
                Value::Integer(_) => Kind::Number,
                Value::Slice(_) | Value::Literal(_) | Value::Text(_) => Kind::Text,
                Value::Array(_) => Kind::Array,
                Value::Object(_) => Kind::Object,
            },
        }
    }

    /// The string that it is, unescaped. `None`: it is no string.
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Json(json) => text::unquote(json),
            Self::Tree(Value::Slice(span), source) => Some(Cow::Borrowed(&source[span.range()])),
            Self::Tree(Value::Literal(text), _) => Some(Cow::Borrowed(text)),
            Self::Tree(Value::Text(text), _) => Some(Cow::Borrowed(text)),
            Self::Tree(..) => None,
        }
    }

    /// Strings unescaped, numbers and booleans as JSON writes them. `None`: null, array or object.
    pub fn scalar(self) -> Option<Cow<'a, str>> {
        match (self.kind(), self) {
            (Kind::Text, _) => self.text(),
            (Kind::Number | Kind::Bool, Self::Json(json)) => Some(Cow::Borrowed(json)),
            (_, Self::Tree(Value::Integer(number), _)) => Some(Cow::Owned(number.to_string())),
            (_, Self::Tree(Value::Bool(true), _)) => Some(Cow::Borrowed("true")),
            (_, Self::Tree(Value::Bool(false), _)) => Some(Cow::Borrowed("false")),
            _ => None,
        }
    }

    /// The integer that it is, or that its text spells.
    pub fn integer(self) -> Option<i64> {
        match self {
            Self::Tree(Value::Integer(number), _) => Some(*number),
            _ => self.scalar()?.trim().parse().ok(),
        }
    }

    /// The member `name` of the object that it is; of repeated ones the last.
    pub fn get(self, name: &str) -> Option<View<'a>> {
        match self {
            Self::Tree(Value::Object(object), source) => object.view(name, source),
            Self::Tree(..) => None,
            Self::Json(json) => {
                let mut found = None;
                super::parse::each_member(json, |key, value| {
                    if key == name {
                        found = Some(Self::Json(value));
                    }
                })
                .ok()?;
                found
            }
        }
    }

    /// Calls `visit` with the name and the value of each member of the object that it is; never for anything else.
    pub fn each_member(self, mut visit: impl FnMut(&str, View<'a>)) {
        match self {
            Self::Tree(Value::Object(object), source) => {
                for member in object.members() {
                    visit(member.key.name(source), Self::new(&member.value, source));
                }
            }
            Self::Json(json) if self.kind() == Kind::Object => {
                // What a record holds was checked when it was cut; a text of ours that is no JSON has no members.
                let _ = super::parse::each_member(json, |name, value| visit(name, Self::Json(value)));
            }
            Self::Tree(..) | Self::Json(_) => {}
        }
    }

    /// The elements of the array that it is; empty for anything else.
    pub fn elements(self) -> Vec<View<'a>> {
        match self {
            Self::Tree(Value::Array(values), source) => values.iter().map(|value| Self::new(value, source)).collect(),
            Self::Tree(..) => Vec::new(),
            Self::Json(json) => {
                super::parse::elements(json).map(|all| all.into_iter().map(Self::Json).collect()).unwrap_or_default()
            }
        }
    }

    /// A value for a tree whose source is `source`: points into it where it can, copies where it must.
    pub fn to_value(self, source: &Source) -> Value {
        match self {
            Self::Json(json) => Span::of(json, source.text()).map_or_else(|| Value::Json(json.into()), Value::Raw),
            Self::Tree(value, from) if std::ptr::eq(from, source.text()) => value.clone(),
            Self::Tree(value, from) => detached(value, from),
        }
    }
}

/// A copy of `value` that no longer needs the text it pointed into.
fn detached(value: &Value, source: &str) -> Value {
    match value {
        Value::Raw(span) => Value::Json(source[span.range()].into()),
        Value::Slice(span) => Value::Text(source[span.range()].into()),
        Value::Array(values) => Value::Array(values.iter().map(|value| detached(value, source)).collect()),
        Value::Object(object) => Value::from(
            object
                .members()
                .iter()
                .map(|Member { key, value }| Member {
                    key: Key::Owned(key.name(source).into()),
                    value: detached(value, source),
                })
                .collect::<Object>(),
        ),
        other => other.clone(),
    }
}
