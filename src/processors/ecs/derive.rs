//! Fields that need several members, or the batch.

use super::draft::Draft;
use super::outcome::{self, Evidence, Outcome};
use super::plan::known;
use super::tree;
use super::{Related, address, record_types, stamp};
use crate::event::{Kind, Value};
use crate::processors::constants::Constants;

/// The record type, as number or, in Graph's and PowerShell's records, by name.
pub(super) fn record_type(draft: &Draft<'_>) -> Option<i64> {
    let view = draft.view(known::RECORD_TYPE)?;
    view.integer().or_else(|| {
        let name = view.text()?;
        record_types::all().find(|(_, known)| *known == name).map(|(number, _)| number)
    })
}

/// `event.code`: the record type's name, else its number.
pub(super) fn code(record_type: i64) -> Value {
    record_types::name(record_type).map_or_else(|| record_type.to_string().into(), Value::Literal)
}

/// `@timestamp`, if the record tells it.
pub(super) fn timestamp(draft: &Draft<'_>) -> Option<Value> {
    stamp::timestamp(&draft.view(known::CREATION_TIME)?.text()?)
}

/// `event.outcome`.
pub(super) fn outcome(draft: &Draft<'_>, record_type: Option<i64>) -> Outcome {
    let operation = draft.scalar(known::OPERATION);
    let status = draft.view(known::RESULT_STATUS).filter(|view| view.kind() != Kind::Null);
    let text = draft.scalar(known::RESULT_STATUS);
    // A status that is an array or an object is there, and cannot be read.
    let status = status.and_then(|view| if view.scalar().is_none() { Some("?") } else { text.as_deref() });
    let error = draft.scalar(known::LOGON_ERROR);
    let number = draft.scalar(known::ERROR_NUMBER).or_else(|| draft.scalar(known::ERROR_CODE));
    outcome::outcome(&Evidence {
        record_type: record_type.unwrap_or_default(),
        operation: operation.as_deref().unwrap_or_default(),
        status,
        logon_error: error.as_deref(),
        error_number: number.as_deref(),
    })
}

/// What the connection knows better than the record; before the rows.
pub(super) fn begin(draft: &mut Draft<'_>, constants: &Constants) {
    draft.tree.object(tree::O365).push("metadata", constants.metadata.clone());
    if let Some(name) = &constants.organization {
        draft.tree.object(tree::ORGANIZATION).push("name", name.clone());
    }
    draft.tree.object(tree::CLOUD).push("provider", "azure");
}

/// What follows from fields that rows have set.
pub(super) fn finish(draft: &mut Draft<'_>) {
    let stands_in =
        || draft.tree.get(tree::ORGANIZATION, "name").or_else(|| draft.tree.get(tree::USER, "domain")).cloned();
    if draft.tree.get(tree::HOST, "name").is_none()
        && let Some(name) = stands_in()
    {
        draft.tree.object(tree::HOST).push("name", name);
    }
    draft.relate_field(Related::Hosts, tree::HOST, "name");
    for slot in known::SENDER_IPS {
        let Some(text) = draft.scalar(slot) else { continue };
        if let Some(ip) = address::parse(&text).ip {
            let value = draft.text(ip);
            draft.relate(Related::Ip, &value);
        }
    }
    draft.finish_related();
}
