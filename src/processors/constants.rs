//! What is the same in every event of a batch, rendered once.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::{Options, RawMembers};
use crate::event::{Event, Object, Origin, Page, Source, Value};
use crate::time;

/// ECS `ecs.version`: the release whose fields and allowed values we keep to.
const ECS_VERSION: &str = "8.17.0";
/// `o365.metadata.mapping_version`: grows when a release maps the same record differently.
const MAPPING_VERSION: &str = "1";
/// ECS `data_stream.dataset` and `event.dataset`.
const DATASET: &str = "o365.audit";

/// Values that all events of a batch share.
pub(super) struct Constants {
    /// Top-level objects that hold nothing else: `agent`, `observer`, `data_stream`, `ecs`, `meta`.
    pub(super) objects: Vec<(&'static str, Value)>,
    /// `o365.metadata`.
    pub(super) metadata: Value,
    /// `event.created`: when Microsoft made the item available.
    pub(super) created: Option<Value>,
    /// The organisation's name, where the connection names it.
    pub(super) organization: Option<Value>,
    /// The operator's tags, where there are any.
    pub(super) tags: Option<Value>,
    /// The same, one by one.
    pub(super) own_tags: Vec<String>,
    pub(super) preserve_original: bool,
    pub(super) raw: RawMembers,
    fields: Fields,
}

/// The operator's own fields.
enum Fields {
    None,
    Together(Value),
    AtRoot(Vec<(String, Value)>),
}

impl Constants {
    /// The constants of all events that come from `origin`.
    pub(super) fn new(options: &Options, origin: &Origin) -> Self {
        let agent = &options.agent;
        let mut objects = vec![
            (
                "observer",
                object(
                    &[("vendor", "o365collector"), ("product", "o365collector"), ("type", "collector")],
                    &[("hostname", &agent.hostname), ("version", &agent.version)],
                ),
            ),
            (
                "agent",
                object(
                    &[("type", "o365collector")],
                    &[("name", &agent.name), ("version", &agent.version), ("id", &agent.id)],
                ),
            ),
            ("data_stream", object(&[("type", "logs"), ("dataset", DATASET)], &[("namespace", &options.namespace)])),
            ("ecs", object(&[("version", ECS_VERSION)], &[])),
        ];
        if let Some(domain) = &origin.domain {
            objects.push(("meta", shared(&json!({"src": {"host": &**domain}}))));
        }
        let tenant = origin.organization.as_deref().or(origin.domain.as_deref()).unwrap_or_default();
        let metadata = object(
            &[("mapping_version", MAPPING_VERSION)],
            &[
                ("connection", &origin.connection),
                ("tenant_name", tenant),
                ("content_type", &origin.content_type),
                ("content_id", &origin.item),
            ],
        );
        Self {
            objects,
            metadata,
            created: origin.created.map(|created| shared(&json!(time::format(created)))),
            organization: origin.organization.as_ref().map(|name| shared(&json!(&**name))),
            tags: (!options.tags.is_empty()).then(|| shared(&json!(options.tags))),
            own_tags: options.tags.clone(),
            preserve_original: options.preserve_original,
            raw: options.raw,
            fields: Fields::new(options),
        }
    }

    /// Adds the operator's own fields to an event's `fields`, unless they belong at its root.
    pub(super) fn add_fields(&self, fields: &mut Object) {
        if let Fields::Together(own) = &self.fields {
            fields.push("fields", own.clone());
        }
    }

    /// Whether the operator wants to change what the root of events holds.
    pub(super) fn change_root(&self) -> bool {
        matches!(self.fields, Fields::AtRoot(_))
    }

    /// Adds the event that `write` writes, with the operator's own fields, to `page`.
    pub(super) fn add(&self, page: &mut Page, metadata: Object, write: impl FnOnce(&mut Vec<u8>)) {
        match &self.fields {
            Fields::None => page.write(metadata, write),
            Fields::Together(own) => page.write(metadata, |out| {
                write(out);
                out.pop();
                out.extend_from_slice(b",\"fields\":");
                own.write(out, &Source::default());
                out.push(b'}');
            }),
            Fields::AtRoot(_) => {
                let mut json = Vec::new();
                write(&mut json);
                let json = String::from_utf8(json).expect("parts of JSON text are UTF-8");
                let mut event = Event::from_json(json).expect("an event is an object");
                event.metadata = metadata;
                self.put_fields(&mut event);
                page.add(event);
            }
        }
    }

    /// Puts the operator's own fields at the root of `event`, if they belong there.
    pub(super) fn put_fields(&self, event: &mut Event) {
        if let Fields::AtRoot(own) = &self.fields {
            for (path, value) in own {
                // The operator named a path through a text of the event: the event keeps its text.
                let _ = event.put(path, value.clone());
            }
        }
    }
}

impl Fields {
    fn new(options: &Options) -> Self {
        if options.fields.is_empty() {
            return Self::None;
        }
        if !options.fields_under_root {
            return Self::Together(shared(&Json::Object(options.fields.clone())));
        }
        let mut leaves = Vec::new();
        collect(&options.fields, "", &mut leaves);
        Self::AtRoot(leaves)
    }
}

/// Every leaf with its path, so that an object of the operator's joins ours instead of replacing it.
fn collect(fields: &Map<String, Json>, above: &str, leaves: &mut Vec<(String, Value)>) {
    for (name, value) in fields {
        let path = format!("{above}{name}");
        match value {
            Json::Object(inner) if !inner.is_empty() => collect(inner, &format!("{path}."), leaves),
            leaf => leaves.push((path, shared(leaf))),
        }
    }
}

/// An object of texts; of `optional` ones the empty are left out.
fn object(fixed: &[(&str, &str)], optional: &[(&str, &str)]) -> Value {
    let given = optional.iter().filter(|(_, value)| !value.is_empty());
    let members = fixed.iter().chain(given).map(|(name, value)| ((*name).to_owned(), Json::from(*value)));
    shared(&Json::Object(members.collect()))
}

fn shared(json: &Json) -> Value {
    Value::Shared(Arc::from(json.to_string()))
}
