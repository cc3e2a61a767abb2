//! Raw members brought to the shape that they have in every event; what does not fit goes to `_raw` as text.

use std::borrow::Cow;

use super::members::Shape;
use super::plan::Entry;
use super::slots::Slots;
use crate::event::{Key, Kind, Object, Source, Value, View};

/// More pairs than this are no properties; they stay together as text.
const MOST_PAIRS: usize = 1000;
/// The one property that is JSON inside its string (Entra).
const DETAILS: &str = "additionalDetails";

/// What a member becomes under `o365.audit`.
pub(super) enum Reshaped {
    /// The same member with another value.
    As(Value),
    /// A text beside it: a number cannot hold a `_raw` below itself.
    Beside(Value),
}

/// What a member becomes; `None`: it stays. Notes its wanted children.
pub(super) fn reshape(entry: &Entry, json: &str, source: &Source, slots: &mut Slots) -> Option<Reshaped> {
    if entry.shape == Shape::Verbatim && entry.children.is_empty() {
        return None;
    }
    let view = View::Json(json);
    if view.kind() == Kind::Null {
        return None;
    }
    let mut reader = Reader { entry, source, slots };
    match entry.shape {
        Shape::Verbatim => {
            reader.note_members(view);
            None
        }
        Shape::Json if view.kind() == Kind::Text => Some(opened(view)),
        Shape::Objects | Shape::Json => reader.objects(view),
        Shape::Pairs => Some(reader.pairs(view)),
        Shape::Changes => Some(reader.changes(view)),
        Shape::PairList => reader.pair_list(view),
        Shape::Text => (view.kind() != Kind::Text).then(|| text_of(json)),
        Shape::Integer => return integer(view),
    }
    .map(Reshaped::As)
}

fn integer(view: View<'_>) -> Option<Reshaped> {
    match view.integer() {
        Some(_) if view.kind() == Kind::Number => None,
        Some(number) => Some(Reshaped::As(Value::Integer(number))),
        None => Some(Reshaped::Beside(text_or_raw(view))),
    }
}

struct Reader<'r> {
    entry: &'r Entry,
    source: &'r Source,
    slots: &'r mut Slots,
}

/// One element of a Name/Value array.
#[derive(Default)]
struct Pair<'a> {
    name: Option<Cow<'a, str>>,
    value: Option<View<'a>>,
    old: Option<View<'a>>,
    new: Option<View<'a>>,
}

impl<'a> Pair<'a> {
    fn read(element: View<'a>) -> Self {
        let mut pair = Self::default();
        element.each_member(|name, value| match name {
            "Name" => pair.name = value.text(),
            "Value" => pair.value = Some(value),
            "OldValue" => pair.old = Some(value),
            "NewValue" => pair.new = Some(value),
            _ => {}
        });
        pair
    }
}

impl Reader<'_> {
    fn child(&self, name: &str) -> Option<usize> {
        self.entry.children.iter().find(|(known, _)| *known == name).map(|(_, slot)| *slot)
    }

    fn note(&mut self, name: &str, value: View<'_>) {
        if let (Some(slot), View::Json(json)) = (self.child(name), value) {
            self.slots.note(slot, json, self.source.text());
        }
    }

    fn note_members(&mut self, view: View<'_>) {
        if !self.entry.children.is_empty() {
            view.each_member(|name, value| self.note(name, value));
        }
    }

    fn objects(&mut self, view: View<'_>) -> Option<Value> {
        match view.kind() {
            Kind::Object => self.note_members(view),
            Kind::Array if are_objects(&view.elements()) => {}
            _ => return Some(raw(view)),
        }
        None
    }

    fn pairs(&mut self, view: View<'_>) -> Value {
        let mut all = Properties::new(self.source);
        match view.kind() {
            Kind::Array => {
                let elements = view.elements();
                if elements.len() > MOST_PAIRS {
                    return raw(view);
                }
                for element in elements {
                    let pair = Pair::read(element);
                    match pair.name {
                        Some(name) => self.property(&mut all, &name, pair.value),
                        None => all.odd.push(text_or_raw(element)),
                    }
                }
            }
            Kind::Object => view.each_member(|name, value| self.property(&mut all, name, Some(value))),
            _ => return raw(view),
        }
        all.finish()
    }

    fn property(&mut self, all: &mut Properties<'_>, name: &str, value: Option<View<'_>>) {
        let Some(value) = value.filter(|value| value.kind() != Kind::Null) else { return };
        self.note(name, value);
        let value = if name == DETAILS { self.details(value) } else { as_text(value, self.source) };
        all.add(name, value);
    }

    /// JSON inside a string, opened; it is Elastic's shape of this property.
    fn details(&mut self, value: View<'_>) -> Value {
        let opened = opened(value);
        View::new(&opened, "").each_member(|name, value| {
            let wanted =
                self.entry.children.iter().find(|(known, _)| known.strip_prefix("additionalDetails.") == Some(name));
            if let (Some((_, slot)), View::Json(json)) = (wanted, value) {
                self.slots.note(*slot, json, self.source.text());
            }
        });
        opened
    }

    fn changes(&mut self, view: View<'_>) -> Value {
        let elements = view.elements();
        if view.kind() != Kind::Array || elements.len() > MOST_PAIRS {
            return raw(view);
        }
        let mut all = Properties::new(self.source);
        for element in elements {
            let pair = Pair::read(element);
            let mut change = Object::new();
            for (key, value) in [("OldValue", pair.old), ("NewValue", pair.new)] {
                if let Some(value) = value.filter(|value| value.kind() != Kind::Null) {
                    change.push(key, as_text(value, self.source));
                }
            }
            match (pair.name, element.text()) {
                (Some(name), _) | (None, Some(name)) => all.add(&name, change.into()),
                (None, None) => all.odd.push(text_or_raw(element)),
            }
        }
        all.finish()
    }

    fn pair_list(&mut self, view: View<'_>) -> Option<Value> {
        if let Some(text) = view.text() {
            // P opens the same string; without a list inside it stays a text.
            let inner = View::Json(text.trim());
            let is_list = inner.kind() == Kind::Array && are_objects(&inner.elements()) && !inner.elements().is_empty();
            return Some(if is_list {
                self.list(inner).unwrap_or_else(|| Value::Json(text.trim().into()))
            } else {
                raw(view)
            });
        }
        if view.kind() != Kind::Array || !are_objects(&view.elements()) {
            return Some(raw(view));
        }
        self.list(view)
    }

    /// Notes the pairs of a list; a list whose values are not all texts is made anew.
    fn list(&mut self, view: View<'_>) -> Option<Value> {
        let pairs: Vec<Pair<'_>> = view.elements().into_iter().map(Pair::read).collect();
        let mut are_texts = true;
        for pair in &pairs {
            if let (Some(name), Some(value)) = (&pair.name, pair.value) {
                self.note(name, value);
            }
            are_texts &=
                pair.name.is_some() && pair.value.is_none_or(|value| matches!(value.kind(), Kind::Text | Kind::Null));
        }
        (!are_texts).then(|| Value::Array(pairs.into_iter().map(|pair| list_element(pair, self.source)).collect()))
    }
}

