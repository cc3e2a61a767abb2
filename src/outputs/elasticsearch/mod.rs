//! Events to Elasticsearch, OpenSearch, and what speaks like them.
//!
//! Events are *created* under their own id, so that one that comes twice is a conflict and not a second document.
//! That holds within one backing index of a data stream: a repeat after its rollover is a second document.

mod answer;
mod body;
mod cloud;
mod delivery;
mod hosts;
mod login;
mod options;
mod product;
mod routing;

pub use options::{Backoff, DATA_STREAM, ElasticCloud, IndexRule, Options, PipelineRule, Protocol};

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::{info, warn};

use super::{Bulk, Output, Settled, WriteError};
use crate::net::{Limits, Transport, TransportOptions};
use crate::secret::ExposeSecret;
use delivery::{Client, Delivery, Target, Trouble};
use hosts::Hosts;
use login::Login;
use routing::Routing;

/// A cluster, by one or several of its nodes.
pub struct Elasticsearch {
    client: Arc<Client>,
    hosts: Hosts,
    bulk_bytes: usize,
    under_way: FuturesUnordered<BoxFuture<'static, Ended>>,
    /// Their node failed, and all others are busy.
    waiting: VecDeque<Delivery>,
    settled: Vec<Settled>,
}

/// A delivery that is complete, or that has to go on elsewhere.
struct Ended {
    delivery: Delivery,
    node: usize,
    outcome: Result<(), Trouble>,
}

impl Elasticsearch {
    /// A cluster over the network. Reads certificates; connects later.
    pub fn new(options: &Options) -> Result<Self, WriteError> {
        let timeout = options.timeout.get();
        let limits = Limits { connect: timeout.min(Limits::default().connect), idle: timeout, whole: timeout };
        let transport = Transport::wire(&TransportOptions::new(limits, &options.proxy(), &options.ssl)?)?;
        Self::with_transport(options, transport)
    }

    /// The same by a transport of the caller's.
    pub fn with_transport(options: &Options, transport: Transport) -> Result<Self, WriteError> {
        let bulk_bytes = options.bulk_max_bytes.as_usize();
        let client = Client {
            transport,
            routing: Routing::new(options),
            login: Login::new(options)?,
            headers: headers(options)?,
            parameters: options.parameters.clone().into_iter().collect(),
            level: options.compression_level,
            limit: AtomicUsize::new(bulk_bytes),
        };
        Ok(Self {
            client: Arc::new(client),
            hosts: Hosts::new(options)?,
            bulk_bytes,
            under_way: FuturesUnordered::new(),
            waiting: VecDeque::new(),
            settled: Vec::new(),
        })
    }

    fn start(&mut self, mut delivery: Delivery, node: usize) {
        let (client, target) = (Arc::clone(&self.client), Target::from(&self.hosts.nodes()[node]));
        self.under_way.push(
            async move {
                let outcome = delivery.run(&client, &target).await;
                Ended { delivery, node, outcome }
            }
            .boxed(),
        );
    }

    /// Notes what became of a delivery, or sends the rest of it to another node.
    fn finish(&mut self, Ended { delivery, node, outcome }: Ended) -> Result<(), WriteError> {
        self.hosts.release(node);
        match outcome {
            Ok(()) => {
                self.hosts.works(node);
                self.settled.push(delivery.settled());
            }
            Err(Trouble::All(error)) => return Err(error),
            Err(Trouble::Node(error)) => {
                self.hosts.fails(node, error.retry());
                if !self.hosts.is_another_up(node) {
                    return Err(error);
                }
                warn!(target: "output", host = self.hosts.nodes()[node].name(), %error, hint = error.hint(), "a node fails, going on with another");
                self.waiting.push_back(delivery);
            }
        }
        while !self.waiting.is_empty()
            && let Some(node) = self.hosts.take()
            && let Some(delivery) = self.waiting.pop_front()
        {
            self.start(delivery, node);
        }
        Ok(())
    }
}

#[async_trait]
impl Output for Elasticsearch {
    /// Content with the first node that answers; the others show themselves when they are used.
    async fn open(&mut self) -> Result<(), WriteError> {
        self.under_way.clear();
        self.waiting.clear();
        self.settled.clear();
        self.hosts.clear();
        self.client.limit.store(self.bulk_bytes, Ordering::Relaxed);
        let greet = |(at, node)| {
            let (client, target) = (Arc::clone(&self.client), Target::from(node));
            async move { (at, client.greet(&target).await) }
        };
        let mut greeted: FuturesUnordered<_> = self.hosts.nodes().iter().enumerate().map(greet).collect();
        let mut last = None;
        while let Some((node, answer)) = greeted.next().await {
            match answer {
                Ok(product) => {
                    self.hosts.works(node);
                    info!(target: "output", host = self.hosts.nodes()[node].name(), product, "connected");
                    return Ok(());
                }
                Err(Trouble::Node(error) | Trouble::All(error)) => {
                    self.hosts.fails(node, error.retry());
                    // Words of a server tell more than its silence.
                    if last.is_none() || !matches!(error, WriteError::Http(_)) {
                        last = Some(error);
                    }
                }
            }
        }
        last.map_or(Ok(()), Err)
    }

    async fn submit(&mut self, bulk: Bulk) -> Result<(), WriteError> {
        let node = loop {
            if let Some(node) = self.hosts.take() {
                break node;
            }
            match self.under_way.next().await {
                Some(ended) => self.finish(ended)?,
                None => break self.hosts.take_anyway(),
            }
        };
        self.start(Delivery::new(bulk), node);
        Ok(())
    }

    async fn settled(&mut self) -> Result<Vec<Settled>, WriteError> {
        loop {
            while let Some(Some(ended)) = self.under_way.next().now_or_never() {
                self.finish(ended)?;
            }
            if !self.settled.is_empty() {
                return Ok(std::mem::take(&mut self.settled));
            }
            match self.under_way.next().await {
                Some(ended) => self.finish(ended)?,
                None => std::future::pending().await,
            }
        }
    }
}

fn headers(options: &Options) -> Result<HeaderMap, WriteError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &options.headers {
        let wrong = || WriteError::Setup {
            problem: format!("`headers.{name}` cannot be sent"),
            hint: "names are letters, digits and `-`; values have no line breaks",
        };
        let key: HeaderName = name.parse().map_err(|_| wrong())?;
        let mut value = HeaderValue::from_str(value.expose_secret()).map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.insert(key, value);
    }
    Ok(headers)
}
