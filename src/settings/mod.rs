//! The words that settings are written in: durations, sizes, addresses, certificates, format strings.
//!
//! Each room composes its own options from these, and says in a `check(&self, &mut Problems)` what must hold
//! besides the types. Nothing here reads a file of settings: that is `config`.

pub mod address;
pub mod bytes;
pub mod condition;
pub mod duration;
pub mod format;
pub mod permissions;
pub mod problems;
pub mod proxy;
pub mod sensitive;
pub mod tls;

pub use address::Address;
pub use bytes::ByteSize;
pub use condition::ConditionOptions;
pub use duration::Duration;
pub use format::FormatString;
pub use permissions::Permissions;
pub use problems::{Place, Problem, Problems, did_you_mean};
pub use proxy::ProxyOptions;
pub use tls::TlsOptions;

/// Constant fields to add to events, nested as they are to appear.
pub type Fields = serde_json::Map<String, serde_json::Value>;
