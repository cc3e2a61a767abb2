//! `version`: who we are.

use super::Error;

/// Prints the version.
pub fn run() -> Result<(), Error> {
    println!("o365collector {} ({} {})", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    Ok(())
}
