//! The settings of an `elasticsearch` output, named as in Beats.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cloud;
use crate::outputs::WorkerOptions;
use crate::secret::Secret;
use crate::settings::permissions::check_ours;
use crate::settings::{
    Address, ByteSize, ConditionOptions, Duration, FormatString, Problems, ProxyOptions, TlsOptions, sensitive,
};

/// The default of `index`.
pub const DATA_STREAM: &str =
    "%{[data_stream.type]:logs}-%{[data_stream.dataset]:o365.audit}-%{[data_stream.namespace]:default}";

/// The settings of an `elasticsearch` output.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Options {
    /// Whether it gets events; default true.
    pub enabled: bool,
    /// The nodes, as URLs or hosts; port 9200 unless written.
    pub hosts: Vec<Address>,
    /// `http` or `https` for hosts without a scheme; default `http`.
    pub protocol: Protocol,
    /// Put before each request's path; default none.
    pub path: Option<String>,
    /// Put behind each request's path as its query; default none.
    pub parameters: BTreeMap<String, String>,
    /// Added to each request; default none. Their values are never shown.
    #[serde(serialize_with = "sensitive::mask_values")]
    pub headers: BTreeMap<String, Secret>,
    /// The index or data stream; default: the data stream that the event's `data_stream` fields name.
    pub index: FormatString,
    /// Other indices for some events: the first whose condition holds; default none.
    pub indices: Vec<IndexRule>,
    /// The ingest pipeline; default none.
    pub pipeline: Option<FormatString>,
    /// Other pipelines for some events: the first whose condition holds; default none.
    pub pipelines: Vec<PipelineRule>,
    /// Who we are; default none.
    pub username: Option<String>,
    /// The user's password.
    #[serde(serialize_with = "sensitive::mask")]
    pub password: Option<Secret>,
    /// `id:key`, or its base64 form as Kibana shows it.
    #[serde(serialize_with = "sensitive::mask")]
    pub api_key: Option<Secret>,
    /// A token, such as a service account's.
    #[serde(serialize_with = "sensitive::mask")]
    pub bearer_token: Option<Secret>,
    /// A file that holds the token; read again when it changes.
    pub bearer_token_file: Option<PathBuf>,
    /// Elastic Cloud's names for the hosts and for the user.
    pub cloud: ElasticCloud,
    /// How the nodes prove who they are.
    pub ssl: TlsOptions,
    /// The proxy's URL; default: what the environment says.
    pub proxy_url: Option<Address>,
    /// Whether to go without any proxy; default false.
    pub proxy_disable: bool,
    /// How hard requests are packed with gzip: 0 (not at all) to 9; default 1.
    pub compression_level: u32,
    /// Events in a request; default 1000.
    pub bulk_max_size: usize,
    /// Bytes in a request, before packing; default 5MiB.
    pub bulk_max_bytes: ByteSize,
    /// Requests under way at a time to each node; default 1.
    pub worker: usize,
    /// Whether all nodes are used, or one until it fails; default true.
    pub loadbalance: bool,
    /// How long an answer may take; default 90s.
    pub timeout: Duration,
    /// How long to wait after a failure.
    pub backoff: Backoff,
    /// How often an event is tried before it becomes a dead letter; default none: without end.
    pub max_retries: Option<u32>,
    /// Whether `http://` may leave this machine; default false.
    pub allow_insecure: bool,
    /// Whether an item waits for this output before it is acknowledged; default true.
    pub required: bool,
}

/// How hosts without a scheme are spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// In clear; default.
    #[default]
    Http,
    /// With TLS.
    Https,
}

/// One entry of `indices`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct IndexRule {
    /// The index for events that meet the condition.
    pub index: FormatString,
    /// The condition; default: all events.
    pub when: Option<ConditionOptions>,
}

/// One entry of `pipelines`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PipelineRule {
    /// The pipeline for events that meet the condition.
    pub pipeline: FormatString,
    /// The condition; default: all events.
    pub when: Option<ConditionOptions>,
}

