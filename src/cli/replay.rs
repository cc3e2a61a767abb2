//! `replay`: raw records from files, through the mapping, to the outputs.

use std::path::PathBuf;

use super::{Error, Global, log};
use crate::app::{Destination, Replay, Surroundings};
use crate::config::{Config, LoggingOptions};
use crate::outputs::console::Console;

/// The flags of `replay`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Files with records, as NDJSON or JSON arrays; `-` is standard input
    // Its own id: two arguments of one id would take each other's values.
    #[arg(id = "records", value_name = "FILE", default_value = "-")]
    pub files: Vec<PathBuf>,

    /// Spread events over several lines
    #[arg(long)]
    pub pretty: bool,
}

/// Sends the records through; without `-c` they are mapped to ECS and written to standard output in their order.
pub async fn run(args: &Args, global: &Global) -> Result<(), Error> {
    let (config, surroundings) = if global.files.is_empty() {
        let console = Destination::Given(vec![("console".to_owned(), Box::new(Console::new(args.pretty)))]);
        let quiet = LoggingOptions { level: crate::config::Level::Warning, ..LoggingOptions::default() };
        log::start(&quiet, global)?;
        let mut config = Config::default();
        // Dead letters have no other place to go.
        config.path.data = global.data.clone().unwrap_or_else(std::env::temp_dir);
        (config, Surroundings { destination: console, ..Surroundings::default() })
    } else {
        let config = global.load()?;
        log::start(&config.logging, global)?;
        (config, Surroundings::default())
    };
    let replay = Replay::build(&config, surroundings)?;
    let files = args.files.clone();
    let count = replay.run(files).await?;
    if !global.files.is_empty() {
        eprintln!("{count} events delivered");
    }
    Ok(())
}
