//! The settings of all outputs: by name, each of one kind.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use super::{Output, WorkerOptions, WriteError, console, elasticsearch, file};
use crate::settings::Problems;
use crate::time::Clock;

/// The settings below `outputs`: name → options. The name is the kind unless `type` says otherwise.
pub type OutputsOptions = BTreeMap<String, OutputOptions>;

/// The settings of one output, of the kind that its `type` or its name says.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputOptions {
    /// Standard output.
    Console(console::Options),
    /// Elasticsearch, OpenSearch, and what speaks like them.
    Elasticsearch(Box<elasticsearch::Options>),
    /// Files that are rotated.
    File(file::Options),
}

impl OutputOptions {
    /// The kind's name, as `type` has it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Console(_) => "console",
            Self::Elasticsearch(_) => "elasticsearch",
            Self::File(_) => "file",
        }
    }

    /// Whether it gets events.
    pub fn enabled(&self) -> bool {
        match self {
            Self::Console(options) => options.enabled,
            Self::Elasticsearch(options) => options.enabled,
            Self::File(options) => options.enabled,
        }
    }

    /// Whether an item is acknowledged only when this output has written it.
    pub fn required(&self) -> bool {
        match self {
            Self::Console(options) => options.required,
            Self::Elasticsearch(options) => options.required,
            Self::File(options) => options.required,
        }
    }

    /// Makes the names of files relative to `base`, the folder of the configuration.
    pub fn resolve(&mut self, base: &Path) {
        match self {
            Self::Console(_) | Self::File(_) => {}
            Self::Elasticsearch(options) => options.resolve(base),
        }
    }

    /// Notes files with secrets that others can write.
    pub fn check_secret_files(&self, problems: &mut Problems) {
        match self {
            Self::Console(_) | Self::File(_) => {}
            Self::Elasticsearch(options) => options.check_secret_files(problems),
        }
    }

    /// The destination that the settings describe. Connects later.
    pub fn build(&self, clock: Clock) -> Result<Box<dyn Output>, WriteError> {
        Ok(match self {
            Self::Console(options) => Box::new(console::Console::new(options.is_pretty())),
            Self::Elasticsearch(options) => Box::new(elasticsearch::Elasticsearch::new(options)?),
            Self::File(options) => Box::new(file::FileOutput::new(options, clock)),
        })
    }

    /// How its worker gathers and tries again; `name` is the output's.
    pub fn worker_options(&self, name: &str) -> WorkerOptions {
        match self {
            Self::File(options) => options.worker_options(name),
            Self::Console(_) => WorkerOptions { name: Arc::from(name), ..WorkerOptions::default() },
            Self::Elasticsearch(options) => options.worker_options(name),
        }
    }

    /// Notes what is wrong with it.
    pub fn check(&self, problems: &mut Problems) {
        match self {
            Self::Console(_) => {}
            Self::Elasticsearch(options) => options.check(problems),
            Self::File(options) => options.check(problems),
        }
    }
}

impl Serialize for OutputOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// What is read is told by name or `type`; what is shown always says its `type`.
        #[derive(Serialize)]
        #[serde(tag = "type", rename_all = "snake_case")]
        enum Shown<'a> {
            Console(&'a console::Options),
            Elasticsearch(&'a elasticsearch::Options),
            File(&'a file::Options),
        }
        match self {
            Self::Console(options) => Shown::Console(options),
            Self::Elasticsearch(options) => Shown::Elasticsearch(options),
            Self::File(options) => Shown::File(options),
        }
        .serialize(serializer)
    }
}

/// How an event is written as text: Beats' `codec`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CodecOptions {
    /// As JSON, one event a line unless `pretty`.
    pub json: JsonOptions,
}

/// The settings below `codec.json`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct JsonOptions {
    /// Whether events are spread over several lines for people; default false.
    pub pretty: bool,
}
