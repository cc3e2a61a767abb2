//! Marks on events whose record is not what it should be, and events of records that nobody can read.

use super::constants::Constants;
use super::{MALFORMED, MAPPING_ERROR, Received, identity};
use crate::event::{Event, Object, Page, Value};
use crate::time;

/// What went wrong with one record.
#[derive(Debug, Default)]
pub(super) struct Marks {
    malformed: bool,
    mapping: bool,
    message: String,
}

impl Marks {
    /// The record itself is odd.
    pub(super) fn malformed(&mut self, why: &str) {
        self.malformed = true;
        self.say(why);
    }

    /// One member could not be mapped.
    pub(super) fn mapping(&mut self, why: &str) {
        self.mapping = true;
        self.say(why);
    }

    /// Whether the record itself is odd.
    pub(super) fn is_malformed(&self) -> bool {
        self.malformed
    }

    fn say(&mut self, why: &str) {
        if !self.message.is_empty() {
            self.message.push_str("; ");
        }
        self.message.push_str(why);
    }

    /// What ECS `error` holds, if there is anything to say.
    pub(super) fn error(&self) -> Option<Object> {
        (self.malformed || self.mapping).then(|| {
            let mut error = Object::with_capacity(1);
            error.push("message", self.message.clone());
            error
        })
    }

    /// What ECS `tags` holds: the operator's, then ours.
    pub(super) fn tags(&self, constants: &Constants) -> Option<Value> {
        let marks = [(self.malformed, MALFORMED), (self.mapping, MAPPING_ERROR)];
        let marks: Vec<Value> = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| Value::Literal(mark)).collect();
        if marks.is_empty() {
            return constants.tags.clone();
        }
        let own = constants.own_tags.iter().map(|tag| Value::text(tag.as_str()));
        Some(Value::Array(own.chain(marks).collect()))
    }

    /// Puts both into `fields`.
    pub(super) fn write(&self, fields: &mut Object, constants: &Constants, source: &str) {
        if let Some(error) = self.error() {
            fields.put("error".into(), error.into(), source);
        }
        if let Some(tags) = self.tags(constants) {
            fields.put("tags".into(), tags, source);
        }
    }
}

/// Adds the event of a record that cannot be read to `page`: what was received, when, and why it is here.
pub(super) fn add(page: &mut Page, received: &Received<'_>, constants: &Constants, why: &str) {
    let mut marks = Marks::default();
    marks.malformed(why);
    let mut event = Object::with_capacity(8);
    event.push("kind", "pipeline_error");
    event.push("category", Value::Array(vec!["web".into()]));
    event.push("type", Value::Array(vec!["info".into()]));
    event.push("module", "o365");
    event.push("dataset", "o365.audit");
    event.push("id", received.place());
    if let Some(created) = &constants.created {
        event.push("created", created.clone());
    }
    event.push("original", received.original());
    let mut fields = Object::with_capacity(16);
    fields.push("@timestamp", time::format(received.fallback));
    fields.push("message", "a record that cannot be read");
    fields.push("event", event);
    marks.write(&mut fields, constants, received.source().text());
    for (name, value) in &constants.objects {
        fields.push(*name, value.clone());
    }
    let mut o365 = Object::with_capacity(1);
    o365.push("metadata", constants.metadata.clone());
    fields.push("o365", o365);
    let metadata = identity::metadata(identity::document(&received.place(), None));
    constants.add_fields(&mut fields);
    let mut event = Event { source: received.source().clone(), fields: fields.into(), metadata };
    constants.put_fields(&mut event);
    page.add(event);
}
