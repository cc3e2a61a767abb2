//! The `o365collector` command.

use std::process::ExitCode;

use clap::Parser;
use o365collector::cli::{self, Cli};

/// Threads for disks and name resolution. Each may keep memory of its own, so there are no more than are of use.
const BLOCKING_THREADS: usize = 8;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime =
        match tokio::runtime::Builder::new_multi_thread().max_blocking_threads(BLOCKING_THREADS).enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                eprintln!("o365collector: cannot start threads: {error}");
                return ExitCode::FAILURE;
            }
        };
    let outcome = runtime.block_on(cli::run(cli));
    // A write into a pipe that nobody reads would hold us for ever.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("o365collector: {}", error.report());
            error.exit_code()
        }
    }
}
