//! A destination that cannot be reached or does not answer as it should.

use std::path::PathBuf;
use std::time::Duration;

use crate::net::{HttpError, Retry};

/// Why nothing could be written. Names the output's own remedy; holds no event and no secret.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file or stream of this machine.
    #[error("cannot write to `{}`: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Whoever read what we write has gone, and cannot come back.
    #[error("the reader of {0} is gone")]
    Gone(&'static str),
    /// No whole answer by HTTP.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The far side refuses us, not an event.
    #[error("{host} answers {status}: {reason}")]
    Refused {
        /// Host and port.
        host: String,
        /// HTTP status.
        status: u16,
        /// Its words, shortened.
        reason: String,
        /// What it asked us to wait.
        retry_after: Option<Duration>,
        /// What the operator can do.
        hint: &'static str,
    },
    /// The set-up cannot work.
    #[error("{problem}")]
    Setup {
        /// What is wrong.
        problem: String,
        /// What the operator can do.
        hint: &'static str,
    },
}

impl WriteError {
    /// When to try again: always, since an operator may mend it while we wait; but nobody reopens a broken pipe.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Refused { retry_after: Some(wait), .. } => Retry::After(*wait),
            Self::Gone(_) => Retry::Never,
            Self::Io { .. } | Self::Http(_) | Self::Refused { .. } | Self::Setup { .. } => Retry::Backoff,
        }
    }

    /// What the operator can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { .. } => {
                "make room on the disk, and check that the path exists and belongs to the user who runs this"
            }
            Self::Gone(_) => "what it has not read is fetched again at the next start",
            Self::Http(error) => error.hint(),
            Self::Refused { hint, .. } | Self::Setup { hint, .. } => hint,
        }
    }
}
