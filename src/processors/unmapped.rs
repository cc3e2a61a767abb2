//! Events without mapping: the record's own members at the root, beside what outputs need.

use std::borrow::Cow;

use super::constants::Constants;
use super::ecs::{is_absent, stamp};
use super::{Received, identity, malformed};
use crate::event::{Event, Object, Page, Readable, Value, View};
use crate::time;

/// Names that we add to a record, which may have them already.
const OURS: [&str; 5] = ["@timestamp", "event", "error", "tags", "fields"];

/// Adds the event of a record to `page`.
pub(super) fn add(page: &mut Page, record: Readable<'_>, received: &Received<'_>, constants: &Constants) {
    let text = received.source().text();
    let (mut created, mut id, mut is_free) = (None, None, true);
    for field in record.fields {
        let view = View::Json(&text[field.value.range()]);
        match &text[field.name.range()] {
            "CreationTime" => created = view.text().and_then(|text| stamp::timestamp(&text)),
            "Id" => id = view.scalar(),
            name => is_free &= !OURS.contains(&name),
        }
    }
    let more = beside(created, received, constants);
    let id = id.filter(|id| !is_absent(id)).unwrap_or_else(|| Cow::Owned(received.place()));
    let metadata = identity::metadata(identity::document(&id, None));
    if is_free && !constants.change_root() {
        return page.add_to(record.text, &more, metadata, received.source());
    }
    let mut fields = Object::of(record.fields, received.source());
    for member in more {
        fields.put(member.key, member.value, text);
    }
    let mut event = Event { source: received.source().clone(), fields: fields.into(), metadata };
    constants.put_fields(&mut event);
    page.add(event);
}

/// What stands beside the record's members.
fn beside(created: Option<Value>, received: &Received<'_>, constants: &Constants) -> Object {
    let mut marks = malformed::Marks::default();
    if created.is_none() {
        marks.malformed("the record has no readable CreationTime");
    }
    if let Some(flaw) = received.record.flaw {
        marks.malformed(&flaw.to_string());
    }
    let mut more = Object::with_capacity(5);
    more.push("@timestamp", created.unwrap_or_else(|| time::format(received.fallback).into()));
    if marks.is_malformed() || constants.preserve_original {
        let mut original = Object::with_capacity(1);
        original.push("original", received.original());
        more.push("event", original);
    }
    marks.write(&mut more, constants, "");
    constants.add_fields(&mut more);
    more
}
