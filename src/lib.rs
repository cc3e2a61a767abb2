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
//!
//! ## The way of one event
//! ```text
//!             ┌──────────── Feed: a tenant × a content type ────────────┐
//! Microsoft ─▶│ lister ─ note ─▶ Registry (pending) ─▶ fetcher          │   at most 2,048 items under way a feed,
//!             │                                        │ download       │   16 downloads in all, 8 requests a tenant
//!             └────────────────────────────────────────┼────────────────┘
//!                 Splitter: batches of 128 KiB, at most 256 KiB held until the body is whole
//!                                                      ▼
//!                          Pipeline::deliver ─ Chain (ECS) ─▶ Batch
//!                                                      │ Door: 4,096 events, 16 MiB an output
//!                                                      ▼
//!                                   Worker ─ Bulk ─▶ Output ─ Settled ─▶ receipt
//!                                                                          ▼
//!                                         Registry (acknowledged, until Microsoft forgets)
//! ```
//! 1. [`app`] starts one task a feed and one a worker.
//! 2. The lister plans windows from the watermark less the overlap ([`collector::Pass`]), at most a day long, oldest
//!    first, and looks at the last day in between, so that a backlog does not hide today.
//! 3. Each page's unknown items become pending as it comes; the watermark moves when the last page was noted.
//! 4. The fetcher takes pending items, the oldest and the newest in turn.
//! 5. [`event::Splitter`] cuts and reads the body as it arrives; a batch knows the position of its first record.
//! 6. [`processors::Chain`] makes events of records. It drops nothing: what is odd is marked.
//! 7. The batch waits in each output's bounded queue. No room: the fetcher waits, and downloads stop.
//! 8. The worker writes bulks, tries again without end, buries what is refused for good, and answers receipts.
//! 9. All receipts in: the item is acknowledged. A crash before that fetches it again; batches that an output had
//!    confirmed, known by position and checksum, are not handed to it again.
//! 10. Stop: no new listing and no new download, a grace for what is in flight, outputs close, the registry last.
//!
//! ## Promises, and the tests that hold them
//! | promise | test |
//! |---|---|
//! | nothing is acknowledged before every required output has written it | `tests/collecting/crash.rs` |
//! | whatever crashes, nothing is missing, and only what was in flight is repeated | `tests/collecting/crash.rs`, `tests/process.rs` |
//! | late blobs, equal seconds, every page: by ids, not by timestamps | `tests/collecting/listing.rs` |
//! | a stuck output stops the downloads; memory stays bounded | `tests/collecting/outputs.rs`, `tests/acceptance.py` |
//! | a bearer token goes to the configured host only | `microsoft::guard` |
//! | a secret cannot be printed | `microsoft::options`, `tests/command_line.rs`, `tests/outputs/` |
//! | a record that cannot be read or mapped is delivered marked, or lies in the dead-letter file | `tests/mapping.rs`, `tests/outputs/` |
//! | simulator and client share no wire types: they stand on one floor | `tests/layers.rs` |
//!
//! ## Deliberately absent
//! No queue on disk: Microsoft keeps content for seven days and is the queue. No registration of outputs by macro: an
//! enum and one `match`. No deduplication of records within the collector: the document id does that in stores.
//!
//! ## A trap that was met
//! A future that holds a place in an async lock's queue must be polled. Downloads of a feed live in one task, which at
//! times awaits the registry itself, so the registry's lock is taken on a blocking thread ([`registry::Registry`]).

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
