//! Reads and changes of the registry's tables.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included};
use std::ops::RangeInclusive;

use redb::{AccessGuard, ReadableTable, StorageError, TableDefinition, WriteTransaction};

use super::archive::{Archive, ArchivedFeed};
use super::error::RegistryError;
use super::record::{Counts, FeedRecord, Item, Order, Pending};
use crate::time::Timestamp;

/// Of this form is the file; newer releases read older ones.
pub(super) const SCHEMA_VERSION: u64 = 1;
/// Ids outlive their items by this much, since a listing may show them to the last.
const REMEMBER: chrono::Duration = chrono::Duration::days(1);
/// No sooner than this after an item became available is it forgotten: a window reaches back seven days.
const WINDOW: chrono::Duration = chrono::Duration::days(8);

pub(super) const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
const FEEDS: TableDefinition<&str, &[u8]> = TableDefinition::new("feeds");
/// (feed, created in milliseconds, id) → [`Pending`] as JSON; in the order in which they were made available.
const PENDING: TableDefinition<(&str, i64, &str), &[u8]> = TableDefinition::new("pending");
/// (feed, id) → (whether settled, milliseconds): when it was made available, or when it may be forgotten.
const KNOWN: TableDefinition<(&str, &str), (bool, i64)> = TableDefinition::new("known");

/// A key of [`PENDING`].
type Key<'a> = (&'a str, i64, &'a str);

/// Makes the tables of a new file.
pub(super) fn create_tables(transaction: &WriteTransaction) -> Result<(), RegistryError> {
    transaction.open_table(META)?.insert("schema_version", SCHEMA_VERSION)?;
    transaction.open_table(FEEDS)?;
    transaction.open_table(PENDING)?;
    transaction.open_table(KNOWN)?;
    Ok(())
}

/// Changes that stand together.
pub(super) struct Transaction(WriteTransaction);

impl std::fmt::Debug for Transaction {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Transaction")
    }
}

impl Transaction {
    pub fn new(transaction: WriteTransaction) -> Self {
        Self(transaction)
    }

    pub fn commit(self) -> Result<(), RegistryError> {
        Ok(self.0.commit()?)
    }

    pub fn feed(&self, feed: &str) -> Result<FeedRecord, RegistryError> {
        let feeds = self.0.open_table(FEEDS)?;
        let record = feeds.get(feed)?;
        record.map_or_else(|| Ok(FeedRecord::default()), |json| read(json.value()))
    }

    pub fn feeds(&self) -> Result<Vec<(String, FeedRecord)>, RegistryError> {
        let feeds = self.0.open_table(FEEDS)?;
        feeds
            .iter()?
            .map(|entry| {
                entry.map_err(Into::into).and_then(|(name, json)| Ok((name.value().to_owned(), read(json.value())?)))
            })
            .collect()
    }

    pub fn update(&self, feed: &str, change: impl FnOnce(&mut FeedRecord)) -> Result<(), RegistryError> {
        let mut record = self.feed(feed)?;
        change(&mut record);
        self.0.open_table(FEEDS)?.insert(feed, write(&record).as_slice())?;
        Ok(())
    }

    pub fn note(&self, feed: &str, items: &[Item]) -> Result<usize, RegistryError> {
        let mut known = self.0.open_table(KNOWN)?;
        let mut pending = self.0.open_table(PENDING)?;
        let mut new = 0;
        for item in items {
            if known.get((feed, item.id.as_str()))?.is_some() {
                continue;
            }
            let created = item.created.timestamp_millis();
            known.insert((feed, item.id.as_str()), (false, created))?;
            let entry = Pending { item: item.clone(), progress: BTreeMap::new() };
            pending.insert((feed, created, item.id.as_str()), write(&entry).as_slice())?;
            new += 1;
        }
        Ok(new)
    }

