//! The collector through its front door, in simulated time: nothing is lost, and nothing repeated without need.

mod world;

mod crash;
mod downloads;
mod failures;
mod listing;
mod outputs;
mod subscriptions;