fn list_element(pair: Pair<'_>, source: &Source) -> Value {
    let mut element = Object::with_capacity(2);
    if let Some(name) = pair.name {
        element.push("Name", Value::text(&*name));
    }
    if let Some(value) = pair.value.filter(|value| value.kind() != Kind::Null) {
        element.push("Value", as_text(value, source));
    }
    element.into()
}

/// Properties by name; of repeated names all values stay.
struct Properties<'s> {
    object: Object,
    odd: Vec<Value>,
    source: &'s Source,
}

impl<'s> Properties<'s> {
    fn new(source: &'s Source) -> Self {
        Self { object: Object::with_capacity(8), odd: Vec::new(), source }
    }

    fn add(&mut self, name: &str, value: Value) {
        let text = self.source.text();
        let clean: Cow<'_, str> = if name.is_empty() || name.contains([' ', '.']) {
            Cow::Owned(name.replace([' ', '.'], "_"))
        } else {
            name.into()
        };
        let clean = if clean.is_empty() { Cow::Borrowed("_") } else { clean };
        match self.object.get_mut(&clean, text) {
            Some(Value::Array(values)) => values.push(value),
            Some(present) => *present = Value::Array(vec![std::mem::replace(present, Value::Null), value]),
            None => self.object.push(key(&clean, text), value),
        }
    }

    fn finish(mut self) -> Value {
        if !self.odd.is_empty() {
            let odd = std::mem::take(&mut self.odd);
            self.add(
                "_raw",
                if odd.len() == 1 { odd.into_iter().collect::<Vec<_>>().remove(0) } else { Value::Array(odd) },
            );
        }
        self.object.into()
    }
}

/// A key that points into the source where it can: only what stands there unescaped has an address in it.
fn key(name: &str, source: &str) -> Key {
    crate::event::Span::of(name, source).map_or_else(|| Key::Owned(name.into()), Key::Source)
}

fn are_objects(elements: &[View<'_>]) -> bool {
    elements.iter().all(|element| element.kind() == Kind::Object)
}

/// A string as it stands; numbers, truth values and structures as their JSON text.
fn as_text(view: View<'_>, source: &Source) -> Value {
    match view {
        View::Json(json) if view.kind() == Kind::Text => super::super::verbatim(json, source),
        _ => text_or_raw(view),
    }
}

/// The object inside a string.
fn opened(view: View<'_>) -> Value {
    let text = view.text().unwrap_or_default();
    let is_object = text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
    if is_object { Value::Json(text.trim().into()) } else { raw(view) }
}

fn raw(view: View<'_>) -> Value {
    let mut object = Object::with_capacity(1);
    object.push("_raw", text_or_raw(view));
    object.into()
}

fn text_or_raw(view: View<'_>) -> Value {
    match (view.text(), view) {
        (Some(text), _) => Value::text(&*text),
        (None, View::Json(json)) => text_of(json),
        (None, View::Tree(..)) => Value::Null,
    }
}

fn text_of(json: &str) -> Value {
    Value::text(json)
}
