//! What kind of event it is: ECS `event.category` and `event.type`, by record type and operation.

use std::collections::HashMap;
use std::sync::Arc;

use crate::event::Value;

/// One line of a table of categories. Of several that match, an exact name wins over a pattern, then the first.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// Which records it is for; empty: all of them.
    pub types: &'static [i64],
    /// Which operations it is for.
    pub operation: Pattern,
    /// ECS `event.category`, `web` apart, which goes behind.
    pub category: &'static [&'static str],
    /// ECS `event.type`, `info` apart, which goes behind.
    pub kind: &'static [&'static str],
}

/// Which operations a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// This one.
    Exact(&'static str),
    /// Those that begin so.
    Prefix(&'static str),
    /// Those that begin and end so: cmdlets.
    Between(&'static str, &'static str),
}

impl Pattern {
    /// Whether `operation` is meant.
    pub fn matches(self, operation: &str) -> bool {
        match self {
            Self::Exact(name) => operation == name,
            Self::Prefix(start) => operation.starts_with(start),
            Self::Between(start, end) => {
                operation.len() >= start.len() + end.len() && operation.starts_with(start) && operation.ends_with(end)
            }
        }
    }
}

impl Class {
    /// A line of a table.
    pub const fn new(
        types: &'static [i64],
        operation: Pattern,
        category: &'static [&'static str],
        kind: &'static [&'static str],
    ) -> Self {
        Self { types, operation, category, kind }
    }

    fn is_for(&self, record_type: i64) -> bool {
        self.types.is_empty() || self.types.contains(&record_type)
    }
}

/// All lines, made ready to be asked.
#[derive(Debug)]
pub(super) struct Classifier {
    exact: HashMap<&'static str, Vec<Ready>>,
    patterns: Vec<Ready>,
    other: Values,
}

#[derive(Debug)]
struct Ready {
    class: Class,
    values: Values,
}

/// Both arrays as events share them.
#[derive(Clone, Debug)]
pub(super) struct Values {
    /// `event.category`
    pub(super) category: Value,
    /// `event.type`
    pub(super) kind: Value,
}

impl Values {
    // Half of Elastic's prebuilt rules select `event.category:web`, which is what its integration gives to all.
    fn new(category: &[&str], kind: &[&str]) -> Self {
        Self { category: shared(category, "web"), kind: shared(kind, "info") }
    }
}

fn shared(first: &[&str], last: &str) -> Value {
    let mut all = first.to_vec();
    if !all.contains(&last) {
        all.push(last);
    }
    Value::Shared(Arc::from(serde_json::json!(all).to_string()))
}

impl Classifier {
    pub(super) fn new(classes: impl Iterator<Item = &'static Class>) -> Self {
        let mut new = Self { exact: HashMap::new(), patterns: Vec::new(), other: Values::new(&[], &[]) };
        for class in classes {
            let ready = Ready { class: *class, values: Values::new(class.category, class.kind) };
            match class.operation {
                Pattern::Exact(name) => new.exact.entry(name).or_default().push(ready),
                Pattern::Prefix(_) | Pattern::Between(..) => new.patterns.push(ready),
            }
        }
        new
    }

    /// Category and type of an operation; `web` and `info` alone for what no line knows.
    pub(super) fn values(&self, record_type: i64, operation: &str) -> &Values {
        let exact = self.exact.get(operation).into_iter().flatten().find(|ready| ready.class.is_for(record_type));
        let found = exact.or_else(|| {
            let mut patterns = self.patterns.iter();
            patterns.find(|ready| ready.class.is_for(record_type) && ready.class.operation.matches(operation))
        });
        found.map_or(&self.other, |ready| &ready.values)
    }
}
