//! HTTP out, and patience.

mod backoff;
mod error;
mod tls;
mod transport;

pub use backoff::{Backoff, Retry};
pub use error::{HttpError, causes};
pub use tls::{TlsError, client_config};
pub use transport::{Limits, Request, Response, Transport, TransportOptions, install_crypto};
