//! Remembers what was listed and what was delivered.
//!
//! One file, `registry.redb` in `path.data`, ACID by [`redb`], locked against a second process, readable by its owner
//! only. Per feed it holds the watermark (the last-seen timestamp), the items that are pending, and the ids of those
//! that are acknowledged, until Microsoft forgets them.
//!
//! **Invariant.** Every item listed before the watermark is pending or known. Changes become durable in the order in
//! which they were made, so any prefix that a crash leaves is true: at worst an item is fetched again.
//!
//! **Durability.** A change after a quiet second is on disk when the call returns. Under load changes gather, and
//! [`Registry::run`] writes them about once a second; [`Registry::flush`] does so at once.

mod archive;
mod error;
mod record;
mod store;
mod transaction;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

pub use archive::Archive;
pub use error::RegistryError;
pub use record::{Counts, FeedRecord, Item, Order, Pending, Progress};
pub use store::Epoch;
use store::Store;
use transaction::Transaction;

use crate::time::{self, Timestamp};

/// Changes gather for so long under load.
const GATHER: Duration = Duration::from_secs(1);

/// The registry of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Registry {
    store: Arc<Mutex<Store>>,
    changed: Arc<Notify>,
    path: Arc<PathBuf>,
}

impl Registry {
    /// Opens the registry in `directory`, or begins one. Both are made readable by their owner only.
    pub fn open(directory: &Path) -> Result<Self, RegistryError> {
        let path = directory.join("registry.redb");
        let store = Store::open(&path)?;
        Ok(Self { store: Arc::new(Mutex::new(store)), changed: Arc::default(), path: Arc::new(path) })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes gathered changes, for ever. Somebody has to run it.
    pub async fn run(&self) {
        loop {
            self.changed.notified().await;
            tokio::time::sleep(GATHER).await;
            // A failure is remembered by the store: the next change meets it and is not acknowledged.
            if let Err(error) = self.flush().await {
                tracing::error!(target: "registry", %error, hint = error.hint(), "cannot write the registry");
            }
        }
    }

    /// Makes every change durable before it returns.
    pub async fn flush(&self) -> Result<(), RegistryError> {
        self.blocking(Store::commit).await
    }

    /// What is known of a feed.
    pub async fn feed(&self, feed: &str) -> Result<FeedRecord, RegistryError> {
        let feed = feed.to_owned();
        self.read(move |transaction| transaction.feed(&feed)).await
    }

    /// All feeds by name.
    pub async fn feeds(&self) -> Result<Vec<(String, FeedRecord)>, RegistryError> {
        self.read(Transaction::feeds).await
    }

    /// Notes listed items: unknown ones become pending. Gives their number.
    pub async fn note(&self, feed: &str, items: Vec<Item>) -> Result<usize, RegistryError> {
        let feed = feed.to_owned();
        self.change(move |transaction| transaction.note(&feed, &items)).await
    }

    /// The epoch in which a listing begins, for [`Registry::advance`].
    pub async fn epoch(&self) -> Result<Epoch, RegistryError> {
        self.blocking(|store, _| Ok(store.epoch())).await
    }

    /// Moves the watermark forward: everything before it has been listed and noted since `epoch` was asked for.
    ///
    /// Refused in another epoch: a storage error has thrown away what was not yet on disk, perhaps those very notes.
    pub async fn advance(&self, feed: &str, watermark: Timestamp, epoch: Epoch) -> Result<(), RegistryError> {
        let feed = feed.to_owned();
        self.change_in(Some(epoch), move |transaction| {
            transaction.update(&feed, |record| record.watermark = record.watermark.max(Some(watermark)))
        })
        .await
    }

    /// Remembers when a subscription was last asked for, since Microsoft allows that once in 15 minutes.
    pub async fn subscribed(&self, feed: &str, at: Timestamp) -> Result<(), RegistryError> {
        let feed = feed.to_owned();
        self.change(move |transaction| transaction.update(&feed, |record| record.subscribed = Some(at))).await
    }

    /// Up to `limit` pending items, of the oldest or of the newest first, behind the item `after`.
    pub async fn pending(
        &self,
        feed: &str,
        order: Order,
        after: Option<&Item>,
        limit: usize,
    ) -> Result<Vec<Pending>, RegistryError> {
        let (feed, after) = (feed.to_owned(), after.cloned());
        self.read(move |transaction| transaction.pending(&feed, order, after.as_ref(), limit)).await
    }

    /// Notes that `output` has confirmed the batch of an item that begins with record `first`.
    pub async fn confirm(
        &self,
        feed: &str,
        item: &Item,
        output: &str,
        first: u64,
        checksum: u32,
    ) -> Result<(), RegistryError> {
        let (feed, item, output) = (feed.to_owned(), item.clone(), output.to_owned());
        self.change(move |transaction| transaction.confirm(&feed, &item, &output, first, checksum)).await
    }

    /// Every required output has written the item.
    pub async fn acknowledge(&self, feed: &str, item: &Item) -> Result<(), RegistryError> {
        let (feed, item) = (feed.to_owned(), item.clone());
        self.change(move |transaction| {
            transaction.settle(&feed, &item)?;
            transaction.update(&feed, |record| record.acknowledged += 1)
        })
        .await
    }

    /// The item is gone for good, undelivered.
    pub async fn lose(&self, feed: &str, item: &Item) -> Result<(), RegistryError> {
        let (feed, item) = (feed.to_owned(), item.clone());
        self.change(move |transaction| {
            transaction.settle(&feed, &item)?;
            transaction.update(&feed, |record| record.lost += 1)
        })
        .await
    }

    /// Forgets ids that Microsoft has forgotten.
    pub async fn prune(&self, feed: &str, now: Timestamp) -> Result<usize, RegistryError> {
        let feed = feed.to_owned();
        self.change(move |transaction| transaction.prune(&feed, now)).await
    }

    /// How much there is of a feed.
    pub async fn counts(&self, feed: &str) -> Result<Counts, RegistryError> {
        let feed = feed.to_owned();
        self.read(move |transaction| transaction.counts(&feed)).await
    }

    /// Everything, to read and to keep.
    pub async fn export(&self) -> Result<Archive, RegistryError> {
        self.read(Transaction::export).await
    }

    /// Adds an archive to what is there; its word counts where both know a feed or an item.
    pub async fn import(&self, archive: Archive) -> Result<(), RegistryError> {
        if archive.schema_version > transaction::SCHEMA_VERSION {
            let (path, found) = ("the archive".into(), archive.schema_version);
            return Err(RegistryError::TooNew { path, found, known: transaction::SCHEMA_VERSION });
        }
        // In one transaction: a crash in between must not leave a registry that begins at zero.
        let replace = move |transaction: &Transaction| {
            transaction.reset(None)?;
            transaction.import(&archive)
        };
        self.change(replace).await?;
        self.flush().await
    }

    /// Forgets a feed, or all of them: the next run begins as the first did.
    pub async fn reset(&self, feed: Option<&str>) -> Result<usize, RegistryError> {
        let feed = feed.map(str::to_owned);
        let count = self.change(move |transaction| transaction.reset(feed.as_deref())).await?;
        self.flush().await?;
        Ok(count)
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction) -> Result<T, RegistryError> + Send + 'static,
    ) -> Result<T, RegistryError> {
        self.blocking(|store, _| store.with(work)).await
    }

