//! The fields of an event under construction, by top-level name.

use crate::event::{Object, Value, View};

/// Top-level fields in the order in which they are written.
pub(super) const ORDER: &[&str] = &[
    "@timestamp",
    "message",
    "tags",
    "error",
    "event",
    "user",
    "client",
    "source",
    "server",
    "destination",
    "network",
    "organization",
    "cloud",
    "host",
    "device",
    "file",
    "url",
    "email",
    "group",
    "rule",
    "process",
    "application",
    "session",
    "token",
    "user_agent",
    "related",
    "o365",
];

/// How many members the object of each usually has, in the same order: what is asked for is what is touched.
const ROOM: [u8; ORDER.len()] = [0, 0, 0, 1, 14, 4, 4, 4, 2, 1, 1, 2, 3, 3, 1, 4, 4, 3, 1, 4, 1, 1, 1, 1, 1, 3, 2];

/// Where `name` stands in [`ORDER`].
pub(super) const fn section(name: &str) -> usize {
    let mut at = 0;
    while at < ORDER.len() {
        if is_same(ORDER[at].as_bytes(), name.as_bytes()) {
            return at;
        }
        at += 1;
    }
    panic!("the order lacks this field");
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

pub(super) const TIMESTAMP: usize = section("@timestamp");
pub(super) const MESSAGE: usize = section("message");
pub(super) const TAGS: usize = section("tags");
pub(super) const ERROR: usize = section("error");
pub(super) const EVENT: usize = section("event");
pub(super) const USER: usize = section("user");
pub(super) const CLIENT: usize = section("client");
pub(super) const SOURCE: usize = section("source");
pub(super) const SERVER: usize = section("server");
pub(super) const NETWORK: usize = section("network");
pub(super) const ORGANIZATION: usize = section("organization");
pub(super) const CLOUD: usize = section("cloud");
pub(super) const HOST: usize = section("host");
pub(super) const URL: usize = section("url");
pub(super) const RELATED: usize = section("related");
pub(super) const O365: usize = section("o365");

/// One value a top-level field; of two for the same field the first stays.
#[derive(Debug)]
pub(super) struct Tree {
    sections: [Value; ORDER.len()],
}

/// Where a value goes: a top-level field, and the names below it.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) section: usize,
    pub(super) names: Vec<&'static str>,
}

impl Target {
    /// The target of an ECS path.
    pub(super) fn new(path: &'static str) -> Self {
        let mut names = path.split('.');
        let section = section(names.next().unwrap_or_default());
        Self { section, names: names.collect() }
    }
}

impl Tree {
    pub(super) fn new() -> Self {
        Self { sections: [const { Value::Null }; ORDER.len()] }
    }

    /// Sets a whole top-level field.
    pub(super) fn set(&mut self, section: usize, value: impl Into<Value>) {
        self.sections[section] = value.into();
    }

    /// The object of a top-level field.
    pub(super) fn object(&mut self, section: usize) -> &mut Object {
        inner(&mut self.sections[section], usize::from(ROOM[section]))
    }

    /// The object at `names` below a top-level field.
    pub(super) fn at(&mut self, section: usize, names: &[&'static str]) -> &mut Object {
        let mut object = self.object(section);
        for name in names {
            if object.get(name, "").is_none() {
                object.push(*name, Value::Null);
            }
            object = inner(object.get_mut(name, "").expect("it was pushed"), 1);
        }
        object
    }

    /// Sets a field unless it is set.
    pub(super) fn put(&mut self, target: &Target, value: Value) {
        if let Some((last, above)) = target.names.split_last() {
            put(self.at(target.section, above), last, value);
        }
    }

    /// A member of a top-level object.
    pub(super) fn get(&self, section: usize, name: &str) -> Option<&Value> {
        match &self.sections[section] {
            Value::Object(object) => object.get(name, ""),
            _ => None,
        }
    }

    /// The same, to read.
    pub(super) fn view<'a>(&'a self, section: usize, name: &str, source: &'a str) -> Option<View<'a>> {
        self.get(section, name).map(|value| View::new(value, source))
    }

    /// All that is set, in order; what is shared goes before `o365`.
    pub(super) fn finish(self, shared: &[(&'static str, Value)]) -> Object {
        let set = self.sections.iter().filter(|value| !matches!(value, Value::Null)).count();
        let mut fields = Object::with_capacity(set + shared.len() + 1);
        for (at, value) in self.sections.into_iter().enumerate() {
            if at == O365 {
                for (name, value) in shared {
                    fields.push(*name, value.clone());
                }
            }
            if !matches!(value, Value::Null) {
                fields.push(ORDER[at], value);
            }
        }
        fields
    }
}

/// Adds a member unless it is there.
pub(super) fn put(object: &mut Object, name: &'static str, value: Value) {
    if object.get(name, "").is_none() {
        object.push(name, value);
    }
}

fn inner(value: &mut Value, room: usize) -> &mut Object {
    if !matches!(value, Value::Object(_)) {
        *value = Value::Object(Object::with_capacity(room));
    }
    match value {
        Value::Object(object) => object,
        _ => unreachable!("it was just made an object"),
    }
}
