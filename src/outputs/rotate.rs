//! A file that only grows, is set aside when it is large or old, and never ends within a line.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Advice, fadvise};

use super::WriteError;
use crate::time::{Clock, Timestamp};

/// Written pages are pushed towards the disk by so much at a time,
const PUSH_BYTES: u64 = 1024 * 1024;
/// and leave the page cache when so much was written behind them. Untouched pages cost more than the write itself.
const KEEP_BYTES: u64 = 8 * PUSH_BYTES;

/// When a file is set aside, and what becomes of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rotation {
    /// At this size; 0: never.
    pub bytes: u64,
    /// At this age.
    pub age: Option<chrono::Duration>,
    /// So many files are kept besides the present one; `None`: all.
    pub files: Option<usize>,
    /// Whether files set aside are packed with gzip.
    pub compress: bool,
}

/// An append-only file of lines.
#[derive(Debug)]
pub struct RotatingFile {
    path: PathBuf,
    mode: u32,
    rotation: Rotation,
    clock: Clock,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    file: Arc<File>,
    length: u64,
    pushed: u64,
    since: Timestamp,
}

impl RotatingFile {
    /// The file at `path`, made with `mode` when something is written.
    pub fn new(path: PathBuf, mode: u32, rotation: Rotation, clock: Clock) -> Self {
        Self { path, mode, rotation, clock, open: None }
    }

    /// Appends whole lines. After an error none of them is in the file.
    pub fn append(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        let outcome = self.try_append(lines);
        if outcome.is_err() {
            // Opened again it is cut back to its last whole line.
            self.open = None;
        }
        outcome.map_err(|source| WriteError::Io { path: self.path.clone(), source })
    }

    /// Returns when everything appended is on the disk.
    pub fn sync(&mut self) -> Result<(), WriteError> {
        let synced = self.open.as_ref().map_or(Ok(()), |open| open.file.sync_data());
        synced.map_err(|source| WriteError::Io { path: self.path.clone(), source })
    }

    /// The present file, for a sync beside further writing.
    pub fn handle(&self) -> Option<Arc<File>> {
        self.open.as_ref().map(|open| Arc::clone(&open.file))
    }

    /// Opens the file, so that a wrong path is known at once; a torn last line is cut off.
    pub fn open(&mut self) -> Result<(), WriteError> {
        self.try_open().map(|_| ()).map_err(|source| WriteError::Io { path: self.path.clone(), source })
    }

    fn try_append(&mut self, lines: &[u8]) -> io::Result<()> {
        let (rotation, now) = (self.rotation, self.clock.now());
        let open = self.try_open()?;
        let is_large = rotation.bytes > 0 && open.length + lines.len() as u64 > rotation.bytes;
        let is_old = rotation.age.is_some_and(|age| now - open.since >= age);
        if open.length > 0 && (is_large || is_old) {
            self.set_aside(now)?;
        }
        let open = self.try_open()?;
        // Somebody may have emptied it beneath us, as `logrotate` does with `copytruncate`: no hole is left behind.
        open.length = open.length.min(open.file.metadata()?.len());
        open.pushed = open.pushed.min(open.length);
        if let Err(error) = open.file.write_all_at(lines, open.length) {
            let _ = open.file.set_len(open.length);
            return Err(error);
        }
        open.length += lines.len() as u64;
        open.push();
        Ok(())
    }

    fn try_open(&mut self) -> io::Result<&mut Open> {
        if self.open.is_none() {
            if let Some(folder) = self.path.parent() {
                fs::create_dir_all(folder)?;
            }
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(self.mode)
                .open(&self.path)?;
            if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
                return Err(io::Error::other("another output or process is writing this file"));
            }
            let length = whole_lines(&file)?;
            file.set_len(length)?;
            self.open = Some(Open { file: Arc::new(file), length, pushed: length, since: self.clock.now() });
        }
        self.open.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn set_aside(&mut self, now: Timestamp) -> io::Result<()> {
        if let Some(open) = self.open.take() {
            open.file.sync_data()?;
        }
        let aside = self.next_name(now)?;
        fs::rename(&self.path, &aside)?;
        if self.rotation.compress {
            pack(&aside, self.mode)?;
        }
        if let Some(kept) = self.rotation.files {
            for old in self.set_aside_files()?.into_iter().rev().skip(kept) {
                tracing::warn!(target: "output", file = %old.display(), "removed the oldest file, as `number_of_files` says");
                fs::remove_file(old)?;
            }
        }
        Ok(())
    }

    /// `name.20261121T093000Z-0001`: by name in the order of time.
    ///
    /// Within a second numbers only rise, also above files that were removed: a free lower one would look older.
    fn next_name(&self, now: Timestamp) -> io::Result<PathBuf> {
        let start = format!("{}.{}-", self.path.display(), now.format("%Y%m%dT%H%M%SZ"));
        let files = self.set_aside_files()?;
        let number = |path: &PathBuf| path.to_str()?.strip_prefix(&start)?.get(..4)?.parse::<u32>().ok();
        let last = files.iter().filter_map(number).max().unwrap_or(0);
        Ok(PathBuf::from(format!("{start}{:04}", last + 1)))
    }

