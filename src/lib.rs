//! # o365collector
//!
//! Collects Microsoft 365 audit records, maps them to the Elastic Common Schema, ships them, and loses none.
//!
//! **In one breath.** One task per *feed* (a tenant × a content type) lists what Microsoft has, writes each *item*
//! (a content blob) into the registry as *pending*, fetches it, sends its events through the processors to the
//! outputs, and marks it *acknowledged* when every required output has said "written". Nothing else moves a cursor.
//!
//! ## Floors
//! A room uses only floors below its own, never a neighbour. `tests/layers.rs` holds this table.
//!
//! ```text
//! 9  main  cli                                              what the user typed
//! 8  app                                                    the one room where all meet: build, run, drain
//! 7  config                                                 composes every room's own options; loads, expands, checks
//! 6  collector                                              scheduler and feeds
//! 5  pipeline                                               the one door: processors, fan-out, receipts
//! 4  microsoft  registry  processors  outputs  simulator    neighbours that do not know each other
//! 3  oauth                                                  tokens
//! 2  net                                                    HTTP out, TLS, backoff
//! 1  event  settings  stats  control                        what flows, is set, is counted, may be asked for
//! 0  time  secret                                           ground
//! ```

pub mod cli;

pub mod app;

pub mod config;

pub mod collector;

pub mod pipeline;

pub mod microsoft;
pub mod outputs;
pub mod processors;
pub mod registry;
pub mod simulator;

pub mod oauth;

pub mod net;

pub mod control;
pub mod event;
pub mod settings;
pub mod stats;

pub mod secret;
pub mod time;
