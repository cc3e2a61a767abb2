//! Why a collector cannot be built or go on.

use crate::net::HttpError;
use crate::outputs::WriteError;
use crate::registry::RegistryError;

/// What stops the whole program.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// An output cannot be set up.
    #[error("output `{name}`: {source}")]
    Output {
        /// The output's name.
        name: String,
        /// Why.
        source: WriteError,
    },
    /// The way to Microsoft cannot be set up.
    #[error("connection `{connection}`: {source}")]
    Transport {
        /// The connection's id.
        connection: String,
        /// Why.
        source: HttpError,
    },
    /// The client secret cannot be read.
    #[error("connection `{connection}`: the client secret cannot be read: {source}")]
    Secret {
        /// The connection's id.
        connection: String,
        /// Why.
        source: std::io::Error,
    },
    /// An output's worker is gone.
    #[error("an output has ended unexpectedly")]
    OutputEnded,
}

impl AppError {
    /// What the operator can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Registry(error) => error.hint(),
            Self::Output { source, .. } => source.hint(),
            Self::Transport { source, .. } => source.hint(),
            Self::Secret { .. } => "check that the file exists and belongs to the user who runs this",
            Self::OutputEnded => {
                "this is a defect of o365collector: please report it with the log; nothing undelivered is lost"
            }
        }
    }
}
