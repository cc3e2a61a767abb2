//! Records as the splitter gives them: cut, judged, and read one level deep.

use std::borrow::Cow;

use super::object::Object;
use super::source::{Source, Span};
use super::value::Value;
use super::walk::{self, Field, MAX_DEPTH, Names};
use super::{Event, rewrite};

/// Consecutive elements of an array and the text that holds them.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// The text of all of them.
    pub source: Source,
    /// One entry an element.
    pub records: Vec<Record>,
    /// Position of the first one in the array.
    pub first: u64,
    /// The members of all of them.
    fields: Vec<Field>,
}

/// One element of the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it stands as it was received.
    pub span: Span,
    /// Why it should not be read as it stands.
    pub flaw: Option<Flaw>,
    /// How it reads. `None`: it is no object.
    pub(super) reading: Option<Reading>,
}

/// A record that is a legal object whose names differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// Its text: as received, unless it had to be written anew.
    pub(super) text: Span,
    /// Which ones of the batch's fields are its members.
    pub(super) fields: (u32, u32),
}

/// What is wrong with a record before anybody reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Some bytes were no UTF-8 and are replaced by U+FFFD.
    #[error("the record is not valid UTF-8")]
    BrokenUtf8,
    /// Nested too deep to be parsed.
    #[error("the record is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Cut to its beginning.
    #[error("the record is longer than {} bytes and was cut", super::split::MAX_RECORD_BYTES)]
    TooLong,
    /// The last one of a body that never became whole.
    #[error("the record is cut off")]
    CutOff,
}

/// A record that can be read.
#[derive(Clone, Copy, Debug)]
pub struct Readable<'a> {
    /// The object's text, which stands in the batch's source.
    pub text: Span,
    /// Its members in their order; a name occurs once.
    pub fields: &'a [Field],
}

impl Records {
    /// What stands in `record`, one of these. `None`: it is no object.
    pub fn read(&self, record: &Record) -> Option<Readable<'_>> {
        let Reading { text, fields: (start, end) } = record.reading?;
        Some(Readable { text, fields: &self.fields[start as usize..end as usize] })
    }

    /// The event that `record`, one of these, is without any mapping. `None`: it is no object.
    pub fn event(&self, record: &Record) -> Option<Event> {
        let fields = Value::Raw(self.read(record)?.text);
        Some(Event { source: self.source.clone(), fields, metadata: Object::new() })
    }

    /// Validates the text once; only where that fails is each record looked at alone.
    pub(super) fn seal(text: Vec<u8>, mut records: Vec<Record>, mut fields: Vec<Field>, first: u64) -> Self {
        let mut text = String::from_utf8(text).unwrap_or_else(|error| {
            fields.clear();
            mend(error.as_bytes(), &mut records)
        });
        for record in &mut records {
            let is_whole = record.flaw.is_none_or(|flaw| flaw == Flaw::BrokenUtf8);
            if record.reading.is_none() && is_whole {
                record.reading = read(&mut text, record.span, &mut fields);
            }
        }
        Self { source: Source::new(text), records, first, fields }
    }
}

/// The text of `records` with whatever is no UTF-8 replaced; they have to be read again.
fn mend(bytes: &[u8], records: &mut [Record]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for Record { span, flaw, reading } in records {
        let start = text.len();
        let readable = String::from_utf8_lossy(&bytes[span.range()]);
        let is_broken = matches!(readable, Cow::Owned(_));
        text.push_str(&readable);
        *span = Span::new(start..text.len());
        *flaw = flaw.or(is_broken.then_some(Flaw::BrokenUtf8));
        *reading = None;
    }
    text
}

/// Reads a record that the splitter found odd; one that is legal and still odd is written anew, behind the others.
fn read(text: &mut String, span: Span, fields: &mut Vec<Field>) -> Option<Reading> {
    let first = fields.len();
    let mut text_span = span;
    if !walk::read(text, span, Names::AsReceived, fields) {
        fields.truncate(first);
        let anew = rewrite::object(&text[span.range()])?;
        text_span = Span::new(text.len()..text.len() + anew.len());
        text.push_str(&anew);
        if !walk::read(text, text_span, Names::Rewritten, fields) {
            fields.truncate(first);
            return None;
        }
    }
    Some(Reading { text: text_span, fields: (first as u32, fields.len() as u32) })
}
