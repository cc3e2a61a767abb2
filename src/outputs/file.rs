//! Events to files that are rotated.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::options::CodecOptions;
use crate::settings::{Duration, Permissions, Problems};

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
