//! What can go wrong with the registry.

use std::path::PathBuf;

use crate::net::Retry;

/// The registry cannot do as asked.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// Another process has it.
    #[error("the registry `{}` is in use by another o365collector", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// It is there and is none of ours, or damaged. It is never replaced silently: that would collect all again.
    #[error("the registry `{}` cannot be read: {reason}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A newer release has written it.
    #[error("the registry `{}` has schema version {found}, this release knows {known}", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// Ours.
        known: u64,
    },
    /// The directory or the file cannot be made.
    #[error("cannot open the registry `{}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Reading or writing failed: most often the disk is full.
    #[error("the registry cannot be read or written: {0}")]
    Storage(#[source] Box<redb::Error>),
    /// An entry is no JSON of ours.
    #[error("an entry of the registry cannot be read: {0}")]
    Entry(#[source] serde_json::Error),
    /// What was noted since the last write is gone: list again.
    #[error("the registry lost its latest changes to a storage error")]
    Rewound,
    /// The program is ending.
    #[error("the registry is closed")]
    Stopped,
}

impl RegistryError {
    /// When to try again: a full disk has room one day.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Storage(_) | Self::Open { .. } | Self::Rewound => Retry::Backoff,
            Self::Locked { .. } | Self::Corrupt { .. } | Self::TooNew { .. } | Self::Entry(_) | Self::Stopped => {
                Retry::Never
            }
        }
    }

    /// What the operator can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Locked { .. } => "stop the other one, or give this one its own `path.data`",
            Self::Corrupt { .. } | Self::Entry(_) => {
                "restore it from a backup or an export; or move it away, and what Microsoft still has (7 days) is collected again"
            }
            Self::TooNew { .. } => "use the newer release again, or import an export of this one",
            Self::Open { .. } => "check that `path.data` exists and belongs to the user who runs this",
            Self::Storage(_) | Self::Rewound => {
                "make room on the disk of `path.data` and check its rights; collection goes on by itself"
            }
            Self::Stopped => "nothing to do",
        }
    }
}

impl<E: Into<redb::Error>> From<E> for RegistryError {
    fn from(error: E) -> Self {
        Self::Storage(Box::new(error.into()))
    }
}
