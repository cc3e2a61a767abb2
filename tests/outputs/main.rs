//! Every output's behaviour, driven by the worker as in the daemon, over real sockets.
#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

mod dead_letters;
mod elasticsearch;
mod failures;
mod fake;
mod line;
mod real;
