//! The engine that walks the tables.

use super::classify::Classifier;
use super::draft::Draft;
use super::members::KEPT;
use super::outcome::Outcome;
use super::plan::{Plan, known};
use super::slots::{Replacement, Slots};
use super::tree::{self, Tree};
use super::{derive, message, transform};
use crate::event::{Key, Object, Page, Readable, Source, Value};
use crate::processors::constants::Constants;
use crate::processors::{RawMembers, Received, identity};
use crate::time;

/// Room for one record and its event.
#[derive(Debug)]
pub(crate) struct Scratch {
    slots: Slots,
    tree: Tree,
}

/// Maps records to ECS.
#[derive(Debug)]
pub(crate) struct Mapper {
    plan: Plan,
    classifier: Classifier,
}

impl Mapper {
    pub(crate) fn new() -> Self {
        Self { plan: Plan::new(super::rows()), classifier: Classifier::new(super::classes()) }
    }

    /// Room for one record and its event, to be used for many.
    pub(crate) fn scratch(&self) -> Scratch {
        Scratch { slots: Slots::new(&self.plan), tree: Tree::default() }
    }

    /// Adds the ECS event of a record to `page`.
    pub(crate) fn map(
        &self,
        record: Readable<'_>,
        received: &Received<'_>,
        constants: &Constants,
        scratch: &mut Scratch,
        page: &mut Page,
    ) {
        let source = received.source();
        let replacements = scratch.slots.read(&self.plan, record.fields, source);
        let slots = &scratch.slots;
        let mut draft = Draft::new(source, slots, &mut scratch.tree);
        let record_type = derive::record_type(&draft);
        let outcome = derive::outcome(&draft, record_type);
        self.begin_event(&mut draft, record_type, outcome);
        derive::begin(&mut draft, constants);
        let mut used = Vec::new();
        for step in self.plan.steps(record_type).filter(|step| step.from.iter().any(|slot| slots.has(*slot))) {
            let slot = transform::apply(&mut draft, step);
            if constants.raw == RawMembers::Unmapped {
                used.extend(slot);
            }
        }
        derive::finish(&mut draft);
        if let Some(sentence) = message::sentence(&draft, record_type, outcome) {
            draft.tree.set(tree::MESSAGE, sentence);
        }
        let metadata = finish_event(&mut draft, received, constants, record_type);
        if let Some(audit) = self.audit(record, replacements, constants.raw, &used, source) {
            draft.tree.object(tree::O365).push("audit", audit);
        }
        let write = |out: &mut Vec<u8>| draft.tree.write(out, source, &constants.objects);
        constants.add(page, metadata, write);
    }

    fn begin_event(&self, draft: &mut Draft<'_>, record_type: Option<i64>, outcome: Outcome) {
        let operation = draft.scalar(known::OPERATION);
        let class = self.classifier.values(record_type.unwrap_or(-1), operation.as_deref().unwrap_or_default());
        let mut event = draft.tree.object(tree::EVENT);
        event.push("kind", "event");
        event.push("category", class.category.clone());
        event.push("type", class.kind.clone());
        event.push("outcome", outcome.name());
        event.push("module", "o365");
        event.push("dataset", "o365.audit");
        if let Some(record_type) = record_type {
            event.push("code", derive::code(record_type));
        }
    }

    /// What stays under `o365.audit`.
    fn audit(
        &self,
        record: Readable<'_>,
        replacements: Vec<Replacement>,
        raw: RawMembers,
        used: &[usize],
        source: &Source,
    ) -> Option<Value> {
        match raw {
            RawMembers::None => return None,
            RawMembers::All if replacements.is_empty() => return Some(Value::Raw(record.text)),
            RawMembers::All | RawMembers::Unmapped => {}
        }
        let mut record = Object::of(record.fields, source);
        for Replacement { at, key, value } in replacements {
            let member = &mut record.members_mut()[at];
            member.value = value;
            if let Some(key) = key {
                member.key = key;
            }
        }
        let is_kept = |key: &Key| {
            let name = key.name(source.text());
            KEPT.contains(&name) || !self.plan.members.get(name).is_some_and(|entry| used.contains(&entry.slot))
        };
        if raw == RawMembers::Unmapped {
            record = record.into_iter().filter(|member| is_kept(&member.key)).collect();
        }
        Some(record.into())
    }
}

/// Time, identity and marks; gives the event's metadata.
fn finish_event(
    draft: &mut Draft<'_>,
    received: &Received<'_>,
    constants: &Constants,
    record_type: Option<i64>,
) -> Object {
    let stamp = derive::timestamp(draft);
    if stamp.is_none() {
        draft.marks.malformed("the record has no readable CreationTime");
    }
    if let Some(flaw) = received.record.flaw {
        draft.marks.malformed(&flaw.to_string());
    }
    draft.tree.set(tree::TIMESTAMP, stamp.unwrap_or_else(|| time::format(received.fallback).into()));
    let id = draft.scalar(known::ID);
    let part = draft.scalar(known::RECORD_NUMBER).filter(|_| matches!(record_type, Some(24 | 31)));
    let (id, document) = match (&id, draft.view(known::ID)) {
        (Some(id), Some(view)) => {
            let verbatim = draft.verbatim(view);
            (verbatim, identity::document(id, part.as_deref()))
        }
        _ => (received.place().into(), identity::document(&received.place(), None)),
    };
    let is_original_wanted = constants.preserve_original || draft.marks.is_malformed();
    let mut event = draft.tree.object(tree::EVENT);
    event.push("id", id);
    if let Some(created) = &constants.created {
        event.push("created", created.clone());
    }
    if is_original_wanted {
        event.push("original", received.original());
    }
    if let Some(error) = draft.marks.error() {
        draft.tree.set(tree::ERROR, error);
    }
    if let Some(tags) = draft.marks.tags(constants) {
        draft.tree.set(tree::TAGS, tags);
    }
    identity::metadata(document)
}
