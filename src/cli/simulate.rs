//! `simulate`: the fake tenant as a server.

use std::net::SocketAddr;

use super::{Error, Global, log};
use crate::config::LoggingOptions;
use crate::settings::{ByteSize, Duration};
use crate::simulator::{Knobs, Options, Simulator, Tenant};
use crate::time::Clock;

/// The flags of `simulate`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The address to serve on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8365")]
    pub listen: SocketAddr,

    /// New events a second, all content types together
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    pub rate: f64,

    /// How far back content reaches at start
    #[arg(long, value_name = "DURATION", default_value = "1d")]
    pub backlog: Duration,

    /// Blobs in the backlog of each content type, instead of what `--rate` gives
    #[arg(long, value_name = "N")]
    pub blobs_per_type: Option<usize>,

    /// Events in a blob
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub events_per_blob: usize,

    /// Content types that have content, separated by commas [default: all five]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub content_types: Vec<String>,

    /// Pad records to about this size
    #[arg(long, value_name = "SIZE")]
    pub record_bytes: Option<ByteSize>,

    /// Blobs on a page of a listing
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub page_size: usize,

    /// Tenants
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub tenants: usize,

    /// How long a token lives
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    pub token_lifetime: Duration,

    /// How long a blob can be fetched; Microsoft documents 7d and shows 20d
    #[arg(long, value_name = "DURATION", default_value = "7d")]
    pub retention: Duration,

    /// Requests a minute that a tenant may make
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub requests_per_minute: u32,

    /// Makes the same tenants again
    #[arg(long, value_name = "N", default_value_t = 365)]
    pub seed: u64,

    /// What goes wrong.
    #[command(flatten)]
    pub faults: Faults,
}

/// What goes wrong in the fake tenant: shares of requests from 0 to 1.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "What goes wrong (shares from 0 to 1)")]
pub struct Faults {
    /// Requests answered with "too many requests" (AF429)
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub throttled: f64,

    /// Requests answered with 500, 502, 503 or 504
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub server_error: f64,

    /// Downloads that break off in the middle
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub truncated: f64,

    /// Downloads whose connection is reset
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub reset: f64,

    /// Downloads that end early although HTTP thinks them complete
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub invalid_json: f64,

    /// Answers that come 30 seconds late
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub slow: f64,

    /// Good tokens that are refused
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub unauthorized: f64,

    /// Token requests that fail
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub login_error: f64,

    /// Blobs that show up to two hours late
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub late: f64,

    /// Blobs that were made available in the same second as the one before
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub equal_seconds: f64,

    /// Blobs that are listed twice
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub repeated_listing: f64,

    /// Records that stand in two blobs
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub repeated: f64,

    /// Blobs that have expired when they are listed
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub expired: f64,

    /// Blobs that are huge
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub huge: f64,

    /// Records in a huge blob
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub huge_events: usize,

    /// Records that are malformed
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub poison: f64,

    /// How far its clock is ahead of ours, in seconds; behind if negative
    #[arg(long, value_name = "SECONDS", default_value_t = 0, allow_negative_numbers = true)]
    pub clock_skew: i64,
}

impl Args {
    fn options(&self) -> Options {
        let defaults = Options::default();
        let given = |names: &Vec<String>| if names.is_empty() { defaults.content_types.clone() } else { names.clone() };
        Options {
            tenants: self.tenants,
            seed: self.seed,
            content_types: given(&self.content_types),
            rate: self.rate,
            backlog: self.backlog.get(),
            blobs_per_type: self.blobs_per_type,
            events_per_blob: self.events_per_blob,
            page_size: self.page_size,
            token_lifetime: self.token_lifetime.get(),
            retention: self.retention.get(),
            record_bytes: self.record_bytes.map(ByteSize::as_usize),
            faults: Knobs { requests_per_minute: self.requests_per_minute, ..self.faults.knobs() },
        }
    }
}

impl Faults {
    fn knobs(&self) -> Knobs {
        Knobs {
            throttled: self.throttled,
            server_error: self.server_error,
            truncated: self.truncated,
            reset: self.reset,
            invalid_json: self.invalid_json,
            slow: self.slow,
            unauthorized: self.unauthorized,
            login_error: self.login_error,
            late: self.late,
            equal_seconds: self.equal_seconds,
            repeated_listing: self.repeated_listing,
            repeated: self.repeated,
            expired: self.expired,
            huge: self.huge,
            huge_events: self.huge_events,
            poison: self.poison,
            clock_skew: chrono::Duration::seconds(self.clock_skew),
            ..Knobs::default()
        }
    }
}

/// Serves until it is told to stop.
pub async fn run(args: &Args, global: &Global) -> Result<(), Error> {
    log::start(&LoggingOptions::default(), global)?;
    let simulator = Simulator::new(args.options(), Clock::system());
    let listener = tokio::net::TcpListener::bind(args.listen).await?;
    let root = format!("http://{}", listener.local_addr()?);
    println!("{}", settings(&simulator.tenants(), &root));
    tokio::select! {
        served = simulator.serve(listener) => Ok(served?),
        stopped = tokio::signal::ctrl_c() => Ok(stopped?),
    }
}

/// How to connect: a configuration file.
pub(super) fn settings(tenants: &[Tenant], root: &str) -> String {
    use std::fmt::Write;
    let mut text = format!(
        "# A simulated Microsoft 365 at {root}. Save this as simulated.yml, then, in another\n\
         # terminal: o365collector run -c simulated.yml\nconnections:\n"
    );
    for Tenant { tenant_id, client_id, client_secret, domain, .. } in tenants {
        let id = domain.split('.').next().unwrap_or(domain);
        let _ = writeln!(
            text,
            "  - id: {id}\n    tenant_id: {tenant_id}\n    client_id: {client_id}\n    client_secret: {client_secret}\n    domain: {domain}\n    login_url: {root}\n    management_url: {root}"
        );
    }
    text.push_str("inputs:\n");
    for Tenant { domain, .. } in tenants {
        let id = domain.split('.').next().unwrap_or(domain);
        let _ = writeln!(text, "  - {{type: audit, connection: {id}, interval: 10s}}");
    }
    text.push_str("output.console.pretty: true\npath.data: ./simulated-data");
    text
}

fn share(text: &str) -> Result<f64, String> {
    let wrong = || "expected a number from 0 to 1".to_owned();
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(wrong)
}
