//! Every output's behaviour, driven by the worker as in the daemon, over real sockets.

mod dead_letters;
mod elasticsearch;
mod failures;
mod fake;
mod line;
mod real;
