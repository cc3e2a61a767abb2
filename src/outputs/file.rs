//! Events to files that are rotated, one a line.
//!
//! With `fsync: interval` an event counts as written when it is on the disk: at once when there is little to do, and
//! about once a second for all that was written meanwhile under load.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use serde::{Deserialize, Serialize};

use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::options::CodecOptions;
use super::{Bulk, Output, RotatingFile, Rotation, Settled, Verdict, Verdicts, WorkerOptions, WriteError};
use crate::settings::{Duration, Permissions, Problems};
use crate::time::{self, Clock};

/// A bulk need not be larger to be written fast, and the buffer it is written from stays.
const BULK_BYTES: usize = 1024 * 1024;
/// Under load the disk is synced this often.
const SYNC_INTERVAL: std::time::Duration = std::time::Duration::from_secs(1);

/// The settings of a `file` output. A relative `path` counts from the working directory, as in Beats.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether it gets events; default true.
    pub enabled: bool,
    /// The folder.
    pub path: PathBuf,
    /// The file's name in it; older ones have `.1`, `.2` and so on behind; default `o365collector`.
    pub filename: String,
    /// The size at which a file is set aside, in KiB; 0: never; default 10240.
    pub rotate_every_kb: u64,
    /// The age at which a file is set aside; default none.
    pub rotate_interval: Option<Duration>,
    /// How many files to keep; default none: nothing is deleted.
    pub number_of_files: Option<u32>,
    /// Whether files that are set aside are packed with gzip; default false.
    pub compress_rotated: bool,
    /// The mode of new files; default 0600.
    pub permissions: Permissions,
    /// When what was written is pressed onto the disk; default `interval`.
    pub fsync: Fsync,
    /// How an event is written.
    pub codec: CodecOptions,
    /// Whether an item waits for this output before it is acknowledged; default true.
    pub required: bool,
}

/// When a file is pressed onto the disk, before its events count as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fsync {
    /// When the system likes; a power cut may lose events that count as written.
    Never,
    /// Once for a group of batches, at least once a second; default.
    #[default]
    Interval,
    /// After each batch.
    Always,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            enabled: true,
            path: PathBuf::new(),
            filename: "o365collector".to_owned(),
            rotate_every_kb: 10_240,
            rotate_interval: None,
            number_of_files: None,
            compress_rotated: false,
            permissions: Permissions::OURS,
            fsync: Fsync::Interval,
            codec: CodecOptions::default(),
            required: true,
        }
    }
}

impl Options {
    /// Notes what is wrong with it.
    pub fn check(&self, problems: &mut Problems) {
        if self.path.as_os_str().is_empty() {
            problems.add("path", "expected the folder to write into").hint("for example `path: /var/log/o365`");
        }
        if self.filename.is_empty() || Path::new(&self.filename).components().count() != 1 {
            problems.add("filename", "expected the name of a file").hint("the folder belongs into `path`");
        }
        if self.number_of_files.is_some_and(|count| !(2..=1024).contains(&count)) {
            // The bounds of Beats' file rotator; one file would mean to delete what was just written.
            problems.add("number_of_files", "expected 2 to 1024").hint("leave it out to keep all files");
        }
        if self.rotate_interval.is_some_and(|interval| *interval < *Duration::seconds(1)) {
            problems.add("rotate_interval", "expected at least 1s");
        }
        if self.codec.json.pretty {
            problems.add("codec.json.pretty", "a file holds one event a line").hint("remove it");
        }
    }
}

impl Options {
    /// How the worker gathers for it.
    pub fn worker_options(&self, name: &str) -> WorkerOptions {
        WorkerOptions { name: Arc::from(name), bulk_bytes: BULK_BYTES, ..WorkerOptions::default() }
    }

    /// The file as a whole: where it lies and when it is set aside.
    pub fn rotating(&self, clock: Clock) -> RotatingFile {
        let rotation = Rotation {
            bytes: self.rotate_every_kb * 1024,
            age: self.rotate_interval.and_then(|age| chrono::Duration::from_std(age.get()).ok()),
            files: self.number_of_files.map(|files| files as usize),
            compress: self.compress_rotated,
        };
        RotatingFile::new(self.path.join(&self.filename), self.permissions.mode(), rotation, clock)
    }
}

