//! HTTP out, and patience.

mod backoff;
mod error;
mod transport;

pub use backoff::{Backoff, Retry};
pub use error::{HttpError, causes};
pub use transport::{Limits, Request, Response, Transport, TransportOptions, install_crypto};
