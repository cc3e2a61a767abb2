//! `simulate`: the fake tenant as a server.

use std::net::SocketAddr;

use super::{Error, Global};
use crate::settings::Duration;

/// The flags of `simulate`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The address to serve on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8365")]
    pub listen: SocketAddr,

    /// New content blobs a minute and content type
    #[arg(long, value_name = "N", default_value_t = 6.0)]
    pub rate: f64,

    /// How far back content reaches at start
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    pub backlog: Duration,

    /// Blobs in the backlog of each content type, instead of what `--rate` gives
    #[arg(long, value_name = "N")]
    pub blobs_per_type: Option<usize>,

    /// Events in a blob
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub events_per_blob: usize,

    /// Blobs on a page of a listing
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub page_size: usize,

    /// Makes the same tenant again
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,

    /// What goes wrong.
    #[command(flatten)]
    pub faults: Faults,
}

/// What goes wrong in the fake tenant: shares of requests from 0 to 1.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "What goes wrong (shares from 0 to 1)")]
pub struct Faults {
    /// Requests answered with 429
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub throttled: f64,

    /// Requests answered with 500 or 503
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub failing: f64,

    /// Downloads that are cut off in the middle
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub truncated: f64,

    /// Blobs that show up late
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub late: f64,

    /// Blobs that are listed twice
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub repeated: f64,

    /// How long each answer takes
    #[arg(long, value_name = "DURATION", default_value = "0s")]
    pub latency: Duration,
}

/// Serves until it is told to stop.
#[expect(clippy::unused_async, reason = "the behaviour that waits is wired in by `app`")]
pub async fn run(_args: &Args, _global: &Global) -> Result<(), Error> {
    Err(Error::not_built("simulate"))
}

fn share(text: &str) -> Result<f64, String> {
    let wrong = || "expected a number from 0 to 1".to_owned();
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(wrong)
}
