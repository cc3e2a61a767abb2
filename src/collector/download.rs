//! One item: downloaded, split, delivered, confirmed.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tracing::error;

use super::feed::Feed;
use crate::control::Stop;
use crate::event::{Origin, Records, SplitError, Splitter};
use crate::microsoft::{ApiError, Blob, Reaction};
use crate::net::Retry;
use crate::pipeline::{Closed, Delivery};
use crate::registry::{Pending, RegistryError};

/// A body up to this size is complete before anything of it is delivered.
const WHOLE_BYTES: usize = 256 * 1024;

/// Why an item is still pending.
#[derive(Debug, thiserror::Error)]
pub(super) enum DownloadError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("the content is not whole: {0}")]
    Split(#[from] SplitError),
    #[error("output `{output}` ended before it had written everything")]
    Undelivered { output: Arc<str> },
    #[error(transparent)]
    Closed(#[from] Closed),
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl DownloadError {
    pub fn retry(&self) -> Retry {
        match self {
            Self::Api(error) => error.retry(),
            Self::Registry(error) => error.retry(),
            Self::Split(_) | Self::Undelivered { .. } | Self::Closed(_) => Retry::Backoff,
        }
    }

    pub fn hint(&self) -> &'static str {
        match self {
            Self::Api(error) => error.hint(),
            Self::Registry(error) => error.hint(),
            Self::Split(_) | Self::Undelivered { .. } => "it is fetched again",
            Self::Closed(_) => "it is fetched again at the next start",
        }
    }

    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Api(error) if error.reaction() == Reaction::Lost)
    }

    /// Whether Microsoft refused the item. Any other problem says nothing of it.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Api(ApiError::Refused { .. }))
    }

    /// Whether HTTP thought the body complete, and it is not.
    pub fn is_cut_off(&self) -> bool {
        matches!(self, Self::Split(SplitError::CutOff))
    }

    pub fn wants_subscription(&self) -> bool {
        matches!(self, Self::Api(error) if error.reaction() == Reaction::Subscribe)
    }
}

/// Receipts that are not answered yet: `(first record, checksum, output, whether it was answered)`.
type Confirmations = FuturesUnordered<futures_util::future::BoxFuture<'static, Confirmation>>;

struct Confirmation {
    first: u64,
    checksum: u32,
    output: Arc<str>,
    is_written: bool,
}

impl Feed {
    /// Fetches an item and returns, with the number of its events, when every required output has written them all.
    ///
    /// `is_hopeless`: a body that ends within its array is taken for what it is. What has not begun when `stop` is asked
    /// for does not begin.
    pub(super) async fn download(
        &self,
        pending: &mut Pending,
        is_hopeless: bool,
        stop: &Stop,
    ) -> Result<usize, DownloadError> {
        let begun = async {
            let permit = self.downloads.acquire().await.map_err(|_| Closed)?;
            let blob = self.api.blob(&pending.item.id, &pending.item.uri).await?;
            Ok::<_, DownloadError>((permit, blob))
        };
        let (permit, blob) = tokio::select! {
            begun = begun => begun?,
            () = stop.asked() => return Err(Closed.into()),
        };
        let mut confirmations = Confirmations::new();
        let mut outcome = self.transfer(pending, blob, is_hopeless, &mut confirmations).await;
        drop(permit);
        // A transfer that broke off is waited for as well: what is noted as written is not handed over again.
        while let Some(confirmation) = confirmations.next().await {
            let is_last = confirmations.is_empty() && outcome.is_ok();
            let confirmed = self.confirm(pending, confirmation, is_last).await;
            outcome = outcome.and_then(|events| confirmed.map(|()| events));
        }
        outcome
    }

    /// Hands all events of an item over as they come.
    async fn transfer(
        &self,
        pending: &mut Pending,
        mut blob: Blob,
        is_hopeless: bool,
        confirmations: &mut Confirmations,
    ) -> Result<usize, DownloadError> {
        let origin = self.origin(&pending.item);
        let (mut held, mut delivered) = (Held::default(), 0);
        let mut splitter = Splitter::new();
        while let Some(chunk) = blob.chunk().await? {
            let mut rest = &chunk[..];
            while !rest.is_empty() {
                rest = &rest[splitter.push(rest)?..];
                if splitter.is_full() {
                    held.extend(splitter.take());
                    for records in held.overflow() {
                        delivered += records.records.len();
                        let mut handing = pin!(self.hand_over(pending, &records, &origin, confirmations));
                        match futures_util::poll!(handing.as_mut()) {
                            Poll::Ready(done) => done?,
                            Poll::Pending => {
                                blob.step_aside();
                                handing.await?;
                            }
                        }
                    }
                    self.note_progress(pending, confirmations).await?;
                }
            }
        }
        let is_salvaged = is_hopeless && splitter.has_begun() && !splitter.has_ended();
        if is_salvaged {
            error!(target: "feed", feed = self.name(), item = %pending.item.id, created = %pending.item.created,
                hint = "search the audit log in the Purview portal for this time",
                "the content ends within its array at every try and expires: what came is delivered, the rest is lost");
            self.stats.items_lost.add(1);
        }
        held.extend(if is_salvaged { splitter.salvage() } else { splitter.finish()? });
        drop(blob);
        self.stats.items_fetched.add(1);
        for records in held.batches {
            delivered += records.records.len();
            self.hand_over(pending, &records, &origin, confirmations).await?;
        }
        Ok(delivered)
    }

    async fn hand_over(
        &self,
        pending: &Pending,
        records: &Records,
        origin: &Arc<Origin>,
        confirmations: &mut Confirmations,
    ) -> Result<(), DownloadError> {
        self.stats.events_fetched.add(records.records.len());
        let (first, checksum) = (records.first, crc32fast::hash(records.source.text().as_bytes()));
        let has_confirmed = |output: &str| pending.has_confirmed(output, first, checksum);
        for Delivery { output, receipt } in self.pipeline.deliver(records, origin, has_confirmed).await? {
            let answer =
                receipt.map(move |answer| Confirmation { first, checksum, output, is_written: answer.is_ok() });
            confirmations.push(answer.boxed());
        }
        Ok(())
    }

    /// Writes down what has been confirmed so far, without waiting for more.
    async fn note_progress(
        &self,
        pending: &mut Pending,
        confirmations: &mut Confirmations,
    ) -> Result<(), DownloadError> {
        while let Some(Some(confirmation)) = confirmations.next().now_or_never() {
            self.confirm(pending, confirmation, false).await?;
        }
        Ok(())
    }

    /// The last confirmation of an item need not be noted: the item is acknowledged with it.
    async fn confirm(&self, pending: &mut Pending, done: Confirmation, is_last: bool) -> Result<(), DownloadError> {
        let Confirmation { first, checksum, output, is_written } = done;
        if !is_written {
            return Err(DownloadError::Undelivered { output });
        }
        pending.note_confirmed(&output, first, checksum);
        if !is_last {
            self.registry.confirm(self.key(), &pending.item, &output, first, checksum).await?;
        }
        Ok(())
    }
}

/// Batches of a body that may still turn out to be cut off.
#[derive(Default)]
struct Held {
    batches: Vec<Records>,
    bytes: usize,
}

impl Held {
    fn extend(&mut self, records: Option<Records>) {
        if let Some(records) = records {
            self.bytes += records.source.text().len();
            self.batches.push(records);
        }
    }

    /// What must go because the body is too large to be held.
    fn overflow(&mut self) -> Vec<Records> {
        if self.bytes > WHOLE_BYTES { std::mem::take(&mut self.batches) } else { Vec::new() }
    }
}
