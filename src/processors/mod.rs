//! From records to events: parse, map, mark what is odd.
//!
//! [`Chain::events`] never fails and never drops. What it cannot read is delivered *marked*: tag
//! [`MALFORMED`] where the record is no record, [`MAPPING_ERROR`] where one of its members is not what Microsoft
//! documents, with `error.message` and, for malformed ones, `event.original`.

mod constants;
mod identity;
mod malformed;
mod options;
mod unmapped;

pub mod ecs;

pub use options::{Agent, Mapping, Options, RawMembers};

use std::sync::Arc;

use crate::event::{Batch, Flaw, Object, Origin, Page, Readable, Record, Records, Source, Span, Value};
use crate::time::{Clock, Timestamp};
use constants::Constants;
use ecs::{Mapper, Scratch};

/// Tags an event whose record could not be read, or says not when it happened.
pub const MALFORMED: &str = "o365_malformed_record";
/// Tags an event of which a member could not be mapped.
pub const MAPPING_ERROR: &str = "o365_mapping_error";

/// What every record of a connection goes through.
#[derive(Clone, Debug)]
pub struct Chain {
    options: Arc<Options>,
    mapper: Arc<Mapper>,
    clock: Clock,
}

/// One record and what is known about it beforehand.
struct Received<'a> {
    records: &'a Records,
    record: Record,
    origin: &'a Origin,
    position: u64,
    fallback: Timestamp,
}

impl<'a> Received<'a> {
    /// What the record points into.
    fn source(&self) -> &'a Source {
        &self.records.source
    }

    /// The record's members, or why it has none.
    fn read(&self) -> Result<Readable<'a>, String> {
        // Replaced bytes leave a record readable; every other flaw leaves a piece of one.
        if let Some(flaw) = self.record.flaw.filter(|flaw| *flaw != Flaw::BrokenUtf8) {
            return Err(flaw.to_string());
        }
        let refusal = || Object::parse(self.source(), self.record.span).err().map(|error| error.to_string());
        self.records.read(&self.record).ok_or_else(|| refusal().unwrap_or_default())
    }

    /// The record as it was received, as a string.
    fn original(&self) -> Value {
        Value::Slice(self.record.span)
    }

    /// What stands for the record's id where it has none: its place, which is the same whenever it is fetched.
    fn place(&self) -> String {
        format!("{}#{}", self.origin.item, self.position)
    }
}

impl Chain {
    /// A chain as `options` say; `clock` tells the time of events that do not tell it themselves.
    pub fn new(options: Options, clock: Clock) -> Self {
        Self { options: Arc::new(options), mapper: Arc::new(Mapper::new()), clock }
    }

    /// The events of `records`, one a record, in their order.
    pub fn events(&self, records: &Records, origin: &Arc<Origin>) -> Batch {
        let fallback = origin.created.unwrap_or_else(|| self.clock.now());
        let constants = Constants::new(&self.options, origin);
        let mut scratch = self.mapper.scratch();
        let mut page = Page::with_capacity(records.records.len(), 3 * records.source.text().len());
        for (record, position) in records.records.iter().zip(records.first..) {
            let received = Received { records, record: *record, origin, position, fallback };
            self.event(&received, &constants, &mut scratch, &mut page);
        }
        let (events, bytes) = page.finish();
        Batch { origin: origin.clone(), first: records.first, events, bytes }
    }

    fn event(&self, received: &Received<'_>, constants: &Constants, scratch: &mut Scratch, page: &mut Page) {
        match (received.read(), self.options.mapping) {
            (Err(why), _) => malformed::add(page, received, constants, &why),
            (Ok(record), Mapping::Ecs) => self.mapper.map(record, received, constants, scratch, page),
            (Ok(record), Mapping::None) => unmapped::add(page, record, received, constants),
        }
    }
}

/// The span of the JSON text `json` in `source`, or a copy of it.
fn verbatim(json: &str, source: &Source) -> Value {
    Span::of(json, source.text()).map_or_else(|| Value::Json(json.into()), Value::Raw)
}
