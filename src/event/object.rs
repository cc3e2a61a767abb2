//! An object of an event: members in their order.

use super::parse::{self, ParseError};
use super::source::{Source, Span};
use super::text;
use super::value::{Value, View};
use super::walk::Field;

/// Members in the order in which they came; a name occurs once.
///
/// Records have some thirty members, which a linear search compares faster than a map hashes them.
#[derive(Clone, Debug, Default)]
pub struct Object {
    members: Vec<Member>,
}

/// A name and its value.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name.
    pub key: Key,
    /// The value.
    pub value: Value,
}

/// A member's name.
#[derive(Clone, Debug)]
pub enum Key {
    /// A name of the program.
    Static(&'static str),
    /// The source's characters between these bounds, free of escapes.
    Source(Span),
    /// A name of its own.
    Owned(Box<str>),
}

impl Key {
    /// The name's characters, `source` being the text of the event.
    pub fn name<'a>(&'a self, source: &'a str) -> &'a str {
        match self {
            Self::Static(name) => name,
            Self::Source(span) => &source[span.range()],
            Self::Owned(name) => name,
        }
    }

    fn is(&self, name: &str, source: &str) -> bool {
        match self {
            Self::Static(own) => *own == name,
            Self::Source(span) => span.len() == name.len() && &source[span.range()] == name,
            Self::Owned(own) => &**own == name,
        }
    }
}

impl From<&'static str> for Key {
    fn from(name: &'static str) -> Self {
        Self::Static(name)
    }
}

impl Object {
    /// An empty object.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty object with room for `members`.
    pub fn with_capacity(members: usize) -> Self {
        Self { members: Vec::with_capacity(members) }
    }

    /// Parses the object at `span`, one level deep: nested values stay text. Of repeated names the last one counts.
    pub fn parse(source: &Source, span: Span) -> Result<Self, ParseError> {
        parse::object(source.text(), source.slice(span))
    }

    /// The object of a record's `fields`, their values being text.
    pub fn of(fields: &[Field], source: &Source) -> Self {
        let member = |field: &Field| {
            let name = source.slice(field.name);
            let key = if name.contains('\\') {
                Key::Owned(text::unquote(&format!("\"{name}\"")).unwrap_or_default().into())
            } else {
                Key::Source(field.name)
            };
            Member { key, value: Value::Raw(field.value) }
        };
        Self { members: fields.iter().map(member).collect() }
    }

    /// Parses JSON text that belongs to no source.
    pub(super) fn parse_owned(json: &str) -> Result<Self, ParseError> {
        let mut object = Self::new();
        parse::each_member(json, |key, value| {
            object.put(Key::Owned(key.into()), Value::Json(value.into()), "");
        })?;
        Ok(object)
    }

    /// All members in order.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// All members in order, to change.
    pub fn members_mut(&mut self) -> &mut [Member] {
        &mut self.members
    }

    /// Number of members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Adds a member whose name the caller knows to be new.
    pub fn push(&mut self, key: impl Into<Key>, value: impl Into<Value>) {
        self.members.push(Member { key: key.into(), value: value.into() });
    }

    /// The member `name`, to read.
    pub fn view<'a>(&'a self, name: &str, source: &'a str) -> Option<View<'a>> {
        self.get(name, source).map(|value| View::new(value, source))
    }

    /// The member `name`.
    pub fn get(&self, name: &str, source: &str) -> Option<&Value> {
        self.members.iter().find(|member| member.key.is(name, source)).map(|member| &member.value)
    }

    /// The member `name`, to change.
    pub fn get_mut(&mut self, name: &str, source: &str) -> Option<&mut Value> {
        self.members.iter_mut().find(|member| member.key.is(name, source)).map(|member| &mut member.value)
    }

    /// Sets a member, in its old place if it is there, else behind the others.
    pub fn put(&mut self, key: Key, value: Value, source: &str) {
        match self.get_mut(key.name(source), source) {
            Some(present) => *present = value,
            None => self.members.push(Member { key, value }),
        }
    }

    /// Takes the member `name` out.
    pub fn remove(&mut self, name: &str, source: &str) -> Option<Value> {
        let at = self.members.iter().position(|member| member.key.is(name, source))?;
        Some(self.members.remove(at).value)
    }
}

impl FromIterator<Member> for Object {
    fn from_iter<I: IntoIterator<Item = Member>>(members: I) -> Self {
        Self { members: members.into_iter().collect() }
    }
}

impl IntoIterator for Object {
    type Item = Member;
    type IntoIter = std::vec::IntoIter<Member>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.into_iter()
    }
}
