//! `run`: collect for ever.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Error, Global, log};
use crate::app::{App, Surroundings};
use crate::collector::Outcome;
use crate::control::{self, Stopper};

/// The flags of `run`.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Args {
    /// Make one pass, deliver everything, then exit
    #[arg(long)]
    pub once: bool,
}

/// Collects until it is told to stop, or with `--once` for one pass.
pub async fn run(args: &Args, global: &Global) -> Result<(), Error> {
    let config = global.load()?;
    log::start(&config.logging, global)?;
    let app = App::build(&config, args.once, Surroundings::default())?;
    match until_stopped(app).await? {
        Outcome::Incomplete if args.once => {
            Err(Error::Failed("not everything could be collected; the log tells why, the next run goes on".to_owned()))
        }
        Outcome::Complete | Outcome::Incomplete => Ok(()),
    }
}

/// Runs a collector until it ends or a signal asks it to: the first one drains, the second one leaves at once.
pub(super) async fn until_stopped(app: App) -> Result<Outcome, Error> {
    let (stopper, stop) = control::stop();
    tokio::select! {
        outcome = app.run(stop) => Ok(outcome?),
        outcome = obey_signals(&stopper) => outcome,
    }
}

async fn obey_signals(stopper: &Stopper) -> Result<Outcome, Error> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    wait(&mut terminate, &mut interrupt).await;
    stopper.stop();
    wait(&mut terminate, &mut interrupt).await;
    eprintln!("o365collector: leaving at once; what was in flight is fetched again at the next start");
    std::process::exit(1)
}

async fn wait(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
