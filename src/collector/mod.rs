//! Feeds: a tenant × a content type, each listed and fetched on its own.
//!
//! A [`Feed`] is two loops that share nothing but the registry and a bell. The *lister* writes what Microsoft lists as
//! pending; the *fetcher* takes pending items, delivers their events, and acknowledges. Either may fail, wait and try
//! again without the other, and no feed disturbs another.

mod download;
mod feed;
mod fetcher;
mod lister;
pub mod options;
mod resting;
mod window;

pub use feed::{Feed, FeedOptions, Outcome};
pub use window::{Pass, Window, fresh};
