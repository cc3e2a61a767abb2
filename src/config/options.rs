//! The settings that belong to no room below: folders, logs, the page for operators.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::settings::Problems;

/// The settings below `path`. What is not set follows from `home`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PathOptions {
    /// Where the other folders are; default: the working directory.
    pub home: PathBuf,
    /// Where files named in the settings are; default: the folder of the first configuration file.
    pub config: PathBuf,
    /// The registry, dead letters and the control socket; default `<home>/data`.
    pub data: PathBuf,
    /// Log files; default `<home>/logs`.
    pub logs: PathBuf,
}

impl Default for PathOptions {
    fn default() -> Self {
        Self { home: ".".into(), config: ".".into(), data: "./data".into(), logs: "./logs".into() }
    }
}

/// The settings below `logging`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoggingOptions {
    /// The least important lines that are written; default `info`.
    pub level: Level,
    /// Log targets that are written from `debug` on, `*` for all; default none.
    pub selectors: Vec<String>,
    /// Whether lines go to standard error; default true.
    pub to_stderr: bool,
    /// Whether lines are JSON; default false.
    pub json: bool,
}

/// The log targets, as `selectors` and `-d` name them.
pub const TARGETS: [&str; 9] = ["auth", "api", "feed", "registry", "processor", "output", "webhook", "http", "config"];

/// How important a log line is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Something does not work.
    Error,
    /// Something may not work soon.
    #[serde(alias = "warn")]
    Warning,
    /// At most a line a pass; default.
    #[default]
    Info,
    /// A line an item.
    Debug,
    /// Everything.
    Trace,
}

impl Default for LoggingOptions {
    fn default() -> Self {
        Self { level: Level::Info, selectors: Vec::new(), to_stderr: true, json: false }
    }
}

impl LoggingOptions {
    /// Notes what is wrong with them.
    pub fn check(&self, problems: &mut Problems) {
        for (index, selector) in self.selectors.iter().enumerate() {
            if selector != "*" && !TARGETS.contains(&selector.as_str()) {
                problems
                    .add(format_args!("selectors.{index}"), format!("`{selector}` is no log target"))
                    .hint(format!("known are `*`, {}", TARGETS.join(", ")))
                    .did_you_mean(selector, TARGETS);
            }
        }
    }
}

/// The settings below `http`: what an operator sees of a running instance.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpOptions {
    /// Whether it is served; default false.
    pub enabled: bool,
    /// The address to listen on; default `127.0.0.1`.
    pub host: String,
    /// The port; default 5066.
    pub port: u16,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { enabled: false, host: "127.0.0.1".to_owned(), port: 5066 }
    }
}
