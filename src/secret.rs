//! What must never be printed.

pub use secrecy::ExposeSecret;

/// A text whose `Debug` shows nothing, which has no `Display`, and whose memory is wiped when it is dropped.
///
/// Reading it takes `expose_secret()`, which is easy to find in a review.
pub type Secret = secrecy::SecretString;
