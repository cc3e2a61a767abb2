//! All content of one tenant and content type: what is generated, and what tests have published.

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;

use super::{
    Blob,
    company::Company,
    stream::{Facts, Stream},
};
use crate::time::Timestamp;

/// The content of one tenant and content type.
pub(super) struct Catalogue {
    content_type: String,
    tenant: usize,
    stream: Option<Stream>,
    published: Vec<Published>,
}

struct Published {
    blob: Arc<Blob>,
    facts: Facts,
}

/// A blob as it is listed.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) created: Timestamp,
    pub(super) visible: Timestamp,
    pub(super) expires: Timestamp,
    source: Source,
}

/// Where a blob's body comes from.
#[derive(Clone)]
enum Source {
    Generated(u64),
    Published(Arc<Blob>),
}

impl Catalogue {
    pub(super) fn new(content_type: &str, tenant: usize, stream: Option<Stream>) -> Self {
        Self { content_type: content_type.into(), tenant, stream, published: Vec::new() }
    }

    pub(super) fn content_type(&self) -> &str {
        &self.content_type
    }

    pub(super) fn publish(&mut self, blob: Blob, facts: Facts) {
        self.published.push(Published { blob: Arc::new(blob), facts });
    }

    /// The blobs created in a window and visible by `now`, in the order in which they became so.
    ///
    /// What becomes visible later stands at the end, so a page's offset stays true.
    pub(super) fn available(&self, start: Timestamp, end: Timestamp, now: Timestamp) -> Vec<Entry> {
        let generated = self.stream.iter().flat_map(|stream| {
            stream.created_within(start, end).map(|index| Entry::new(&stream.facts(index), Source::Generated(index)))
        });
        let published =
            self.published.iter().map(Published::entry).filter(|entry| (start..end).contains(&entry.created));
        let mut entries: Vec<Entry> = generated.chain(published).filter(|entry| entry.visible <= now).collect();
        entries.sort_by_key(|entry| entry.visible);
        entries
    }

    /// The blob of this id, if it is visible by `now`.
    pub(super) fn find(&self, id: &str, now: Timestamp) -> Option<Entry> {
        let published = self.published.iter().find(|published| published.blob.id == id).map(Published::entry);
        published.or_else(|| self.generated(id)).filter(|entry| entry.visible <= now)
    }

    /// The body of a blob.
    pub(super) fn body(&self, entry: &Entry, company: &Company) -> Bytes {
        match (&entry.source, &self.stream) {
            (Source::Generated(index), Some(stream)) => stream.body(*index, company).into(),
            (Source::Generated(_), None) => Bytes::new(),
            (Source::Published(blob), _) => blob.body(entry.created),
        }
    }

    /// The `contentId` of a blob.
    pub(super) fn id(&self, entry: &Entry) -> String {
        match &entry.source {
            Source::Generated(index) => {
                let instant = format!("{}{index:06}", entry.created.format("%Y%m%d%H%M%S%3f"));
                let name = self.content_type.replace('.', "_");
                format!("{instant}${instant}${}${name}$emea{:04}", name.to_lowercase(), self.tenant)
            }
            Source::Published(blob) => blob.id.clone(),
        }
    }

    /// The `Id` of every record that can have been collected by `now`; blobs that expired at once are not counted.
    pub(super) fn record_ids(&self, now: Timestamp) -> HashSet<String> {
        let entries = self.published_by(now).filter(|entry| entry.expires > entry.visible);
        entries.flat_map(|entry| self.ids_within(&entry)).collect()
    }

    fn ids_within(&self, entry: &Entry) -> Vec<String> {
        match (&entry.source, &self.stream) {
            (Source::Generated(index), Some(stream)) => stream.record_ids(*index).map(|id| id.to_string()).collect(),
            (Source::Generated(_), None) => Vec::new(),
            (Source::Published(blob), _) => blob.record_ids(),
        }
    }

    /// Everything that is visible by `now`, however old.
    pub(super) fn published_by(&self, now: Timestamp) -> impl Iterator<Item = Entry> {
        self.available(Timestamp::UNIX_EPOCH, now + chrono::TimeDelta::milliseconds(1), now).into_iter()
    }

    fn generated(&self, id: &str) -> Option<Entry> {
        let stream = self.stream.as_ref()?;
        let index = id.split('$').next()?.get(17..)?.parse().ok().filter(|&index| stream.has(index))?;
        let entry = Entry::new(&stream.facts(index), Source::Generated(index));
        (self.id(&entry) == id).then_some(entry)
    }
}

impl Published {
    fn entry(&self) -> Entry {
        Entry::new(&self.facts, Source::Published(self.blob.clone()))
    }
}

impl Entry {
    fn new(facts: &Facts, source: Source) -> Self {
        Self { created: facts.created, visible: facts.visible, expires: facts.expires, source }
    }
}