    pub fn pending(
        &self,
        feed: &str,
        order: Order,
        after: Option<&Item>,
        limit: usize,
    ) -> Result<Vec<Pending>, RegistryError> {
        let pending = self.0.open_table(PENDING)?;
        let place = after.map(|item| Excluded((feed, item.created.timestamp_millis(), item.id.as_str())));
        let (first, last) = of_feed(feed).into_inner();
        let (first, last) = (Included(first), Included(last));
        let parse = |entry: Result<(_, AccessGuard<'_, &[u8]>), StorageError>| read(entry?.1.value());
        match order {
            Order::Oldest => pending.range::<Key<'_>>((place.unwrap_or(first), last))?.take(limit).map(parse).collect(),
            Order::Newest => {
                pending.range::<Key<'_>>((first, place.unwrap_or(last)))?.rev().take(limit).map(parse).collect()
            }
        }
    }

    pub fn confirm(
        &self,
        feed: &str,
        item: &Item,
        output: &str,
        first: u64,
        checksum: u32,
    ) -> Result<(), RegistryError> {
        let mut pending = self.0.open_table(PENDING)?;
        let key = (feed, item.created.timestamp_millis(), item.id.as_str());
        let Some(mut entry) = pending.get(key)?.map(|json| read::<Pending>(json.value())).transpose()? else {
            return Ok(());
        };
        entry.note_confirmed(output, first, checksum);
        pending.insert(key, write(&entry).as_slice())?;
        Ok(())
    }

    /// The item is pending no more, and its id is known until Microsoft has forgotten it.
    pub fn settle(&self, feed: &str, item: &Item) -> Result<(), RegistryError> {
        let mut known = self.0.open_table(KNOWN)?;
        let created = match known.get((feed, item.id.as_str()))?.map(|entry| entry.value()) {
            Some((false, created)) => created,
            _ => item.created.timestamp_millis(),
        };
        self.0.open_table(PENDING)?.remove((feed, created, item.id.as_str()))?;
        let forget = (item.expires + REMEMBER).max(item.created + WINDOW);
        known.insert((feed, item.id.as_str()), (true, forget.timestamp_millis()))?;
        Ok(())
    }

    pub fn prune(&self, feed: &str, now: Timestamp) -> Result<usize, RegistryError> {
        let (now, mut count) = (now.timestamp_millis(), 0);
        let next = following(feed);
        self.0.open_table(KNOWN)?.retain_in((feed, "")..(next.as_str(), ""), |_, (is_settled, forget)| {
            let is_kept = !is_settled || forget > now;
            count += usize::from(!is_kept);
            is_kept
        })?;
        Ok(count)
    }

    pub fn counts(&self, feed: &str) -> Result<Counts, RegistryError> {
        let pending = self.0.open_table(PENDING)?;
        let known = self.0.open_table(KNOWN)?;
        let oldest = pending.range(of_feed(feed))?.next().transpose()?.map(|(key, _)| key.value().1);
        Ok(Counts {
            pending: pending.range(of_feed(feed))?.count() as u64,
            known: known.range((feed, "")..(following(feed).as_str(), ""))?.count() as u64,
            oldest_pending: oldest.and_then(chrono::DateTime::from_timestamp_millis),
        })
    }

    pub fn export(&self) -> Result<Archive, RegistryError> {
        let mut feeds: BTreeMap<String, ArchivedFeed> = BTreeMap::new();
        for (name, record) in self.feeds()? {
            feeds.entry(name).or_default().record = record;
        }
        for entry in self.0.open_table(PENDING)?.iter()? {
            let (key, json) = entry?;
            feeds.entry(key.value().0.to_owned()).or_default().pending.push(read(json.value())?);
        }
        for entry in self.0.open_table(KNOWN)?.iter()? {
            let (key, state) = entry?;
            let ((feed, id), (is_settled, forget)) = (key.value(), state.value());
            if is_settled && let Some(forget) = chrono::DateTime::from_timestamp_millis(forget) {
                feeds.entry(feed.to_owned()).or_default().acknowledged_ids.insert(id.to_owned(), forget);
            }
        }
        Ok(Archive { schema_version: SCHEMA_VERSION, feeds })
    }

    pub fn import(&self, archive: &Archive) -> Result<(), RegistryError> {
        for (name, feed) in &archive.feeds {
            self.update(name, |record| *record = feed.record.clone())?;
            for Pending { item, .. } in &feed.pending {
                self.note(name, std::slice::from_ref(item))?;
            }
            let mut known = self.0.open_table(KNOWN)?;
            let mut pending = self.0.open_table(PENDING)?;
            for entry in &feed.pending {
                let key = (name.as_str(), entry.item.created.timestamp_millis(), entry.item.id.as_str());
                if !entry.progress.is_empty() && pending.get(key)?.is_some() {
                    pending.insert(key, write(entry).as_slice())?;
                }
            }
            for (id, forget) in &feed.acknowledged_ids {
                let before = known.insert((name.as_str(), id.as_str()), (true, forget.timestamp_millis()))?;
                if let Some((false, created)) = before.map(|entry| entry.value()) {
                    pending.remove((name.as_str(), created, id.as_str()))?;
                }
            }
        }
        Ok(())
    }

    pub fn reset(&self, feed: Option<&str>) -> Result<usize, RegistryError> {
        let is_meant = |name: &str| feed.is_none_or(|feed| feed == name);
        let mut count = 0;
        self.0.open_table(FEEDS)?.retain(|name, _| {
            count += usize::from(is_meant(name));
            !is_meant(name)
        })?;
        self.0.open_table(PENDING)?.retain(|(name, ..), _| !is_meant(name))?;
        self.0.open_table(KNOWN)?.retain(|(name, _), _| !is_meant(name))?;
        Ok(count)
    }
}

/// All keys of a feed's pending items.
fn of_feed(feed: &str) -> RangeInclusive<Key<'_>> {
    (feed, i64::MIN, "")..=(feed, i64::MAX, "\u{10ffff}")
}

/// The first name behind all that equal `feed`.
fn following(feed: &str) -> String {
    format!("{feed}\0")
}

fn read<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<T, RegistryError> {
    serde_json::from_slice(json).map_err(RegistryError::Entry)
}

fn write<T: serde::Serialize>(entry: &T) -> Vec<u8> {
    serde_json::to_vec(entry).expect("records are plain JSON")
}
