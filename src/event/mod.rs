//! What flows: events, the batches they travel in, and the splitter that cuts them out of a response.
//!
//! An [`Event`] is a tree whose leaves may still be text as Microsoft sent it ([`Value::Raw`]). Only the top level of
//! a record is parsed; a nested value is opened when a path walks into it.
//!
//! ## Why a tree of our own
//! FIGURES

mod batch;
mod marks;
mod nesting;
mod object;
mod page;
mod parse;
mod path;
mod records;
mod rewrite;
mod source;
mod split;
mod text;
mod value;
mod walk;
mod write;

pub use batch::{Batch, Origin};
pub use object::{Key, Member, Object};
pub use page::Page;
pub use parse::ParseError;
pub use path::PathError;
pub use records::{Flaw, Readable, Record, Records};
pub use source::{Source, Span};
pub use split::{SplitError, Splitter};
pub use value::{Kind, Value, View};
pub use walk::Field;

use crate::time::{self, Timestamp};

/// One record on its way: fields to be written, and metadata that only outputs see.
#[derive(Clone, Debug)]
pub struct Event {
    /// What the fields point into.
    pub source: Source,
    /// What outputs write: an object, which stays text until a path walks in to change it.
    pub fields: Value,
    /// Beats' `@metadata`: `_id`, `index`, `pipeline`; never written.
    pub metadata: Object,
}

impl Default for Event {
    fn default() -> Self {
        Self { source: Source::default(), fields: Object::new().into(), metadata: Object::new() }
    }
}

impl Event {
    /// The event of one record of `source`.
    pub fn parse(source: &Source, span: Span) -> Result<Self, ParseError> {
        let fields = Object::parse(source, span)?;
        Ok(Self { source: source.clone(), fields: fields.into(), metadata: Object::new() })
    }

    /// The event of a record that stands alone.
    pub fn from_json(json: String) -> Result<Self, ParseError> {
        let span = Span::new(0..json.len());
        Self::parse(&Source::new(json), span)
    }

    /// Its `@timestamp`.
    pub fn timestamp(&self) -> Option<Timestamp> {
        time::parse(&self.get("@timestamp")?.text()?)
    }

    /// Its identity in stores: `@metadata._id`.
    pub fn id(&self) -> Option<std::borrow::Cow<'_, str>> {
        self.get("@metadata._id")?.text()
    }

    /// Writes its fields on one line.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        write::value(out, &self.fields, &self.source);
    }

    /// Its fields on one line.
    pub fn to_json(&self) -> String {
        let mut out = Vec::new();
        self.write_json(&mut out);
        String::from_utf8(out).expect("parts of JSON text are UTF-8")
    }

    /// Writes its fields over several lines, indented.
    pub fn write_pretty(&self, out: &mut Vec<u8>) {
        write::pretty(out, self.to_json().as_bytes());
    }
}
