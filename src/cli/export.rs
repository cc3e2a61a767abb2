//! `export`: what others can use.

use std::io::Write;

use clap::Subcommand;

use super::{Error, Global};

/// What to print.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Command {
    /// The settings as they hold, defaults and variables filled in, secrets masked
    Config,
}

/// Carries it out.
pub fn run(command: Command, global: &Global) -> Result<(), Error> {
    match command {
        Command::Config => Ok(std::io::stdout().write_all(global.load()?.to_yaml().as_bytes())?),
    }
}
