//! The events of a batch as they are written: one text that all of them share.

use super::object::Object;
use super::source::{Source, Span};
use super::value::Value;
use super::{Event, text, write};

/// Takes events one by one and gives them back as lines of one text.
///
/// An event's tree lives only while it is made, so that its parts are taken from the allocator and given back while
/// they are warm, and writing an event to one output or to three copies one piece of text.
#[derive(Debug, Default)]
pub struct Page {
    text: Vec<u8>,
    lines: Vec<(Span, Object)>,
}

impl Page {
    /// A page with room for `events` of `bytes` together.
    pub fn with_capacity(events: usize, bytes: usize) -> Self {
        Self { text: Vec::with_capacity(bytes), lines: Vec::with_capacity(events) }
    }

    /// Adds the event whose fields `write` writes, on one line.
    pub fn write(&mut self, metadata: Object, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.text.len();
        write(&mut self.text);
        self.end(start, metadata);
    }

    /// Adds an event; its metadata must not point into its source.
    pub fn add(&mut self, event: Event) {
        let start = self.text.len();
        write::value(&mut self.text, &event.fields, &event.source);
        self.end(start, event.metadata);
    }

    /// Adds an event that has the members of the object at `base` and those of `more`, whose names differ.
    pub fn add_to(&mut self, base: Span, more: &Object, metadata: Object, source: &Source) {
        let start = self.text.len();
        write::value(&mut self.text, &Value::Raw(base), source);
        text::reopen(&mut self.text);
        write::members(&mut self.text, more, source);
        self.text.push(b'}');
        self.end(start, metadata);
    }

    fn end(&mut self, start: usize, metadata: Object) {
        self.lines.push((Span::new(start..self.text.len()), metadata));
    }

    /// The events in their order, and the size of their text.
    pub fn finish(self) -> (Vec<Event>, usize) {
        let text = String::from_utf8(self.text).expect("parts of JSON text are UTF-8");
        let bytes = text.len();
        let source = Source::on_one_line(text);
        let event = |(span, metadata)| Event { source: source.clone(), fields: Value::Raw(span), metadata };
        (self.lines.into_iter().map(event).collect(), bytes)
    }
}
