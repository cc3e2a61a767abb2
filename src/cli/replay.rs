//! `replay`: raw records from files, through the mapping, to the outputs.

use std::path::PathBuf;

use super::{Error, Global};

/// The flags of `replay`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Files with records, as NDJSON or JSON arrays; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub files: Vec<PathBuf>,

    /// Spread events over several lines
    #[arg(long)]
    pub pretty: bool,
}

/// Sends the records through; without `-c` they are mapped to ECS and written to standard output in their order.
#[expect(clippy::unused_async, reason = "the behaviour that waits is wired in by `app`")]
pub async fn run(_args: &Args, _global: &Global) -> Result<(), Error> {
    Err(Error::not_built("replay"))
}
