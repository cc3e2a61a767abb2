//! The scheduler and the feeds.

pub mod options;
