//! The log: lines to standard error, as text or JSON.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

use super::{Error, Global};
use crate::config::options::TARGETS;
use crate::config::{Level, LoggingOptions};

/// Starts the log for this process, as the settings and flags say.
///
/// Lines go to standard error: standard output belongs to events.
pub fn start(options: &LoggingOptions, global: &Global) -> Result<(), Error> {
    if !options.to_stderr && !global.to_stderr {
        return Ok(());
    }
    let filter = filter(options, global)?;
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let started = if options.json {
        tracing_subscriber::registry().with(layer.json().flatten_event(true).with_filter(filter)).try_init()
    } else {
        let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
        tracing_subscriber::registry().with(layer.with_ansi(colours).with_filter(filter)).try_init()
    };
    started.map_err(|error| Error::Failed(error.to_string()))
}

/// Which lines are written.
fn filter(options: &LoggingOptions, global: &Global) -> Result<Targets, Error> {
    let typed = match global.verbosity {
        0 => Level::Error,
        1 => Level::Info,
        2 => Level::Debug,
        _ => Level::Trace,
    };
    let level = level_filter(options.level.max(typed));
    // Libraries never say more than warnings: in detail some of them print headers, and so tokens.
    let mut targets = Targets::new().with_default(level.min(LevelFilter::WARN)).with_target("o365collector", level);
    let selectors: Vec<&str> = options.selectors.iter().chain(&global.selectors).map(|word| word.trim()).collect();
    if let Some(unknown) = selectors.iter().find(|word| **word != "*" && !TARGETS.contains(word)) {
        return Err(Error::Usage(format!("`{unknown}` is no log target; known are *, {}", TARGETS.join(", "))));
    }
    let all = selectors.contains(&"*");
    if all {
        targets = targets.with_target("o365collector", level.max(LevelFilter::DEBUG));
    }
    for name in TARGETS {
        let detailed = all || selectors.contains(&name);
        targets = targets.with_target(name, if detailed { level.max(LevelFilter::DEBUG) } else { level });
    }
    Ok(targets)
}

fn level_filter(level: Level) -> LevelFilter {
    match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warning => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
        Level::Trace => LevelFilter::TRACE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writes(selectors: &[&str], verbosity: u8, target: &str, level: tracing::Level) -> bool {
        let selectors = selectors.iter().map(|&word| word.to_owned()).collect();
        let global = Global { selectors, verbosity, ..Global::default() };
        filter(&LoggingOptions::default(), &global).unwrap().would_enable(target, &level)
    }

    #[test]
    fn selectors_open_single_targets() {
        assert!(writes(&[], 0, "feed", tracing::Level::INFO));
        assert!(!writes(&[], 0, "feed", tracing::Level::DEBUG));
        assert!(writes(&["feed"], 0, "feed", tracing::Level::DEBUG));
        assert!(!writes(&["feed"], 0, "api", tracing::Level::DEBUG));
        assert!(writes(&["*"], 0, "o365collector::app", tracing::Level::DEBUG));
        assert!(writes(&[], 3, "api", tracing::Level::TRACE));
        let wrong = Global { selectors: vec!["fed".to_owned()], ..Global::default() };
        assert!(filter(&LoggingOptions::default(), &wrong).is_err());
    }

    #[test]
    fn libraries_are_never_heard_in_detail() {
        assert!(!writes(&["*"], 3, "hyper::proto", tracing::Level::INFO));
        assert!(writes(&[], 0, "hyper::proto", tracing::Level::WARN));
    }
}
