//! `run`: collect for ever.

use super::{Error, Global, log};

/// The flags of `run`.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Args {
    /// Make one pass, deliver everything, then exit
    #[arg(long)]
    pub once: bool,
}

/// Collects until it is told to stop, or with `--once` for one pass.
#[expect(clippy::unused_async, reason = "the behaviour that waits is wired in by `app`")]
pub async fn run(_args: &Args, global: &Global) -> Result<(), Error> {
    let config = global.load()?;
    log::start(&config.logging, global)?;
    Err(Error::not_built("run"))
}
