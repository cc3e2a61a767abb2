//! `test`: check without collecting.

use clap::Subcommand;

use super::{Error, Global};
use crate::config::Config;

/// What to check.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Command {
    /// Check the settings, and tell every problem at once
    Config,
}

/// Carries it out.
pub fn run(command: Command, global: &Global) -> Result<(), Error> {
    match command {
        Command::Config => {
            println!("{}", summary(&global.load()?));
            Ok(())
        }
    }
}

/// What was understood, in a few lines.
fn summary(config: &Config) -> String {
    let mut lines = vec!["Config OK".to_owned()];
    let mut line = |name: &str, value: &str| lines.push(format!("  {name:<12} {value}"));
    for file in &config.files {
        line("file", &file.display().to_string());
    }
    for connection in &config.connections {
        line("connection", &format!("{} (tenant {})", connection.id, connection.tenant_id));
    }
    for input in config.inputs.iter().filter(|input| input.enabled) {
        let what = input.content_types.join(", ");
        line("input", &format!("{}: {what}, every {}", input.connection, input.interval));
    }
    for (name, output) in config.outputs.iter().filter(|(_, output)| output.enabled()) {
        let kind = if name == output.kind() { String::new() } else { format!(" ({})", output.kind()) };
        line("output", &format!("{name}{kind}"));
    }
    line("path.data", &config.path.data.display().to_string());
    lines.join("\n")
}
