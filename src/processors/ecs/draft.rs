//! One event while it is being mapped.

use super::Related;
use super::slots::Slots;
use super::tree::{self, Tree};
use crate::event::{Kind, Source, Value, View};
use crate::processors::malformed::Marks;

/// What all rules read and write.
pub(super) struct Draft<'a> {
    pub(super) source: &'a Source,
    pub(super) slots: &'a Slots,
    pub(super) tree: &'a mut Tree,
    pub(super) marks: Marks,
    related: [Vec<Value>; 4],
}

impl<'a> Draft<'a> {
    pub(super) fn new(source: &'a Source, slots: &'a Slots, tree: &'a mut Tree) -> Self {
        tree.clear();
        Self { source, slots, tree, marks: Marks::default(), related: [const { Vec::new() }; 4] }
    }

    /// A known member, to read.
    pub(super) fn view(&self, slot: usize) -> Option<View<'a>> {
        let (slots, source) = (self.slots, self.source);
        slots.view(slot, source.text())
    }

    /// A known member as text; `None` where it says nothing, or is no scalar.
    pub(super) fn scalar(&self, slot: usize) -> Option<std::borrow::Cow<'a, str>> {
        self.view(slot)?.scalar().filter(|text| !super::is_absent(text))
    }

    /// Adds a value to a list of `related`, once.
    pub(super) fn relate(&mut self, list: Related, value: &Value) {
        let source = self.source.text();
        let values = &mut self.related[list as usize];
        let text = View::new(value, source).text();
        let is_new = text.is_some() && values.iter().all(|known| View::new(known, source).text() != text);
        if is_new {
            values.push(value.clone());
        }
    }

    /// Adds what stands in a field to a list of `related`.
    pub(super) fn relate_field(&mut self, list: Related, section: usize, name: &str) {
        if let Some(value) = self.tree.get(section, name).cloned() {
            self.relate(list, &value);
        }
    }

    /// Writes the lists of `related`.
    pub(super) fn finish_related(&mut self) {
        const NAMES: [&str; 4] = ["ip", "user", "hosts", "hash"];
        for (name, values) in NAMES.into_iter().zip(std::mem::take(&mut self.related)) {
            if !values.is_empty() {
                self.tree.object(tree::RELATED).push(name, values);
            }
        }
    }

    /// A piece of text as a value: it points into the source where it is a piece of it.
    pub(super) fn text(&self, text: &str) -> Value {
        Value::text_of(text, self.source)
    }

    /// A string as it stands, quotes and all, which costs nothing to write.
    pub(super) fn verbatim(&self, view: View<'_>) -> Value {
        match view {
            View::Json(json) if view.kind() == Kind::Text => crate::processors::verbatim(json, self.source),
            _ => Value::text(&*view.scalar().unwrap_or_default()),
        }
    }
}