/// The settings below `cloud`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ElasticCloud {
    /// `name:base64` from the Elastic Cloud console, instead of `hosts`.
    pub id: Option<String>,
    /// `user:password`, instead of `username` and `password`.
    #[serde(serialize_with = "sensitive::mask")]
    pub auth: Option<Secret>,
}

/// The settings below `backoff`: the wait after a failure, which doubles each time.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Backoff {
    /// The first wait; default 500ms.
    pub init: Duration,
    /// The longest wait; default 60s.
    pub max: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { init: Duration::millis(500), max: Duration::seconds(60) }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            enabled: true,
            hosts: Vec::new(),
            protocol: Protocol::Http,
            path: None,
            parameters: BTreeMap::new(),
            headers: BTreeMap::new(),
            index: DATA_STREAM.parse().expect("a valid format string"),
            indices: Vec::new(),
            pipeline: None,
            pipelines: Vec::new(),
            username: None,
            password: None,
            api_key: None,
            bearer_token: None,
            bearer_token_file: None,
            cloud: ElasticCloud::default(),
            ssl: TlsOptions::default(),
            proxy_url: None,
            proxy_disable: false,
            compression_level: 1,
            bulk_max_size: 1000,
            bulk_max_bytes: ByteSize::mebibytes(5),
            worker: 1,
            loadbalance: true,
            timeout: Duration::seconds(90),
            backoff: Backoff::default(),
            max_retries: None,
            allow_insecure: false,
            required: true,
        }
    }
}

impl Options {
    /// How its worker gathers and tries again.
    pub fn worker_options(&self, name: &str) -> WorkerOptions {
        let hosts = if self.loadbalance { self.hosts.len().max(1) } else { 1 };
        WorkerOptions {
            name: Arc::from(name),
            bulk_events: self.bulk_max_size,
            bulk_bytes: self.bulk_max_bytes.as_usize(),
            in_flight: self.worker * hosts,
            first_wait: self.backoff.init.get(),
            longest_wait: self.backoff.max.get(),
            max_retries: self.max_retries,
        }
    }