    fn set_aside_files(&self) -> io::Result<Vec<PathBuf>> {
        let (Some(folder), Some(name)) = (self.path.parent(), self.path.file_name()) else { return Ok(Vec::new()) };
        let prefix = format!("{}.", name.to_string_lossy());
        let mut files = Vec::new();
        for entry in fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().strip_prefix(&prefix).is_some_and(is_stamp) {
                files.push(entry.path());
            }
        }
        files.sort();
        Ok(files)
    }
}

impl Open {
    /// Starts write-back behind each megabyte and drops what lies further behind.
    ///
    /// Advice that the kernel does not take costs speed, nothing else.
    fn push(&mut self) {
        if self.length - self.pushed >= PUSH_BYTES {
            let from = self.pushed.saturating_sub(KEEP_BYTES);
            let length = std::num::NonZeroU64::new(self.length - from);
            let _ = fadvise(&*self.file, from, length, Advice::DontNeed);
            self.pushed = self.length;
        }
    }
}

/// Length of the file without a torn last line.
fn whole_lines(mut file: &File) -> io::Result<u64> {
    const STEP: u64 = 64 * 1024;
    let mut end = file.metadata()?.len();
    let mut buffer = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(STEP);
        file.seek(SeekFrom::Start(start))?;
        buffer.clear();
        file.take(end - start).read_to_end(&mut buffer)?;
        if let Some(at) = memchr::memrchr(b'\n', &buffer) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

fn is_stamp(rest: &str) -> bool {
    rest.len() >= 21 && rest.as_bytes()[8] == b'T' && rest[..8].bytes().all(|byte| byte.is_ascii_digit())
}

fn packed(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.gz", path.display()))
}

/// Packs a file that was set aside; it is removed when its packed form is on the disk.
fn pack(path: &Path, mode: u32) -> io::Result<()> {
    let unfinished = PathBuf::from(format!("{}.gz.tmp", path.display()));
    let target = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&unfinished)?;
    let mut encoder = flate2::write::GzEncoder::new(target, flate2::Compression::new(6));
    io::copy(&mut File::open(path)?, &mut encoder)?;
    let mut target = encoder.finish()?;
    target.flush()?;
    target.sync_all()?;
    fs::rename(unfinished, packed(path))?;
    fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn file(folder: &Path, rotation: Rotation) -> RotatingFile {
        RotatingFile::new(folder.join("events"), 0o600, rotation, Clock::system())
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_torn_last_line_is_cut_off_when_the_file_is_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("events");
        for (before, after) in [("", ""), ("{}\n", "{}\n"), ("{}\n{\"a", "{}\n"), ("{\"a", "")] {
            fs::write(&path, before).expect("a file");
            file(folder.path(), Rotation::default()).open().expect("a file");
            assert_eq!(fs::read_to_string(&path).ok().as_deref(), Some(after), "{before:?}");
        }
        fs::write(&path, format!("{{}}\n{}", "x".repeat(200_000))).expect("a file");
        let mut events = file(folder.path(), Rotation::default());
        events.append(b"{1}\n").expect("room");
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), Some("{}\n{1}\n"));
    }

    #[test]
    fn large_files_are_set_aside_and_none_is_deleted_unless_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut events = file(folder.path(), Rotation { bytes: 8, ..Rotation::default() });
        for _ in 0..5 {
            events.append(b"12345\n").expect("room");
        }
        let all = names(folder.path());
        assert_eq!(all.len(), 5, "{all:?}");
        let mode = fs::metadata(folder.path().join("events")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        // The lock goes with the one before.
        drop(events);
        let mut events = file(folder.path(), Rotation { bytes: 8, files: Some(2), ..Rotation::default() });
        for line in ["1st", "2nd", "3rd", "4th", "5th"] {
            events.append(format!("{line}45\n").as_bytes()).expect("room");
        }
        let mut all = names(folder.path());
        all.rotate_left(1);
        let texts: Vec<_> =
            all.iter().map(|name| fs::read_to_string(folder.path().join(name)).expect("text")).collect();
        assert_eq!(texts, ["3rd45\n", "4th45\n", "5th45\n"], "the newest: {all:?}");
    }

    #[test]
    fn files_set_aside_can_be_packed() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut events = file(folder.path(), Rotation { bytes: 8, compress: true, ..Rotation::default() });
        events.append(b"first\n").expect("room");
        events.append(b"second\n").expect("room");
        let all = names(folder.path());
        let packed = all.iter().find(|name| name.contains(".gz")).expect("a packed file");
        let mut text = String::new();
        let reader = File::open(folder.path().join(packed)).expect("a file");
        flate2::read::GzDecoder::new(reader).read_to_string(&mut text).expect("gzip");
        assert_eq!((text.as_str(), all.len()), ("first\n", 2));
    }
}
