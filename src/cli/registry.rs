//! `registry`: which items are pending or done.

use std::path::PathBuf;

use clap::Subcommand;

use super::{Error, Global};

/// What to do with the registry.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// List the feeds, with watermark and pending items
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one feed: its pending items and its latest acknowledged ones
    Show {
        /// The feed, as in `contoso/Audit.Exchange`
        feed: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Write everything as JSON, to standard output or a file
    Export {
        /// The file
        #[arg(short = 'o', long = "output", value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Read what `export` wrote, in place of what is there
    Import {
        /// The file; `-` is standard input
        file: PathBuf,
        /// Replace a registry that is not empty
        #[arg(long)]
        force: bool,
    },
    /// Forget a feed, so that it starts again with `initial_lookback`
    Reset {
        /// The feed, as in `contoso/Audit.Exchange`; default: all
        feed: Option<String>,
        /// Do it without asking
        #[arg(long)]
        force: bool,
    },
}

/// Carries it out.
#[expect(clippy::unused_async, reason = "the behaviour that waits is wired in by `app`")]
pub async fn run(_command: &Command, _global: &Global) -> Result<(), Error> {
    Err(Error::not_built("registry"))
}
