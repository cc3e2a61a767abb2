//! Where events go. One file an output; one [`Worker`] drives any of them.
//!
//! # Contract
//! 1. [`Output::open`] connects. It may be called again after any error, and finds out by itself what to clean up.
//! 2. [`Output::submit`] takes a [`Bulk`] and may return before it is written: several bulks are then under way.
//!    Waiting in it is the back-pressure. Events are sent whole and in their order.
//! 3. [`Output::settled`] waits until something became of a submitted bulk, and is *cancel-safe*: dropped at any
//!    `.await`, it has lost nothing. An event is [`Verdict::Written`] only when the far side has confirmed it.
//! 4. An error of any call means: every bulk that is not settled is unwritten. The worker opens again and submits it
//!    again, so a far side without document ids may see events twice, but none is missing.
//! 5. [`Output::flush`] makes what was submitted settle soon; [`Output::close`] ends cleanly. Both may be skipped by
//!    a crash.
//! 6. No event text and no secret in an error.

pub mod console;
pub mod elasticsearch;
pub mod file;
pub mod options;

mod bulk;
mod condition;
mod dead_letter;
mod error;
mod rotate;
mod worker;

pub use bulk::{Bulk, Finished, Parcel, Part, Receipt};
pub use condition::Condition;
pub use dead_letter::{DeadLetters, Letter};
pub use error::WriteError;
pub use rotate::{RotatingFile, Rotation};
pub use worker::{Worker, WorkerOptions};

use async_trait::async_trait;

/// A destination. Owned by one worker, so there are no locks in it.
#[async_trait]
pub trait Output: Send {
    /// Connects, or connects again.
    async fn open(&mut self) -> Result<(), WriteError>;

    /// Takes a bulk; waits while too many are under way.
    async fn submit(&mut self, bulk: Bulk) -> Result<(), WriteError>;

    /// Waits for what became of submitted bulks. Never called while there are none.
    async fn settled(&mut self) -> Result<Vec<Settled>, WriteError>;

    /// Makes everything submitted settle as soon as may be.
    async fn flush(&mut self) -> Result<(), WriteError> {
        Ok(())
    }

    /// Ends cleanly; nothing is under way.
    async fn close(&mut self) -> Result<(), WriteError> {
        Ok(())
    }
}

/// What became of one bulk.
#[derive(Debug)]
pub struct Settled {
    /// [`Bulk::id`].
    pub bulk: u64,
    /// Of all its events, or of each in its order.
    pub verdicts: Verdicts,
    /// Bytes that were sent for it.
    pub bytes: usize,
}

/// What became of a bulk's events.
#[derive(Debug)]
pub enum Verdicts {
    /// The same of all.
    All(Verdict),
    /// One an event, in their order.
    Each(Vec<Verdict>),
    /// The far side has all of them, but not yet safely: they need no room here any more, and [`Verdicts::Safe`] of
    /// this or a later bulk will follow. Receipts wait for that.
    Taken,
    /// This bulk and all that were taken before it are safe now.
    Safe,
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Confirmed by the far side.
    Written,
    /// The far side had it already: as good as written.
    Duplicate,
    /// Not now: the far side is busy.
    Retry(String),
    /// Never: the reason goes into the dead-letter file.
    Refused(String),
}
