//! `demo`: everything at work without a tenant.

use std::path::Path;

use super::run::until_stopped;
use super::{Error, Global, log, simulate};
use crate::app::{App, Destination, Surroundings};
use crate::config::{Config, LoggingOptions, Sources};
use crate::outputs::console::Console;
use crate::simulator::{CONTENT_TYPES, Ledger, Options, Simulator};
use crate::stats::Stats;
use crate::time::{self, Clock};

/// Blobs are small, so that every content type has its share of a short demonstration.
const EVENTS_PER_BLOB: usize = 5;

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
pub async fn run(args: &Args, global: &Global) -> Result<(), Error> {
    if args.events == 0 {
        return Err(Error::Usage("`--events` must be at least 1".to_owned()));
    }
    let quiet = LoggingOptions { level: crate::config::Level::Warning, ..LoggingOptions::default() };
    log::start(&quiet, global)?;
    let begun = time::ticks();
    let round = EVENTS_PER_BLOB * CONTENT_TYPES.len();
    let options = Options {
        blobs_per_type: Some((args.events as usize).div_ceil(round)),
        events_per_blob: EVENTS_PER_BLOB,
        ..Options::default()
    };
    let simulator = Simulator::new(options, Clock::system());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let root = format!("http://{}", listener.local_addr()?);
    let folder = std::env::temp_dir().join(format!("o365collector-demo-{}", uuid::Uuid::new_v4()));
    let config = config(args, &simulator, &root, &folder, global)?;
    let stats = Stats::default();
    let console: Destination =
        Destination::Given(vec![("console".to_owned(), Box::new(Console::new(args.pretty).limit(args.events)))]);
    let surroundings = Surroundings { stats: stats.clone(), destination: console, ..Surroundings::default() };
    let app = App::build(&config, true, surroundings)?;
    let outcome = tokio::select! {
        outcome = until_stopped(app) => outcome,
        served = simulator.clone().serve(listener) => Err(Error::Failed(format!("the simulator ended: {served:?}"))),
    };
    // Leaving the folder behind is no reason to fail.
    let _ = std::fs::remove_dir_all(&folder);
    outcome?;
    eprint!("{}", summary(&stats, &simulator.ledger(), args.events, begun.elapsed()));
    Ok(())
}

fn config(args: &Args, simulator: &Simulator, root: &str, folder: &Path, global: &Global) -> Result<Config, Error> {
    let mut text = simulate::settings(&simulator.tenants(), root);
    text = text.replace("interval: 10s", &format!("content_types: [{}]", CONTENT_TYPES.join(", ")));
    text = text.replace("path.data: ./simulated-data", &format!("path.data: {}", folder.display()));
    if args.raw {
        text = text.replace("type: audit", "type: audit, mapping: none");
    }
    let sources = Sources { files: Vec::new(), ..global.sources() };
    Ok(Config::from_text(&text, "demo", &sources)?)
}

/// What was listed, fetched and delivered, as a table.
fn summary(stats: &Stats, ledger: &Ledger, wanted: u64, took: std::time::Duration) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    let heads = ["listed", "fetched", "delivered", "lost", "events"];
    let row = |text: &mut String, name: &str, cells: [String; 5]| {
        let _ = write!(text, "{name:<40}");
        let _ = writeln!(text, "{}", cells.map(|cell| format!("{cell:>10}")).concat());
    };
    let _ = writeln!(text);
    row(&mut text, "feed", heads.map(str::to_owned));
    let mut delivered = 0;
    for (name, feed) in stats.feeds() {
        delivered += feed.events_acknowledged.get();
        let numbers = [
            &feed.items_found,
            &feed.items_fetched,
            &feed.items_acknowledged,
            &feed.items_lost,
            &feed.events_acknowledged,
        ];
        row(&mut text, &name, numbers.map(|counter| counter.get().to_string()));
    }
    let published = ledger.all_record_ids().len();
    let _ = writeln!(
        text,
        "\n{} events shown. The tenant published {published}, {delivered} were delivered, in {:.1} s.",
        wanted.min(delivered),
        took.as_secs_f64()
    );
    text
}
