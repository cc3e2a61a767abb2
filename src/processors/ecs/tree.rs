//! The fields of an event under construction, by top-level name.

use std::num::NonZeroU32;

use crate::event::{Source, Value, View};

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

/// All values of one event, and of the next one after it: its room is used again.
///
/// The first nodes are the top-level fields; the others hang below them in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    name: &'static str,
    holds: Holds,
    next: Option<NonZeroU32>,
}

#[derive(Debug)]
enum Holds {
    Nothing,
    Value(Value),
    Nodes { first: NonZeroU32, last: NonZeroU32 },
}

/// An object in a [`Tree`].
pub(super) struct Branch<'t> {
    tree: &'t mut Tree,
    at: usize,
}

impl Tree {
    /// Forgets all values.
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.nodes.extend(ORDER.iter().map(|name| Node { name, holds: Holds::Nothing, next: None }));
    }

    /// Sets a whole top-level field.
    pub(super) fn set(&mut self, section: usize, value: impl Into<Value>) {
        self.nodes[section].holds = Holds::Value(value.into());
    }

    /// The object of a top-level field.
    pub(super) fn object(&mut self, section: usize) -> Branch<'_> {
        Branch { tree: self, at: section }
    }

    /// The object at `names` below a top-level field.
    pub(super) fn at(&mut self, section: usize, names: &[&'static str]) -> Branch<'_> {
        let mut at = section;
        for name in names {
            at = self.find(at, name).unwrap_or_else(|| self.push(at, name, Holds::Nothing));
        }
        Branch { tree: self, at }
    }

    /// Sets a field unless it is set.
    pub(super) fn put(&mut self, target: &Target, value: Value) {
        if let Some((last, above)) = target.names.split_last() {
            self.at(target.section, above).put(last, value);
        }
    }

    /// A member of a top-level object.
    pub(super) fn get(&self, section: usize, name: &str) -> Option<&Value> {
        match &self.nodes[self.find(section, name)?].holds {
            Holds::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The same, to read.
    pub(super) fn view<'a>(&'a self, section: usize, name: &str, source: &'a str) -> Option<View<'a>> {
        self.get(section, name).map(|value| View::new(value, source))
    }

    /// Writes all that is set, in order; what is `shared` goes before `o365`.
    pub(super) fn write(&self, out: &mut Vec<u8>, source: &Source, shared: &[(&'static str, Value)]) {
        out.push(b'{');
        for (section, node) in self.nodes[..ORDER.len()].iter().enumerate() {
            if section == O365 {
                for (name, value) in shared {
                    write_name(out, name);
                    value.write(out, source);
                }
            }
            self.write_node(out, source, node);
        }
        out.push(b'}');
    }

    fn write_node(&self, out: &mut Vec<u8>, source: &Source, node: &Node) {
        match &node.holds {
            Holds::Nothing => {}
            Holds::Value(value) => {
                write_name(out, node.name);
                value.write(out, source);
            }
            Holds::Nodes { first, .. } => {
                write_name(out, node.name);
                out.push(b'{');
                let mut next = Some(*first);
                while let Some(at) = next {
                    let node = &self.nodes[at.get() as usize];
                    self.write_node(out, source, node);
                    next = node.next;
                }
                out.push(b'}');
            }
        }
    }

    fn find(&self, above: usize, name: &str) -> Option<usize> {
        let Holds::Nodes { first, .. } = self.nodes[above].holds else { return None };
        let mut at = first.get() as usize;
        while self.nodes[at].name != name {
            at = self.nodes[at].next?.get() as usize;
        }
        Some(at)
    }

    // Inlined, so that a value is made where it stays instead of being copied there in steps.
    #[inline]
    fn push(&mut self, above: usize, name: &'static str, holds: Holds) -> usize {
        let at = self.nodes.len();
        self.hang(NonZeroU32::new(at as u32).expect("the top-level fields come first"), above);
        self.nodes.push(Node { name, holds, next: None });
        at
    }

    /// Hangs the node that comes next below the one at `above`.
    fn hang(&mut self, new: NonZeroU32, above: usize) {
        match &mut self.nodes[above].holds {
            Holds::Nodes { last, .. } => {
                let before = std::mem::replace(last, new);
                self.nodes[before.get() as usize].next = Some(new);
            }
            holds => *holds = Holds::Nodes { first: new, last: new },
        }
    }
}

impl Branch<'_> {
    /// Adds a member that is not there.
    #[inline]
    pub(super) fn push(&mut self, name: &'static str, value: impl Into<Value>) {
        self.tree.push(self.at, name, Holds::Value(value.into()));
    }

    /// Adds a member unless it is there.
    pub(super) fn put(&mut self, name: &'static str, value: Value) {
        if self.tree.find(self.at, name).is_none() {
            self.push(name, value);
        }
    }
}

/// Writes a name of the program, behind a comma unless it is the first of its object.
fn write_name(out: &mut Vec<u8>, name: &str) {
    out.reserve(name.len() + 4);
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}