/// A file.
#[derive(Debug)]
pub struct FileOutput {
    // Locked by the one thread that writes a bulk.
    file: Arc<Mutex<RotatingFile>>,
    fsync: Fsync,
    is_pretty: bool,
    settled: VecDeque<Settled>,
    /// Used again for each bulk.
    lines: Vec<u8>,
    /// The last bulk that is written and not safe.
    unsafe_bulk: Option<u64>,
    syncing: Option<(u64, JoinHandle<io::Result<()>>)>,
    synced: Option<Instant>,
    path: PathBuf,
}

impl FileOutput {
    /// The file that `options` describe.
    pub fn new(options: &Options, clock: Clock) -> Self {
        Self {
            file: Arc::new(Mutex::new(options.rotating(clock))),
            fsync: options.fsync,
            is_pretty: options.codec.json.pretty,
            settled: VecDeque::new(),
            lines: Vec::new(),
            unsafe_bulk: None,
            syncing: None,
            synced: None,
            path: options.path.join(&options.filename),
        }
    }

    /// Does disk work on a thread that may wait.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut RotatingFile) -> Result<T, WriteError> + Send + 'static,
    ) -> Result<T, WriteError> {
        let file = Arc::clone(&self.file);
        let done =
            tokio::task::spawn_blocking(move || work(&mut file.lock().expect("nothing panics while it is locked")));
        done.await.unwrap_or_else(|panic| Err(self.io(io::Error::other(panic))))
    }

    fn io(&self, source: io::Error) -> WriteError {
        WriteError::Io { path: self.path.clone(), source }
    }

    fn start_sync(&mut self, last: u64) {
        let file = Arc::clone(&self.file);
        self.unsafe_bulk = None;
        // A file that was rotated away was synced then.
        self.syncing = Some((
            last,
            tokio::task::spawn_blocking(move || {
                let handle = file.lock().expect("nothing panics while it is locked").handle();
                handle.map_or(Ok(()), |handle| handle.sync_data())
            }),
        ));
    }
}

#[async_trait]
impl Output for FileOutput {
    async fn open(&mut self) -> Result<(), WriteError> {
        (self.unsafe_bulk, self.syncing) = (None, None);
        self.settled.clear();
        self.blocking(RotatingFile::open).await
    }

    async fn submit(&mut self, bulk: Bulk) -> Result<(), WriteError> {
        let (id, is_pretty, is_synced) = (bulk.id, self.is_pretty, self.fsync == Fsync::Always);
        let mut lines = std::mem::take(&mut self.lines);
        let (bytes, lines) = self
            .blocking(move |file| {
                lines.clear();
                lines.reserve(bulk.bytes() + bulk.len());
                for event in bulk.events() {
                    if is_pretty {
                        event.write_pretty(&mut lines);
                    } else {
                        event.write_json(&mut lines);
                    }
                    lines.push(b'\n');
                }
                file.append(&lines)?;
                if is_synced {
                    file.sync()?;
                }
                Ok((lines.len(), lines))
            })
            .await?;
        self.lines = lines;
        let verdicts = if self.fsync == Fsync::Interval {
            self.unsafe_bulk = Some(id);
            Verdicts::Taken
        } else {
            Verdicts::All(Verdict::Written)
        };
        self.settled.push_back(Settled { bulk: id, verdicts, bytes });
        Ok(())
    }

    async fn settled(&mut self) -> Result<Vec<Settled>, WriteError> {
        loop {
            if !self.settled.is_empty() {
                return Ok(self.settled.drain(..).collect());
            }
            if let Some((last, done)) = &mut self.syncing {
                let (last, outcome) = (*last, done.await);
                self.syncing = None;
                self.synced = Some(time::ticks());
                outcome.unwrap_or_else(|panic| Err(io::Error::other(panic))).map_err(|error| self.io(error))?;
                return Ok(vec![Settled { bulk: last, verdicts: Verdicts::Safe, bytes: 0 }]);
            }
            if let Some(synced) = self.synced {
                tokio::time::sleep_until(synced + SYNC_INTERVAL).await;
            }
            match self.unsafe_bulk {
                Some(last) => self.start_sync(last),
                None => std::future::pending().await,
            }
        }
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.blocking(RotatingFile::sync).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_needs_a_folder() {
        let problems = |options: Options| {
            let mut problems = Problems::default();
            options.check(&mut problems);
            problems.iter().map(|problem| problem.path.clone()).collect::<Vec<_>>()
        };
        assert_eq!(problems(Options { path: "/var/log/o365".into(), ..Options::default() }), [""; 0]);
        let wrong = Options { filename: "a/b".into(), number_of_files: Some(1), ..Options::default() };
        assert_eq!(problems(wrong), ["path", "filename", "number_of_files"]);
    }
}
