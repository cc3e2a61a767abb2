//! `completions`: scripts for shells.

use std::io::Write;

use clap_complete::Shell;

use super::Error;

/// The flags of `completions`.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Args {
    /// The shell
    pub shell: Shell,
}

/// Prints the script for one shell.
pub fn run(args: &Args, command: &mut clap::Command) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "o365collector", &mut script);
    Ok(std::io::stdout().write_all(&script)?)
}
