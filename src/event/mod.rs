//! What flows: events, the batches they travel in, and the splitter that cuts them out of a response.
//!
//! ```text
//! body ─ Splitter ─▶ Records: one text, and where the members of each record stand in it
//!                       │ mapping: reads members in place, writes each event at once
//!                       ▼
//!                    Page ─▶ Batch: one text, a line an event ─ Event::write_json: one copy an output
//! ```
//!
//! An [`Event`] is a tree whose leaves may still be text ([`Value::Raw`]), and begins as such a leaf. It is opened
//! level by level when a path walks in to change it; who only writes it never pays for a tree.
//!
//! ## Why a tree of our own
//! Nanoseconds and instructions an event, of `benches/hot_path.rs`: SharePoint records of 1,658 bytes, both versions
//! measured in turn on a shared machine, the fastest sample, where `serde_json::Value` takes 8,800 ns to read and write
//! such a record.
//!
//! | step | a tree of members an event | text, walked once |
//! |---|---|---|
//! | split | 910 ns, 11,000 | 1,220 ns, 18,800 |
//! | + members | 3,460 ns, 42,000 | 1,230 ns, 20,300 |
//! | + write: the floor | 3,940 ns, 48,500 | 1,280 ns, 20,600 |
//! | whole path without mapping | 4,760 ns, 54,500 | 1,780 ns, 26,400 |
//! | whole path with ECS, 3.9 KB out | 16,200 ns, 109,100 | 6,320 ns, 72,900 |
//!
//! Allocations an event with ECS: 30 before, 10 now.
//!
//! What brought it there, in the order of gain: members found while the record is cut, from a bitmap of quotes
//! (`marks`, `walk`), instead of by `serde_json`'s `RawValue` afterwards; batches of 128 KiB, which stay in the
//! cache and below the size at which the allocator gives memory back to the system (240 page faults a megabyte were a
//! fifth of the time); `o365.audit` copied as one piece; no object allocated for a section of the event, but nodes
//! used again. What changed little: values of 24 bytes instead of 32, inlining what hangs a value into the tree, and
//! one codegen unit (5 %). What is left is spread thin: rules 18, writing 17, finding members by name 6 thousand
//! instructions, and copies of values that were just made (a stall each, 5 %).

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
