//! From options to parts.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::AppError;
use crate::collector::options::InputOptions;
use crate::collector::{Feed, FeedOptions};
use crate::config::Config;
use crate::event::Origin;
use crate::microsoft::options::ConnectionOptions;
use crate::microsoft::{Activity, ActivityOptions};
use crate::net::{Limits, Transport, TransportOptions};
use crate::oauth::{Credentials, TokenManager};
use crate::outputs::{DeadLetters, Output, Worker, WorkerOptions};
use crate::pipeline::{Door, Pipeline};
use crate::processors::{Agent, Chain, Options as ChainOptions};
use crate::registry::Registry;
use crate::stats::Stats;
use crate::time::Clock;

/// What a collector finds around itself; a test puts its own in place.
pub struct Surroundings {
    /// Tells the time.
    pub clock: Clock,
    /// The way to Microsoft, instead of the one that each connection's options describe.
    pub transport: Option<Transport>,
    /// Where events go.
    pub destination: Destination,
    /// Counts what happens.
    pub stats: Stats,
}

/// Where events go.
pub enum Destination {
    /// To the outputs of the configuration.
    Configured,
    /// To these, each required, by name.
    Given(Vec<(String, Box<dyn Output>)>),
}

/// The doors to all outputs and the workers behind them.
pub(super) fn outputs(
    config: &Config,
    destination: Destination,
    letters: &DeadLetters,
    clock: &Clock,
    stats: &Stats,
) -> Result<(Vec<Door>, Vec<Worker>), AppError> {
    let mut all: Vec<(String, bool, WorkerOptions, Box<dyn Output>)> = Vec::new();
    match destination {
        Destination::Given(given) => {
            all.extend(given.into_iter().map(|(name, output)| (name, true, WorkerOptions::default(), output)));
        }
        Destination::Configured => {
            for (name, options) in config.outputs.iter().filter(|(_, options)| options.enabled()) {
                let output =
                    options.build(clock.clone()).map_err(|source| AppError::Output { name: name.clone(), source })?;
                all.push((name.clone(), options.required(), options.worker_options(name), output));
            }
        }
    }
    let queue = &config.queue.mem;
    let (mut doors, mut workers) = (Vec::new(), Vec::new());
    for (name, is_required, options, output) in all {
        let counts = stats.output(&name);
        let (door, receiver) = Door::new(&name, is_required, queue.events, queue.bytes.as_usize(), Arc::clone(&counts));
        let options = WorkerOptions { name: name.as_str().into(), ..options };
        doors.push(door);
        workers.push(Worker::new(output, receiver, options, letters.clone(), counts));
    }
    Ok((doors, workers))
}

/// What feeds are built from.
pub(super) struct Feeds<'a> {
    pub config: &'a Config,
    pub once: bool,
    pub clock: &'a Clock,
    pub registry: &'a Registry,
    pub doors: &'a [Door],
    pub stats: &'a Stats,
}

