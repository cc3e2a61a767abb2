//! The file: tables, transactions, and the lock.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use redb::{Database, DatabaseError, ReadableDatabase, StorageError};
use tokio::time::Instant;

use super::error::RegistryError;
use super::transaction::{self, META, SCHEMA_VERSION, Transaction};

/// redb would take a gigabyte.
const CACHE_BYTES: usize = 4 * 1024 * 1024;
/// The open file and the changes that are not written yet.
pub(super) struct Store {
    open: Opener,
    /// Gone after an I/O error, since redb then refuses to go on; opened again by the next call.
    database: Option<Database>,
    changes: Option<Transaction>,
    committed: Option<Instant>,
    epoch: Epoch,
}

type Opener = Box<dyn Fn() -> Result<Database, RegistryError> + Send>;

/// Counts how often changes were thrown away that callers had already been told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epoch(u64);

impl Store {
    pub fn open(path: &Path) -> Result<Self, RegistryError> {
        let path = path.to_owned();
        Self::open_with(Box::new(move || open_database(&path)))
    }

    fn open_with(open: Opener) -> Result<Self, RegistryError> {
        let mut database = open()?;
        // Space that acknowledged items left behind goes back to the disk.
        if let Err(error) = database.compact() {
            tracing::warn!(target: "registry", %error, "the registry could not be compacted");
        }
        Ok(Self { open, database: Some(database), changes: None, committed: None, epoch: Epoch::default() })
    }

    /// The present epoch.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Does `work` behind all changes so far.
    pub fn with<T>(&mut self, work: impl FnOnce(&Transaction) -> Result<T, RegistryError>) -> Result<T, RegistryError> {
        let outcome = self.transaction().and_then(work);
        self.recover(outcome)
    }

    /// Whether the last commit is at least `gather` ago.
    pub fn is_quiet(&self, now: Instant, gather: Duration) -> bool {
        self.committed.is_none_or(|committed| now.saturating_duration_since(committed) >= gather)
    }

    /// Makes all changes durable.
    pub fn commit(&mut self, now: Instant) -> Result<(), RegistryError> {
        let Some(changes) = self.changes.take() else { return Ok(()) };
        let outcome = changes.commit();
        self.committed = Some(now);
        self.recover(outcome)
    }

    fn transaction(&mut self) -> Result<&Transaction, RegistryError> {
        if self.database.is_none() {
            self.database = Some((self.open)()?);
        }
        if self.changes.is_none()
            && let Some(database) = &self.database
        {
            self.changes = Some(Transaction::new(database.begin_write()?));
        }
        self.changes.as_ref().ok_or(RegistryError::Stopped)
    }

    /// After a storage error what was not committed is gone, for us as for the disk, and the file is opened anew.
    fn recover<T>(&mut self, outcome: Result<T, RegistryError>) -> Result<T, RegistryError> {
        if matches!(outcome, Err(RegistryError::Storage(_))) {
            self.changes = None;
            self.database = None;
            self.epoch.0 += 1;
        }
        outcome
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Store").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

fn open_database(path: &Path) -> Result<Database, RegistryError> {
    let is_new = !path.exists();
    let file = open_file(path).map_err(|source| RegistryError::Open { path: path.to_owned(), source })?;
    let corrupt = |reason: String| RegistryError::Corrupt { path: path.to_owned(), reason };
    if !is_new && file.metadata().is_ok_and(|metadata| metadata.len() == 0) {
        return Err(corrupt("it is empty".to_owned()));
    }
    // A damaged page may make the library panic instead of telling us.
    let opened = std::panic::catch_unwind(|| {
        let mut database = Database::builder().set_cache_size(CACHE_BYTES).create_file(file)?;
        let is_sound = is_new || database.check_integrity()?;
        Ok((database, is_sound))
    });
    let opened = opened.map_err(|_| corrupt("its pages contradict each other".to_owned()))?;
    let (database, is_sound) = opened.map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen => RegistryError::Locked { path: path.to_owned() },
        DatabaseError::Storage(StorageError::Io(source)) if source.kind() != std::io::ErrorKind::InvalidData => {
            RegistryError::Open { path: path.to_owned(), source }
        }
        error => corrupt(error.to_string()),
    })?;
    if !is_sound {
        return Err(corrupt("a checksum does not match".to_owned()));
    }
    check_version(&database, path)?;
    Ok(database)
}

fn open_file(path: &Path) -> std::io::Result<File> {
    if let Some(directory) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn check_version(database: &Database, path: &Path) -> Result<(), RegistryError> {
    let found = match database.begin_read()?.open_table(META) {
        Ok(meta) => meta.get("schema_version")?.map(|version| version.value()),
        Err(redb::TableError::TableDoesNotExist(_)) => None,
        Err(error) => return Err(RegistryError::Corrupt { path: path.to_owned(), reason: error.to_string() }),
    };
    match found {
        Some(found) if found > SCHEMA_VERSION => {
            Err(RegistryError::TooNew { path: path.to_owned(), found, known: SCHEMA_VERSION })
        }
        Some(_) => Ok(()),
        None => {
            let transaction = database.begin_write()?;
            transaction::create_tables(&transaction)?;
            transaction.commit()?;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use redb::StorageBackend;
    use redb::backends::InMemoryBackend;

    use super::super::record::Item;
    use super::*;
    use crate::time;

    /// A disk that can be full.
    #[derive(Debug, Default)]
    struct Disk {
        data: InMemoryBackend,
        is_full: AtomicBool,
    }

    #[derive(Clone, Debug, Default)]
    struct SharedDisk(Arc<Disk>);

    impl SharedDisk {
        fn room(&self) -> io::Result<()> {
            if self.0.is_full.load(Ordering::Relaxed) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
        }
    }

    impl StorageBackend for SharedDisk {
        fn len(&self) -> io::Result<u64> {
            self.0.data.len()
        }
        fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
            self.0.data.read(offset, out)
        }
        fn set_len(&self, len: u64) -> io::Result<()> {
            self.room()?;
            self.0.data.set_len(len)
        }
        fn sync_data(&self) -> io::Result<()> {
            self.room()?;
            self.0.data.sync_data()
        }
        fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
            self.room()?;
            self.0.data.write(offset, data)
        }
    }

    fn item(id: &str) -> Item {
        let created = time::parse("2026-11-21T00:00:00").expect("a literal");
        Item { id: id.to_owned(), uri: String::new(), created, expires: created }
    }

    #[tokio::test]
    async fn a_full_disk_pauses_and_what_it_threw_away_is_noticed() {
        let disk = SharedDisk::default();
        let opened = disk.clone();
        let mut store = Store::open_with(Box::new(move || {
            let database = Database::builder().create_with_backend(opened.clone())?;
            check_version(&database, Path::new("test"))?;
            Ok(database)
        }))
        .expect("a new registry");
        store.with(|transaction| transaction.note("f", &[item("a")])).expect("room");
        store.commit(time::ticks()).expect("room");
        let epoch = store.epoch();

        store.with(|transaction| transaction.note("f", &[item("b")])).expect("room in memory");
        disk.0.is_full.store(true, Ordering::Relaxed);
        assert!(store.commit(time::ticks()).is_err());
        assert_ne!(store.epoch(), epoch, "whoever noted `b` must list again");

        disk.0.is_full.store(false, Ordering::Relaxed);
        let counts = store.with(|transaction| transaction.counts("f")).expect("room again");
        assert_eq!(counts.pending, 1, "`a` is as durable as was said");
    }
}
