//! Composes every room's own options into one configuration: loads, expands, checks.
//!
//! ```text
//! files ─ yaml ─▶ tree ─ merge (later files, -E) ─▶ expand (${VAR}) ─▶ read (serde) ─▶ check ─▶ Config
//! ```
//! The tree knows where each value was written and which variables it came from, so that every problem, also one
//! that a room finds much later, is told with file, line, setting and a hint. All problems are told at once.

mod access;
mod check;
mod expand;
mod files;
mod input;
mod load;
mod merge;
pub mod options;
mod read;
#[cfg(test)]
mod tests;
mod tree;
mod yaml;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::collector::options::InputOptions;
use crate::microsoft::options::ConnectionOptions;
use crate::outputs::options::OutputsOptions;
use crate::pipeline::options::QueueOptions;
use crate::settings::{Duration, Fields};

pub use expand::Variables;
pub use load::Sources;
pub use options::{HttpOptions, Level, LoggingOptions, PathOptions};

/// All settings, as they hold.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Who we are to Microsoft; at least one.
    pub connections: Vec<ConnectionOptions>,
    /// What is collected; at least one.
    pub inputs: Vec<InputOptions>,
    /// Where events go, by name; at least one.
    pub outputs: OutputsOptions,
    /// What happens to events after the mapping; default none.
    pub processors: Vec<serde_yaml::Value>,
    /// The folders.
    pub path: PathOptions,
    /// The log.
    pub logging: LoggingOptions,
    /// What an operator sees.
    pub http: HttpOptions,
    /// What may wait for each output.
    pub queue: QueueOptions,
    /// Added to each event's `tags`; default none.
    pub tags: Vec<String>,
    /// Added to each event, below `fields`; default none.
    pub fields: Fields,
    /// Whether `fields` stand at the event's root; default false.
    pub fields_under_root: bool,
    /// The instance's name, `agent.name`; default: the host's name.
    pub name: Option<String>,
    /// Content blobs fetched at a time, over all connections; default 16.
    pub max_concurrent_fetches: usize,
    /// How long a stop waits for what is under way; default 30s.
    pub shutdown_timeout: Duration,
    /// The files that were read, in their order.
    #[serde(skip)]
    pub files: Vec<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            connections: Vec::new(),
            inputs: Vec::new(),
            outputs: OutputsOptions::new(),
            processors: Vec::new(),
            path: PathOptions::default(),
            logging: LoggingOptions::default(),
            http: HttpOptions::default(),
            queue: QueueOptions::default(),
            tags: Vec::new(),
            fields: Fields::new(),
            fields_under_root: false,
            name: None,
            max_concurrent_fetches: 16,
            shutdown_timeout: Duration::seconds(30),
            files: Vec::new(),
        }
    }
}

impl Config {
    /// The connection of that id.
    pub fn connection(&self, id: &str) -> Option<&ConnectionOptions> {
        self.connections.iter().find(|connection| connection.id == id)
    }

    /// The effective settings as YAML, secrets masked, without what is not set.
    pub fn to_yaml(&self) -> String {
        serde_yaml::to_value(self)
            .and_then(|value| serde_yaml::to_string(&strip(value)))
            .expect("settings are made of texts, numbers, lists and maps")
    }
}

/// Takes out what is null.
fn strip(value: serde_yaml::Value) -> serde_yaml::Value {
    use serde_yaml::Value;
    match value {
        Value::Mapping(map) => {
            let given = map.into_iter().filter(|(_, value)| !value.is_null());
            Value::Mapping(given.map(|(key, value)| (key, strip(value))).collect())
        }
        Value::Sequence(items) => items.into_iter().map(strip).collect(),
        leaf => leaf,
    }
}
