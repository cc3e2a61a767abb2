//! The flags that every command knows, named as in Beats.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use crate::config::{Config, Sources, Variables};
use crate::settings::Problems;

/// Flags that stand before or after any command.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Configuration and log")]
pub struct Global {
    /// Read settings from FILE; repeatable, later ones win
    #[arg(short = 'c', long = "config", value_name = "FILE", global = true)]
    pub files: Vec<PathBuf>,

    /// Set one setting, as in `-E output.console.pretty=true`
    #[arg(short = 'E', value_name = "KEY=VALUE", global = true, value_parser = key_and_value)]
    pub overrides: Vec<(String, String)>,

    /// Log to stderr, whatever the settings say
    #[arg(short = 'e', global = true)]
    pub to_stderr: bool,

    /// Log targets in detail: "*", or some of auth, api, feed, registry, processor, output, webhook, http, config
    #[arg(short = 'd', value_name = "SELECTORS", value_delimiter = ',', global = true)]
    pub selectors: Vec<String>,

    /// Log more: info; twice: debug; three times: trace
    #[arg(short = 'v', action = ArgAction::Count, global = true)]
    pub verbosity: u8,

    /// Where the other folders are [default: .]
    #[arg(long = "path.home", value_name = "DIR", global = true)]
    pub home: Option<PathBuf>,

    /// Where configuration files are [default: ., /etc/o365collector]
    #[arg(long = "path.config", value_name = "DIR", global = true)]
    pub config: Option<PathBuf>,

    /// Where state is kept [default: <path.home>/data]
    #[arg(long = "path.data", value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,

    /// Where log files are written [default: <path.home>/logs]
    #[arg(long = "path.logs", value_name = "DIR", global = true)]
    pub logs: Option<PathBuf>,

    /// Refuse configuration and secret files that others can write
    #[arg(
        long = "strict.perms",
        value_name = "BOOL",
        global = true,
        hide_possible_values = true,
        num_args = 0..=1,
        require_equals = true,
        default_value_t = true,
        default_missing_value = "true",
        action = ArgAction::Set
    )]
    pub strict_permissions: bool,
}

impl Global {
    /// Where the settings come from.
    pub fn sources(&self) -> Sources {
        Sources {
            files: self.files.clone(),
            overrides: self.overrides.clone(),
            home: self.home.clone(),
            config: self.config.clone(),
            data: self.data.clone(),
            logs: self.logs.clone(),
            strict_permissions: self.strict_permissions,
            variables: Variables::system(),
        }
    }

    /// Loads the settings, or tells everything that is wrong with them.
    pub fn load(&self) -> Result<Config, Problems> {
        Config::load(&self.sources())
    }
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}