    /// The scheme of hosts that have none.
    pub fn scheme(&self) -> &'static str {
        match self.protocol {
            Protocol::Http => "http",
            Protocol::Https => "https",
        }
    }

    /// The way out to the nodes.
    pub fn proxy(&self) -> ProxyOptions {
        ProxyOptions { proxy_url: self.proxy_url.clone(), proxy_disable: self.proxy_disable }
    }

    /// Makes the names of files relative to `base`, the folder of the configuration.
    pub fn resolve(&mut self, base: &Path) {
        if let Some(file) = &mut self.bearer_token_file {
            *file = base.join(&*file);
        }
        self.ssl.resolve(base);
    }

    /// Notes files with secrets that others can write.
    pub fn check_secret_files(&self, problems: &mut Problems) {
        if let Some(file) = &self.bearer_token_file {
            check_ours(file, "bearer_token_file", problems);
        }
        if let Some(file) = self.ssl.key_file() {
            check_ours(&file, "ssl.key", problems);
        }
    }

    /// Notes what is wrong with it.
    pub fn check(&self, problems: &mut Problems) {
        let cloud_id = self.cloud.id.as_deref().is_some_and(|id| !id.is_empty());
        match (self.hosts.is_empty(), cloud_id) {
            (true, false) => {
                problems
                    .add("hosts", "expected at least one host")
                    .hint("for example `hosts: [\"https://localhost:9200\"]`");
            }
            (false, true) => _ = problems.add("cloud.id", "contradicts `hosts`").hint("remove one of them"),
            (true, true) => {
                if let Some(Err(reason)) = self.cloud.id.as_deref().map(cloud::decode) {
                    problems.add("cloud.id", reason);
                }
            }
            (false, false) => {}
        }
        for (index, host) in self.hosts.iter().enumerate() {
            host.check_http(&format!("hosts.{index}"), self.scheme(), self.allow_insecure, problems);
        }
        self.check_credentials(problems);
        self.check_rules(problems);
        self.check_numbers(problems);
        self.proxy().check(problems);
        problems.under("ssl", |problems| self.ssl.check(problems));
    }

    fn check_credentials(&self, problems: &mut Problems) {
        let secret = |secret: &Option<Secret>| sensitive::given(secret.as_ref()).is_some();
        let ways = [
            ("username", self.username.as_deref().is_some_and(|name| !name.is_empty())),
            ("cloud.auth", secret(&self.cloud.auth)),
            ("api_key", secret(&self.api_key)),
            ("bearer_token", secret(&self.bearer_token)),
            ("bearer_token_file", self.bearer_token_file.is_some()),
        ];
        let mut given = ways.iter().filter(|(_, given)| *given);
        if let (Some((first, _)), Some((second, _))) = (given.next(), given.next()) {
            problems.add(second, format!("contradicts `{first}`")).hint("one credential is enough");
        }
        if secret(&self.password) != ways[0].1 {
            let missing = if ways[0].1 { "password" } else { "username" };
            problems.add(missing, "missing").hint("`username` and `password` belong together");
        }
        if let Some(Err(error)) = self.bearer_token_file.as_deref().map(sensitive::read) {
            problems.add("bearer_token_file", format!("cannot be read: {error}"));
        }
    }

    fn check_rules(&self, problems: &mut Problems) {
        if self.index.is_empty() {
            problems.add("index", "expected the name of an index");
        }
        let indices = self.indices.iter().map(|rule| ("indices", "index", &rule.index, &rule.when)).enumerate();
        let pipelines =
            self.pipelines.iter().map(|rule| ("pipelines", "pipeline", &rule.pipeline, &rule.when)).enumerate();
        for (at, (list, key, name, when)) in indices.chain(pipelines) {
            problems.under(format_args!("{list}.{at}"), |problems| {
                if name.is_empty() {
                    problems.add(key, format!("expected the name of the {key}"));
                }
                if let Some(condition) = when {
                    problems.under("when", |problems| condition.check(problems));
                }
            });
        }
    }

    fn check_numbers(&self, problems: &mut Problems) {
        if self.compression_level > 9 {
            problems.add("compression_level", format!("expected 0 to 9, found {}", self.compression_level));
        }
        for (path, value) in [("bulk_max_size", self.bulk_max_size), ("worker", self.worker)] {
            if value == 0 {
                problems.add(path, "expected at least 1");
            }
        }
        if self.bulk_max_bytes < ByteSize::bytes(64 << 10) {
            problems.add("bulk_max_bytes", format!("expected at least 64KiB, found {}", self.bulk_max_bytes));
        }
        if self.timeout.is_zero() {
            problems.add("timeout", "expected more than 0s");
        }
        if self.backoff.init.is_zero() || self.backoff.init > self.backoff.max {
            problems.add("backoff", "expected `init` above 0s and at most `max`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(options: &Options) -> String {
        let mut problems = Problems::default();
        options.check(&mut problems);
        problems.to_string()
    }

    fn local() -> Options {
        Options { hosts: vec!["localhost:9200".into()], ..Options::default() }
    }

    #[test]
    fn hosts_are_enough() {
        assert_eq!(problems(&local()), "");
        assert!(problems(&Options::default()).starts_with("hosts: expected at least one host"));
        let far = Options { hosts: vec!["es.example.org:9200".into()], ..Options::default() };
        assert!(problems(&far).starts_with("hosts.0: `http://` to `es.example.org`"));
        assert_eq!(problems(&Options { protocol: Protocol::Https, ..far }), "");
    }

    #[test]
    fn one_credential_and_it_is_whole() {
        let both = Options { api_key: Some("a:b".into()), bearer_token: Some("c".into()), ..local() };
        assert_eq!(problems(&both), "bearer_token: contradicts `api_key`; one credential is enough");
        let half = Options { username: Some("elastic".into()), ..local() };
        assert_eq!(problems(&half), "password: missing; `username` and `password` belong together");
    }

    #[test]
    fn no_secret_is_shown() {
        let options = Options {
            hosts: vec!["https://elastic:s3cret@es".into()],
            headers: BTreeMap::from([("Authorization".to_owned(), Secret::from("s3cret"))]),
            api_key: Some("s3cret".into()),
            ..Options::default()
        };
        assert!(!format!("{options:?} {}", serde_json::to_string(&options).unwrap()).contains("s3cret"));
    }
}
