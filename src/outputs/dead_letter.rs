//! Events that an output refuses for good: kept, with the reason, where a person finds them.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::Mutex;

use super::WriteError;
use super::{RotatingFile, Rotation};
use crate::event::{Event, Origin};
use crate::time::{self, Clock};

/// The file grows to this,
const FILE_BYTES: u64 = 64 * 1024 * 1024;
/// and so many are kept.
const FILES: usize = 16;

/// One refused event.
#[derive(Debug)]
pub struct Letter<'a> {
    /// Who refused it.
    pub output: &'a str,
    /// Why, in the far side's words.
    pub reason: &'a str,
    /// The event.
    pub event: &'a Event,
    /// Where it came from.
    pub origin: &'a Origin,
}

/// The dead-letter file, `dead_letters.ndjson` in `path.data`: one line an event, 0600, rotated. Shared by all workers.
#[derive(Clone, Debug)]
pub struct DeadLetters {
    file: Arc<Mutex<RotatingFile>>,
    clock: Clock,
}

impl DeadLetters {
    /// The file in `directory`; made when the first letter comes.
    pub fn new(directory: &Path, clock: Clock) -> Self {
        let rotation = Rotation { bytes: FILE_BYTES, files: Some(FILES), ..Rotation::default() };
        Self::bounded(directory, rotation, clock)
    }

    /// The same with another bound.
    pub fn bounded(directory: &Path, rotation: Rotation, clock: Clock) -> Self {
        let file = RotatingFile::new(directory.join("dead_letters.ndjson"), 0o600, rotation, clock.clone());
        Self { file: Arc::new(Mutex::new(file)), clock }
    }

    /// Writes a letter and returns when it is on disk.
    pub async fn write(&self, letter: &Letter<'_>) -> Result<(), WriteError> {
        let mut line = serde_json::to_vec(&json!({
            "@timestamp": time::format(self.clock.now()),
            "output": letter.output,
            "reason": letter.reason,
            "feed": &*letter.origin.feed,
            "item": &*letter.origin.item,
            "id": letter.event.id(),
        }))
        .expect("texts are JSON");
        line.pop();
        line.extend_from_slice(b",\"event\":");
        letter.event.write_json(&mut line);
        line.extend_from_slice(b"}\n");
        // The lock goes along: lines of several workers do not mix, and a dropped caller leaves a whole line.
        let mut file = Arc::clone(&self.file).lock_owned().await;
        let written = tokio::task::spawn_blocking(move || file.append(&line).and_then(|()| file.sync()));
        written.await.unwrap_or_else(|_| {
            Err(WriteError::Setup { problem: "the program is ending".to_owned(), hint: "nothing to do" })
        })
    }
}
