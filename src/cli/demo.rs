//! `demo`: everything at work without a tenant.

use super::{Error, Global};

/// The flags of `demo`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Stop after so many events
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub events: u64,

    /// Spread events over several lines
    #[arg(long)]
    pub pretty: bool,

    /// Show the records as they are, without the ECS mapping
    #[arg(long)]
    pub raw: bool,
}

/// Starts a fake tenant in this process and collects it for real, over HTTP on loopback, to standard output.
#[expect(clippy::unused_async, reason = "the behaviour that waits is wired in by `app`")]
pub async fn run(_args: &Args, _global: &Global) -> Result<(), Error> {
    Err(Error::not_built("demo"))
}
