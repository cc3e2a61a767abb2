//! Settings as they were written: a tree that knows the line of each of its nodes.

use crate::settings::Place;

/// A value, where it was written, and which variables it came from.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it starts.
    pub place: Place,
    /// The `${VAR}` that were expanded in it.
    pub variables: Vec<Variable>,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Value {
    /// A text. A plain one may mean a number, a truth value or nothing; a quoted one is a text.
    Scalar {
        /// The text, without quotes.
        text: String,
        /// Whether it stood there without quotes.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// Settings by name, in the order they were written.
    Map(Vec<Entry>),
    /// A list's element that could not be read and was reported.
    Removed,
}

/// One setting of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub key: String,
    /// Where the name stands.
    pub place: Place,
    /// Its value.
    pub node: Node,
}

/// A variable that was expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Whether it was set; otherwise its default stood in.
    pub is_set: bool,
}

impl Node {
    /// A node that came from no variable.
    pub fn new(value: Value, place: Place) -> Self {
        Self { value, place, variables: Vec::new() }
    }

    /// A map without settings.
    pub fn empty(place: Place) -> Self {
        Self::new(Value::Map(Vec::new()), place)
    }

    /// A plain text.
    pub fn plain(text: impl Into<String>, place: Place) -> Self {
        Self::new(Value::Scalar { text: text.into(), plain: true }, place)
    }

    /// Whether nothing was written: `key:`, `~` or `null`.
    pub fn is_null(&self) -> bool {
        let nothing = |text: &str| matches!(text, "" | "~" | "null" | "Null" | "NULL");
        matches!(&self.value, Value::Scalar { text, plain: true } if nothing(text))
    }

    /// The setting `key` of this map.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The node at a dotted path: `connections.0.client_id`.
    pub fn at(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self, |node, step| match &node.value {
            Value::List(items) => items.get(step.parse::<usize>().ok()?),
            _ => node.get(step).map(|entry| &entry.node),
        })
    }

    /// Where the setting at `path` was written, or the nearest setting around it; a name counts before its value.
    pub fn place_of(&self, path: &str) -> Place {
        let mut node = self;
        let mut place = &self.place;
        for step in path.split('.') {
            let (next, at) = match &node.value {
                Value::List(items) => match step.parse::<usize>().ok().and_then(|index| items.get(index)) {
                    Some(item) => (item, &item.place),
                    None => break,
                },
                _ => match node.get(step) {
                    Some(entry) => (&entry.node, &entry.place),
                    None => break,
                },
            };
            (node, place) = (next, at);
        }
        place.clone()
    }

    /// Takes out what cannot be read: a map's setting goes, a list's element becomes empty, then nothing.
    ///
    /// A list keeps its length, so that the paths of later elements stay right. Answers whether something changed.
    pub fn remove(&mut self, path: &[String]) -> bool {
        let Some((step, deeper)) = path.split_first() else { return false };
        match &mut self.value {
            Value::List(items) => {
                let Some(item) = step.parse::<usize>().ok().and_then(|index| items.get_mut(index)) else {
                    return false;
                };
                if !deeper.is_empty() {
                    return item.remove(deeper);
                }
                item.value = if item.is_null() { Value::Removed } else { Node::plain("", item.place.clone()).value };
                true
            }
            Value::Map(entries) => {
                let Some(index) = entries.iter().position(|entry| &entry.key == step) else { return false };
                if !deeper.is_empty() {
                    return entries[index].node.remove(deeper);
                }
                entries.remove(index);
                true
            }
            Value::Scalar { .. } | Value::Removed => false,
        }
    }
}
