//! The nodes, and which of them gets the next request.

use tokio::time::Instant;
use url::Url;

use super::login::Login;
use super::{Options, cloud};
use crate::net::{Backoff, Retry};
use crate::outputs::WriteError;
use crate::settings::Address;
use crate::time;

const PORT: u16 = 9200;

/// One node.
#[derive(Debug)]
pub(super) struct Node {
    /// Its root, with a slash at the end and without credentials.
    pub(super) url: Url,
    /// Those that stood in its URL.
    pub(super) login: Option<Login>,
    under_way: usize,
    backoff: Backoff,
    avoided_until: Option<Instant>,
}

/// All nodes. One that failed is avoided for a while, longer each time.
#[derive(Debug)]
pub(super) struct Hosts {
    nodes: Vec<Node>,
    /// Whether all are used, or one until it fails.
    loadbalance: bool,
    /// Requests under way at a time to each.
    workers: usize,
    /// Where the search for the next one begins.
    next: usize,
}

impl Hosts {
    pub(super) fn new(options: &Options) -> Result<Self, WriteError> {
        let cloud_id = options.cloud.id.as_deref().filter(|id| !id.is_empty());
        let urls: Vec<Url> = match cloud_id {
            Some(id) => vec![cloud::decode(id).map_err(|reason| setup("cloud.id", reason))?],
            None => options.hosts.iter().map(|host| root(host, options)).collect::<Result<_, _>>()?,
        };
        if urls.is_empty() {
            return Err(setup("hosts", "expected at least one host"));
        }
        let node = |mut url: Url| {
            let login = Login::take_from(&mut url)?;
            let backoff = Backoff::new(options.backoff.init.get(), options.backoff.max.get());
            Ok(Node { url, login, under_way: 0, backoff, avoided_until: None })
        };
        let nodes = urls.into_iter().map(node).collect::<Result<Vec<_>, WriteError>>()?;
        Ok(Self { nodes, loadbalance: options.loadbalance, workers: options.worker, next: 0 })
    }

    /// The nodes.
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Nothing is under way any more.
    pub(super) fn clear(&mut self) {
        self.nodes.iter_mut().for_each(|node| node.under_way = 0);
    }

    /// A node with room that is not avoided, for one request.
    pub(super) fn take(&mut self) -> Option<usize> {
        let count = self.nodes.len();
        for at in (0..count).map(|step| (self.next + step) % count) {
            if !self.nodes[at].is_avoided() {
                if self.nodes[at].under_way < self.workers {
                    self.next = if self.loadbalance { (at + 1) % count } else { at };
                    self.nodes[at].under_way += 1;
                    return Some(at);
                }
                if !self.loadbalance {
                    return None;
                }
            }
        }
        None
    }

    /// The node whose time comes first, when all are avoided.
    pub(super) fn take_anyway(&mut self) -> usize {
        let soonest = (0..self.nodes.len()).min_by_key(|at| self.nodes[*at].avoided_until).unwrap_or_default();
        self.nodes[soonest].under_way += 1;
        soonest
    }

    /// Whether some node besides this one is not avoided.
    pub(super) fn is_another_up(&self, at: usize) -> bool {
        self.nodes.iter().enumerate().any(|(other, node)| other != at && !node.is_avoided())
    }

    /// A request to this node has ended.
    pub(super) fn release(&mut self, at: usize) {
        self.nodes[at].under_way = self.nodes[at].under_way.saturating_sub(1);
    }

    /// This node works.
    pub(super) fn works(&mut self, at: usize) {
        self.nodes[at].backoff.reset();
        self.nodes[at].avoided_until = None;
    }

    /// This node does not work: it is avoided for a while.
    pub(super) fn fails(&mut self, at: usize, retry: Retry) {
        // Requests that fail together count once.
        if !self.nodes[at].is_avoided() {
            let wait = self.nodes[at].backoff.next(retry);
            self.nodes[at].avoided_until = Some(time::ticks() + wait);
        }
    }
}

impl Node {
    /// Host and port, for people.
    pub(super) fn name(&self) -> &str {
        &self.url[url::Position::BeforeHost..url::Position::AfterPort]
    }

    fn is_avoided(&self) -> bool {
        self.avoided_until.is_some_and(|until| time::ticks() < until)
    }
}

/// The URL that a host's setting means.
fn root(host: &Address, options: &Options) -> Result<Url, WriteError> {
    let mut url = host.url(options.scheme()).map_err(|reason| setup("hosts", &reason))?;
    if !has_port(host.as_typed()) {
        // Fails only for URLs that cannot have a host.
        let _ = url.set_port(Some(PORT));
    }
    if let Some(path) = options.path.as_deref().filter(|_| url.path() == "/") {
        url.set_path(path);
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// Whether a port was typed. A URL forgets that of its scheme: `https://es:443` is not port 9200.
fn has_port(typed: &str) -> bool {
    let rest = typed.split_once("://").map_or(typed, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let port = host.rsplit_once(':').map(|(_, port)| port);
    port.is_some_and(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

fn setup(setting: &str, reason: &str) -> WriteError {
    WriteError::Setup { problem: format!("`{setting}`: {reason}"), hint: "see `test config`" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(json: &str) -> Hosts {
        Hosts::new(&serde_json::from_str(json).unwrap()).unwrap()
    }

    #[test]
    fn a_host_is_completed_as_beats_do() {
        for (host, more, url) in [
            ("localhost", "", "http://localhost:9200/"),
            ("https://es.example.org", "", "https://es.example.org:9200/"),
            ("https://es.example.org:443", "", "https://es.example.org/"),
            ("http://[::1]", "", "http://[::1]:9200/"),
            ("https://u:p@es:9243/proxy", r#","path":"other""#, "https://es:9243/proxy/"),
            ("es", r#","path":"elastic","protocol":"https""#, "https://es:9200/elastic/"),
        ] {
            let json = format!(r#"{{"hosts":["{host}"]{more}}}"#);
            assert_eq!(hosts(&json).nodes[0].url.as_str(), url, "{host}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_go_around_and_avoid_a_node_that_fails() {
        let mut hosts = hosts(r#"{"hosts":["a","b","c"],"worker":1}"#);
        assert_eq!([hosts.take(), hosts.take(), hosts.take(), hosts.take()], [Some(0), Some(1), Some(2), None]);
        hosts.clear();
        hosts.fails(1, Retry::Backoff);
        assert_eq!([hosts.take(), hosts.take(), hosts.take()], [Some(0), Some(2), None]);
        tokio::time::advance(Backoff::FIRST).await;
        assert_eq!(hosts.take(), Some(1));
    }

    #[tokio::test(start_paused = true)]
    async fn without_balance_one_node_is_used_until_it_fails() {
        let mut hosts = hosts(r#"{"hosts":["a","b"],"worker":1,"loadbalance":false}"#);
        assert_eq!([hosts.take(), hosts.take()], [Some(0), None]);
        hosts.fails(0, Retry::Backoff);
        hosts.release(0);
        assert_eq!(hosts.take(), Some(1));
        hosts.release(1);
        tokio::time::advance(Backoff::FIRST).await;
        assert_eq!(hosts.take(), Some(1), "it stays where it is");
        hosts.fails(1, Retry::Backoff);
        hosts.fails(0, Retry::Backoff);
        assert!(!hosts.is_another_up(0) && !hosts.is_another_up(1));
        assert!(hosts.take_anyway() < 2);
    }
}
