//! Events to standard output.

use serde::{Deserialize, Serialize};

use super::options::CodecOptions;

/// The settings of a `console` output.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether it gets events; default true.
    pub enabled: bool,
    /// Short for `codec.json.pretty`; default false.
    pub pretty: bool,
    /// How an event is written.
    pub codec: CodecOptions,
    /// Whether an item waits for this output before it is acknowledged; default true.
    pub required: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { enabled: true, pretty: false, codec: CodecOptions::default(), required: true }
    }
}

impl Options {
    /// Whether events are spread over several lines.
    pub fn is_pretty(&self) -> bool {
        self.pretty || self.codec.json.pretty
    }
}