impl Feeds<'_> {
    /// One feed a connection × content type.
    pub fn build(&self, transport: Option<&Transport>) -> Result<Vec<Feed>, AppError> {
        let mut apis: HashMap<&str, Arc<Activity>> = HashMap::new();
        // Inputs that share their outputs share their downloads: one that is stuck holds nobody else.
        let mut downloads: HashMap<Vec<&str>, Arc<Semaphore>> = HashMap::new();
        let mut feeds = Vec::new();
        for input in self.config.inputs.iter().filter(|input| input.enabled) {
            let Some(connection) = self.config.connection(&input.connection) else { continue };
            let api = if let Some(api) = apis.get(connection.id.as_str()) {
                Arc::clone(api)
            } else {
                let api = Arc::new(activity(connection, transport, self.clock)?);
                apis.insert(&connection.id, Arc::clone(&api));
                api
            };
            let doors = self.doors(input);
            let permits = downloads
                .entry(doors.iter().map(|door| door.name()).collect())
                .or_insert_with(|| Arc::new(Semaphore::new(self.config.max_concurrent_fetches)));
            let permits = Arc::clone(permits);
            let chain = Chain::new(chain_options(self.config, input), self.clock.clone());
            let pipeline = Pipeline::new(chain, doors.into_iter().cloned().collect());
            for content_type in &input.content_types {
                let options = self.feed(input, connection, content_type);
                let stats = self.stats.feed(&options.name);
                feeds.push(Feed::new(
                    options,
                    Arc::clone(&api),
                    self.registry.clone(),
                    pipeline.clone(),
                    self.clock.clone(),
                    Arc::clone(&permits),
                    stats,
                ));
            }
        }
        Ok(feeds)
    }

    fn feed(&self, input: &InputOptions, connection: &ConnectionOptions, content_type: &str) -> FeedOptions {
        let name: Arc<str> = format!("{}/{content_type}", connection.id).into();
        let origin = Origin {
            feed: Arc::clone(&name),
            connection: connection.id.as_str().into(),
            domain: connection.domain.as_deref().map(Into::into),
            organization: connection.name.as_deref().map(Into::into),
            content_type: content_type.into(),
            ..Origin::default()
        };
        FeedOptions {
            name,
            key: format!("{}/{content_type}", connection.tenant_id.to_ascii_lowercase()).into(),
            content_type: content_type.into(),
            origin,
            interval: input.interval.get(),
            overlap: input.overlap.get(),
            lookback: input.initial_lookback.get(),
            once: self.once,
        }
    }

    fn doors(&self, input: &InputOptions) -> Vec<&Door> {
        let is_meant = |door: &&Door| input.output.is_empty() || input.output.iter().any(|name| name == door.name());
        self.doors.iter().filter(is_meant).collect()
    }
}

/// How an input's records become events.
pub fn chain_options(config: &Config, input: &InputOptions) -> ChainOptions {
    let mut fields = config.fields.clone();
    fields.extend(input.fields.clone());
    let hostname = rustix::system::uname().nodename().to_string_lossy().into_owned();
    ChainOptions {
        mapping: input.mapping,
        raw: input.raw,
        preserve_original: input.preserve_original,
        tags: config.tags.iter().chain(&input.tags).cloned().collect(),
        fields,
        fields_under_root: config.fields_under_root || input.fields_under_root,
        agent: Agent { name: config.name.clone().unwrap_or_else(|| hostname.clone()), hostname, ..Agent::default() },
        ..ChainOptions::default()
    }
}

fn activity(
    connection: &ConnectionOptions,
    transport: Option<&Transport>,
    clock: &Clock,
) -> Result<Activity, AppError> {
    let endpoints = connection.endpoints();
    let transport = match transport {
        Some(given) => given.clone(),
        None => wire(connection)?,
    };
    let secret =
        connection.secret().map_err(|source| AppError::Secret { connection: connection.id.clone(), source })?;
    let credentials = Credentials {
        login: endpoints.login,
        tenant: connection.tenant_id.clone(),
        client: connection.client_id.clone(),
        secret,
        endpoint: connection.oauth_version,
    };
    let tokens = Arc::new(TokenManager::new(transport.clone(), credentials));
    let options = ActivityOptions {
        root: endpoints.management,
        tenant: connection.tenant_id.clone(),
        publisher: connection.publisher().to_owned(),
        requests_per_minute: NonZeroU32::new(connection.requests_per_minute).unwrap_or(NonZeroU32::MIN),
        concurrency: connection.concurrency,
        clock: clock.clone(),
    };
    Ok(Activity::new(transport, tokens, options))
}

fn wire(connection: &ConnectionOptions) -> Result<Transport, AppError> {
    let limits = Limits {
        connect: connection.connect_timeout.get(),
        idle: connection.idle_timeout.get(),
        whole: connection.timeout.get(),
    };
    TransportOptions::new(limits, &connection.proxy(), &connection.ssl)
        .and_then(|options| Transport::wire(&options))
        .map_err(|source| AppError::Transport { connection: connection.id.clone(), source })
}
