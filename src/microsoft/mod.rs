//! Microsoft's APIs: wire types, calls, limits and errors. No cursors and no outputs.

mod activity;
pub mod cloud;
mod error;
mod guard;
pub mod options;
mod throttle;
mod wire;

pub use activity::{Activity, ActivityOptions, Blob, Page, PageRequest};
pub use error::{ApiError, Meaning, Reaction};
pub use throttle::Throttle;
pub use wire::{CONTENT_TYPES, Content, SensitiveType, Subscription};
