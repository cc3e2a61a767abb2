//! What a record holds, found in one pass over its members.

use super::pairs::{self, Reshaped};
use super::plan::Plan;
use crate::event::{Field, Key, Source, Span, Value, View};

/// Where each wanted member of one record stands; used again for the next one.
#[derive(Debug)]
pub(crate) struct Slots {
    places: Vec<Place>,
    /// Text that had to be taken out of its escapes: JSON inside strings.
    decoded: String,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Nowhere,
    Source(Span),
    Decoded(Span),
}

/// A member to be replaced under `o365.audit`.
pub(super) struct Replacement {
    /// Which one, by position.
    pub(super) at: usize,
    /// Its new name, if it gets one.
    pub(super) key: Option<Key>,
    /// Its new value.
    pub(super) value: Value,
}

impl Slots {
    pub(super) fn new(plan: &Plan) -> Self {
        Self { places: vec![Place::Nowhere; plan.slots], decoded: String::new() }
    }

    /// Notes where a record's `fields` stand, and says which of them need another shape.
    pub(super) fn read(&mut self, plan: &Plan, fields: &[Field], source: &Source) -> Vec<Replacement> {
        self.places.fill(Place::Nowhere);
        self.decoded.clear();
        let mut replacements = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            let name = source.slice(field.name);
            let Some(entry) = plan.members.get(name) else { continue };
            self.places[entry.slot] = Place::Source(field.value);
            let (key, value) = match pairs::reshape(entry, source.slice(field.value), source, self) {
                None => continue,
                Some(Reshaped::As(value)) => (None, value),
                Some(Reshaped::Beside(value)) => (Some(Key::Owned(format!("{name}_raw").into())), value),
            };
            replacements.push(Replacement { at, key, value });
        }
        replacements
    }

    /// Notes that `json` stands in `slot`.
    pub(super) fn note(&mut self, slot: usize, json: &str, source: &str) {
        self.places[slot] = Span::of(json, source).map_or_else(|| self.keep(json), Place::Source);
    }

    fn keep(&mut self, json: &str) -> Place {
        let start = self.decoded.len();
        self.decoded.push_str(json);
        Place::Decoded(Span::new(start..self.decoded.len()))
    }

    /// Whether anything stands in `slot`.
    #[inline]
    pub(super) fn has(&self, slot: usize) -> bool {
        !matches!(self.places[slot], Place::Nowhere)
    }

    /// The JSON text in `slot`.
    #[inline]
    pub(super) fn json<'a>(&'a self, slot: usize, source: &'a str) -> Option<&'a str> {
        match self.places[slot] {
            Place::Nowhere => None,
            Place::Source(span) => Some(&source[span.range()]),
            Place::Decoded(span) => Some(&self.decoded[span.range()]),
        }
    }

    /// The value in `slot`, to read.
    #[inline]
    pub(super) fn view<'a>(&'a self, slot: usize, source: &'a str) -> Option<View<'a>> {
        self.json(slot, source).map(View::Json)
    }
}
