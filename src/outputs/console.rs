//! Events to standard output, one a line, or over several lines for people.

use async_trait::async_trait;
use std::collections::VecDeque;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::options::CodecOptions;
use super::{Bulk, Output, Settled, Verdict, Verdicts, WriteError};

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

/// Standard output.
#[derive(Debug)]
pub struct Console {
    is_pretty: bool,
    /// So many more events are shown; the rest is taken and not shown.
    left: Option<u64>,
    settled: VecDeque<Settled>,
}

impl Console {
    /// Shows events on one line each, or indented.
    pub fn new(is_pretty: bool) -> Self {
        Self { is_pretty, left: None, settled: VecDeque::new() }
    }

    /// Shows the first `most` events only.
    pub fn limit(self, most: u64) -> Self {
        Self { left: Some(most), ..self }
    }

    fn text(&mut self, bulk: &Bulk) -> Vec<u8> {
        let mut text = Vec::with_capacity(2 * bulk.bytes());
        for event in bulk.events() {
            match &mut self.left {
                Some(0) => break,
                Some(left) => *left -= 1,
                None => {}
            }
            if self.is_pretty {
                event.write_pretty(&mut text);
            } else {
                event.write_json(&mut text);
            }
            text.push(b'\n');
        }
        text
    }
}

#[async_trait]
impl Output for Console {
    async fn open(&mut self) -> Result<(), WriteError> {
        Ok(())
    }

    async fn submit(&mut self, bulk: Bulk) -> Result<(), WriteError> {
        let text = self.text(&bulk);
        let bytes = text.len();
        let write = move || {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(&text).and_then(|()| stdout.flush())
        };
        let written =
            tokio::task::spawn_blocking(write).await.unwrap_or_else(|panic| Err(std::io::Error::other(panic)));
        written.map_err(|source| match source.kind() {
            std::io::ErrorKind::BrokenPipe => WriteError::Gone("standard output"),
            _ => WriteError::Io { path: Path::new("standard output").to_owned(), source },
        })?;
        self.settled.push_back(Settled { bulk: bulk.id, verdicts: Verdicts::All(Verdict::Written), bytes });
        Ok(())
    }

    async fn settled(&mut self) -> Result<Vec<Settled>, WriteError> {
        Ok(self.settled.drain(..).collect())
    }
}