    async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction) -> Result<T, RegistryError> + Send + 'static,
    ) -> Result<T, RegistryError> {
        self.change_in(None, work).await
    }

    async fn change_in<T: Send + 'static>(
        &self,
        epoch: Option<Epoch>,
        work: impl FnOnce(&Transaction) -> Result<T, RegistryError> + Send + 'static,
    ) -> Result<T, RegistryError> {
        let outcome = self
            .blocking(move |store, now| {
                if epoch.is_some_and(|epoch| epoch != store.epoch()) {
                    return Err(RegistryError::Rewound);
                }
                let outcome = store.with(work)?;
                if store.is_quiet(now, GATHER) {
                    store.commit(now)?;
                }
                Ok(outcome)
            })
            .await;
        self.changed.notify_one();
        outcome
    }

    /// Disk work leaves the runtime's threads.
    ///
    /// The lock is waited for *there*: a future that was given it in a queue, and is not polled because its owner waits
    /// for the registry too, would keep it for ever. A caller that is dropped breaks nothing either.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store, tokio::time::Instant) -> Result<T, RegistryError> + Send + 'static,
    ) -> Result<T, RegistryError> {
        let (store, now) = (Arc::clone(&self.store), time::ticks());
        let done = tokio::task::spawn_blocking(move || {
            let mut store = store.lock().map_err(|_| RegistryError::Stopped)?;
            work(&mut store, now)
        });
        done.await.unwrap_or(Err(RegistryError::Stopped))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn at(text: &str) -> Timestamp {
        time::parse(text).expect("a literal")
    }

    fn item(id: &str, created: &str) -> Item {
        let created = at(created);
        Item { id: id.to_owned(), uri: format!("/{id}"), created, expires: created + chrono::Duration::days(7) }
    }

    async fn ids(registry: &Registry, order: Order) -> Vec<String> {
        let pending = registry.pending("f", order, None, 10).await.expect("a registry");
        pending.into_iter().map(|pending| pending.item.id).collect()
    }

    #[tokio::test]
    async fn an_item_is_pending_once_until_it_is_acknowledged() {
        let directory = tempfile::tempdir().expect("a directory");
        let registry = Registry::open(directory.path()).expect("a registry");
        let (late, early) = (item("late", "2026-11-21T10:00:00"), item("early", "2026-11-21T09:00:00"));
        assert_eq!(registry.note("f", vec![late.clone(), early.clone(), late.clone()]).await.ok(), Some(2));
        assert_eq!(registry.note("g", vec![late.clone()]).await.ok(), Some(1), "another feed's ids are its own");
        assert_eq!(ids(&registry, Order::Oldest).await, ["early", "late"]);
        assert_eq!(ids(&registry, Order::Newest).await, ["late", "early"]);
        let behind = registry.pending("f", Order::Oldest, Some(&early), 10).await.expect("a registry");
        assert_eq!(behind.len(), 1, "behind the oldest is one more");

        registry.acknowledge("f", &early).await.expect("a registry");
        assert_eq!(registry.note("f", vec![early.clone()]).await.ok(), Some(0), "known, although not pending");
        assert_eq!(ids(&registry, Order::Oldest).await, ["late"]);

        assert_eq!(registry.prune("f", at("2026-11-28T23:00:00")).await.ok(), Some(0));
        assert_eq!(
            registry.prune("f", at("2026-12-01T00:00:00")).await.ok(),
            Some(1),
            "only what is settled is forgotten"
        );
    }

    #[tokio::test]
    async fn what_was_flushed_survives_and_an_archive_carries_it_over() {
        let directory = tempfile::tempdir().expect("a directory");
        let registry = Registry::open(directory.path()).expect("a registry");
        let (a, b) = (item("a", "2026-11-21T10:00:00"), item("b", "2026-11-21T11:00:00"));
        registry.note("f", vec![a.clone(), b.clone()]).await.expect("a registry");
        registry.acknowledge("f", &a).await.expect("a registry");
        registry.confirm("f", &b, "file", 1000, 9).await.expect("a registry");
        let epoch = registry.epoch().await.expect("a registry");
        registry.advance("f", at("2026-11-21T12:00:00"), epoch).await.expect("a registry");
        registry.advance("f", at("2026-11-21T11:00:00"), epoch).await.expect("a registry");
        registry.flush().await.expect("a registry");
        drop(registry);

        let registry = Registry::open(directory.path()).expect("a registry");
        let record = registry.feed("f").await.expect("a registry");
        assert_eq!(record.watermark, Some(at("2026-11-21T12:00:00")), "it never moves back");
        assert_eq!((record.acknowledged, record.lost), (1, 0));
        let archive = registry.export().await.expect("a registry");
        assert_eq!(registry.reset(None).await.ok(), Some(1));
        assert_eq!(registry.counts("f").await.ok(), Some(Counts::default()));
        registry.import(archive.clone()).await.expect("a registry");
        assert_eq!(registry.export().await.ok(), Some(archive));
        let pending = registry.pending("f", Order::Oldest, None, 10).await.expect("a registry");
        assert_eq!(pending.len(), 1);
        assert!(pending[0].has_confirmed("file", 1000, 9));
        assert!(!pending[0].has_confirmed("file", 1000, 8), "the text has changed");
        assert!(!pending[0].has_confirmed("file", 0, 9));
    }

    #[tokio::test]
    async fn the_file_is_private_locked_and_never_replaced() {
        let directory = tempfile::tempdir().expect("a directory");
        let registry = Registry::open(directory.path()).expect("a registry");
        let mode = std::fs::metadata(registry.path()).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(matches!(Registry::open(directory.path()), Err(RegistryError::Locked { .. })));
        let path = registry.path().to_owned();
        drop(registry);
        for content in ["", "not a registry", &"x".repeat(100_000)] {
            std::fs::write(&path, content).expect("a file");
            let error = Registry::open(directory.path()).expect_err("it is damaged");
            assert!(matches!(error, RegistryError::Corrupt { .. }), "{content:.20}: {error}");
            assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), Some(content), "left as it was");
        }
    }
}
