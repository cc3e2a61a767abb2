//! What an operator may choose about processing.

use serde::{Deserialize, Serialize};

/// How events of one connection look.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Which mapping is applied.
    pub mapping: Mapping,
    /// How many raw members stay under `o365.audit`.
    pub raw: RawMembers,
    /// Whether `event.original` holds the record as received.
    pub preserve_original: bool,
    /// Put into `tags` of every event.
    pub tags: Vec<String>,
    /// Put into every event, under `fields`.
    pub fields: serde_json::Map<String, serde_json::Value>,
    /// Puts `fields` at the root instead, where they replace what is there.
    pub fields_under_root: bool,
    /// Who says so: ECS `agent.*` and `observer.*`.
    pub agent: Agent,
    /// ECS `data_stream.namespace`.
    pub namespace: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mapping: Mapping::default(),
            raw: RawMembers::default(),
            preserve_original: false,
            tags: Vec::new(),
            fields: serde_json::Map::new(),
            fields_under_root: false,
            agent: Agent::default(),
            namespace: "default".to_owned(),
        }
    }
}

/// Which mapping is applied to a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mapping {
    /// The Elastic Common Schema, raw members under `o365.audit`.
    #[default]
    Ecs,
    /// None: the record's members stand at the root, beside `@timestamp`.
    None,
}

/// How many raw members stay under `o365.audit`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RawMembers {
    /// All of them.
    #[default]
    All,
    /// Those that no ECS field holds, and those that detection rules read under their raw name.
    Unmapped,
    /// None of them.
    None,
}

/// The collector, as events name it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Agent {
    /// ECS `agent.name`.
    pub name: String,
    /// ECS `agent.version`.
    pub version: String,
    /// ECS `observer.hostname`; left out where it is empty.
    pub hostname: String,
    /// ECS `agent.id`, the same over restarts; left out where it is empty.
    pub id: String,
}

impl Default for Agent {
    fn default() -> Self {
        Self {
            name: "o365collector".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            hostname: String::new(),
            id: String::new(),
        }
    }
}
