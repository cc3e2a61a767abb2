//! From records to events: parse, map, mark what is odd.
//!
//! [`Chain::events`] never fails and never drops. What it cannot read is delivered *marked*: tag
//! [`MALFORMED`] where the record is no record, [`MAPPING_ERROR`] where one of its members is not what Microsoft
//! documents, with `error.message` and, for malformed ones, `event.original`.

mod constants;
mod identity;
mod malformed;
mod options;

pub mod ecs;

pub use options::{Agent, Mapping, Options, RawMembers};

use std::borrow::Cow;
use std::sync::Arc;

use crate::event::{Batch, Event, Flaw, Object, Origin, Record, Records, Span, Value, View};
use crate::time::{self, Clock, Timestamp};
use constants::Constants;
use ecs::Mapper;

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
    source: &'a crate::event::Source,
    record: Record,
    origin: &'a Origin,
    position: u64,
    fallback: Timestamp,
}

impl Received<'_> {
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
        let mut slots = self.mapper.slots();
        let events = records.records.iter().zip(records.first..).map(|(record, position)| {
            let received = Received { source: &records.source, record: *record, origin, position, fallback };
            let mut event = self.event(&received, &constants, &mut slots);
            constants.add_fields(&mut event);
            event
        });
        Batch {
            origin: origin.clone(),
            first: records.first,
            events: events.collect(),
            bytes: records.source.text().len(),
        }
    }

    fn event(&self, received: &Received<'_>, constants: &Constants, slots: &mut ecs::Slots) -> Event {
        // Replaced bytes leave a record readable; every other flaw leaves a piece of one.
        if let Some(flaw) = received.record.flaw.filter(|flaw| *flaw != Flaw::BrokenUtf8) {
            return malformed::unreadable(received, constants, &flaw.to_string());
        }
        match Event::parse(received.source, received.record.span) {
            Err(error) => malformed::unreadable(received, constants, &error.to_string()),
            Ok(event) => match self.options.mapping {
                Mapping::Ecs => self.mapper.map(event, received, constants, slots),
                Mapping::None => unmapped(event, received, constants),
            },
        }
    }
}

/// The record's own members at the root, with what outputs need.
fn unmapped(mut event: Event, received: &Received<'_>, constants: &Constants) -> Event {
    let text = received.source.text();
    let created = event.fields.view("CreationTime", text).and_then(View::text);
    let created = created.and_then(|created| time::parse(&created));
    let id = event.fields.view("Id", text).and_then(View::scalar).map(Cow::into_owned);
    event.fields.put("@timestamp".into(), time::format(created.unwrap_or(received.fallback)).into(), text);
    let mut marks = malformed::Marks::default();
    if created.is_none() {
        marks.malformed("the record has no readable CreationTime");
    }
    if let Some(flaw) = received.record.flaw {
        marks.malformed(&flaw.to_string());
    }
    if marks.is_malformed() || constants.preserve_original {
        let mut original = Object::with_capacity(1);
        original.push("original", received.original());
        event.fields.put("event".into(), original.into(), text);
    }
    marks.write(&mut event.fields, constants, text);
    let id = id.filter(|id| !ecs::is_absent(id)).unwrap_or_else(|| received.place());
    event.metadata = identity::metadata(identity::document(&id, None));
    event
}

/// The span of the JSON text `json` in `source`, or a copy of it.
fn verbatim(json: &str, source: &crate::event::Source) -> Value {
    Span::of(json, source.text()).map_or_else(|| Value::Json(json.into()), Value::Raw)
}
