//! What the user typed: one file a command.

pub mod completions;
pub mod demo;
pub mod error;
pub mod export;
pub mod global;
pub mod log;
pub mod registry;
pub mod replay;
pub mod run;
pub mod simulate;
pub mod test;
pub mod version;

use clap::{CommandFactory, Parser, Subcommand};

pub use error::Error;
pub use global::Global;

/// Collects Microsoft 365 audit records, maps them to ECS, ships them, and loses none.
#[derive(Debug, Parser)]
#[command(
    name = "o365collector",
    version,
    max_term_width = 80,
    disable_help_subcommand = true,
    subcommand_value_name = "COMMAND",
    after_help = "To see it work without a tenant, try `o365collector demo`.\nExit codes: 0 fine, 1 failed, 2 usage or configuration."
)]
pub struct Cli {
    /// The flags of `run`, which may stand without the word.
    #[command(flatten)]
    pub run: run::Args,
    /// The flags that every command knows.
    #[command(flatten)]
    pub global: Global,
    /// What to do; default `run`.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Collect for ever (the default)
    Run(run::Args),
    /// Show it at work: a fake tenant in this process, events on stdout
    Demo(demo::Args),
    /// Serve the fake tenant, for trying set-ups without a real one
    Simulate(Box<simulate::Args>),
    /// Send raw records from files through the mapping to the outputs
    Replay(replay::Args),
    /// Check without collecting
    #[command(subcommand)]
    Test(test::Command),
    /// See and change which items are pending or done
    #[command(subcommand)]
    Registry(registry::Command),
    /// Print what others can use
    #[command(subcommand)]
    Export(export::Command),
    /// Print a script that completes commands for a shell
    Completions(completions::Args),
    /// Print the version
    Version,
}

/// Carries out what was typed.
pub async fn run(cli: Cli) -> Result<(), Error> {
    let Cli { global, run, command } = cli;
    if run.once && !matches!(command, None | Some(Command::Run(_))) {
        return Err(Error::Usage("`--once` belongs to `run`".to_owned()));
    }
    match command {
        None => run::run(&run, &global).await,
        Some(Command::Run(args)) => run::run(&run::Args { once: args.once || run.once }, &global).await,
        Some(Command::Demo(args)) => demo::run(&args, &global).await,
        Some(Command::Simulate(args)) => simulate::run(&args, &global).await,
        Some(Command::Replay(args)) => replay::run(&args, &global).await,
        Some(Command::Test(command)) => test::run(command, &global),
        Some(Command::Registry(command)) => registry::run(&command, &global).await,
        Some(Command::Export(command)) => export::run(command, &global),
        Some(Command::Completions(args)) => completions::run(&args, &mut Cli::command()),
        Some(Command::Version) => version::run(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Cli {
        Cli::try_parse_from(line.split(' ')).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_flags_stand_before_or_after_a_command() {
        for line in [
            "o365collector -c a.yml -c b.yml -e -d * -E a.b=c=d --path.data /d --strict.perms=false test config",
            "o365collector test config -c a.yml -c b.yml -e -d * -E a.b=c=d --path.data /d --strict.perms=false",
        ] {
            let cli = parse(line);
            let sources = cli.global.sources();
            assert_eq!(sources.files.len(), 2);
            assert_eq!(sources.overrides, [("a.b".to_owned(), "c=d".to_owned())]);
            assert_eq!(sources.data, Some("/d".into()));
            assert!(!sources.strict_permissions && cli.global.to_stderr);
            assert_eq!(cli.global.selectors, ["*"]);
            assert!(matches!(cli.command, Some(Command::Test(test::Command::Config))));
        }
    }

    #[test]
    fn run_is_the_default_and_beats_users_command_line_works() {
        assert!(parse("o365collector --once").run.once);
        let cli = parse("./o365collector --path.config . -c o365beat.yml -e -d *");
        assert!(cli.command.is_none() && cli.global.sources().config == Some(".".into()));
        assert!(parse("o365collector").global.sources().strict_permissions);
        assert!(parse("o365collector --strict.perms run").global.sources().strict_permissions);
    }
}
