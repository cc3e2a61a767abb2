//! The settings of a connection: who we are to one tenant of Microsoft 365.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::cloud::{Cloud, Endpoints};
use crate::oauth::Endpoint;
use crate::secret::Secret;
use crate::settings::{Address, Duration, Problems, ProxyOptions, TlsOptions, sensitive};

/// One entry of `connections`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectionOptions {
    /// Shows in logs, metrics and events; default: the tenant's id.
    pub id: String,
    /// The directory (tenant) id: a GUID.
    pub tenant_id: String,
    /// The application (client) id: a GUID.
    pub client_id: String,
    /// The client secret's value (not its id).
    #[serde(serialize_with = "sensitive::mask")]
    pub client_secret: Option<Secret>,
    /// A file that holds the client secret, instead of `client_secret`.
    pub client_secret_file: Option<PathBuf>,
    /// The national cloud in which the tenant lives; default `worldwide`.
    pub cloud: Cloud,
    /// Where tokens are asked for; default: the cloud's host.
    pub login_url: Option<Address>,
    /// The Management Activity API; default: the cloud's host.
    pub management_url: Option<Address>,
    /// Microsoft Graph; default: the cloud's host.
    pub graph_url: Option<Address>,
    /// The legacy Reporting Web Service; default: the cloud's host.
    pub reporting_url: Option<Address>,
    /// Which token endpoint is asked; default `v2`.
    pub oauth_version: Endpoint,
    /// The GUID that selects our share of Microsoft's request budget; default: the tenant's id.
    pub publisher_identifier: Option<String>,
    /// The tenant's domain, for events; default none.
    pub domain: Option<String>,
    /// The organization's name, for events; default none.
    pub name: Option<String>,
    /// Requests a minute, of which a whole minute's worth may come at once; default 1500.
    pub requests_per_minute: u32,
    /// Requests under way at a time; default 8.
    pub concurrency: usize,
    /// How long a connection may take to stand; default 10s.
    pub connect_timeout: Duration,
    /// How long an answer may be silent; default 30s.
    pub idle_timeout: Duration,
    /// How long a whole answer may take, to which time is added as it grows; default 5m.
    pub timeout: Duration,
    /// The proxy's URL; default: what the environment says.
    pub proxy_url: Option<Address>,
    /// Whether to go without any proxy; default false.
    pub proxy_disable: bool,
    /// How Microsoft's hosts prove who they are.
    pub ssl: TlsOptions,
    /// Whether `http://` may leave this machine; default false.
    pub allow_insecure: bool,
}

impl Default for ConnectionOptions {
    fn default() -> Self {
        Self {
            id: String::new(),
            tenant_id: String::new(),
            client_id: String::new(),
            client_secret: None,
            client_secret_file: None,
            cloud: Cloud::Worldwide,
            login_url: None,
            management_url: None,
            graph_url: None,
            reporting_url: None,
            oauth_version: Endpoint::V2,
            publisher_identifier: None,
            domain: None,
            name: None,
            requests_per_minute: 1500,
            concurrency: 8,
            connect_timeout: Duration::seconds(10),
            idle_timeout: Duration::seconds(30),
            timeout: Duration::seconds(300),
            proxy_url: None,
            proxy_disable: false,
            ssl: TlsOptions::default(),
            allow_insecure: false,
        }
    }
}

impl ConnectionOptions {
    /// The hosts to talk to: the cloud's, where the settings do not say otherwise.
    pub fn endpoints(&self) -> Endpoints {
        let mut endpoints = self.cloud.endpoints();
        let overrides = [
            (&self.login_url, &mut endpoints.login),
            (&self.management_url, &mut endpoints.management),
            (&self.graph_url, &mut endpoints.graph),
            (&self.reporting_url, &mut endpoints.reporting),
        ];
        for (typed, endpoint) in overrides {
            if let Some(Ok(url)) = given(typed.as_ref()).map(|address| address.url("https")) {
                *endpoint = url;
            }
        }
        endpoints
    }

    /// The `PublisherIdentifier` of every request.
    pub fn publisher(&self) -> &str {
        self.publisher_identifier.as_deref().filter(|publisher| !publisher.is_empty()).unwrap_or(&self.tenant_id)
    }

    /// The client secret, read from its file each time, so that a new one counts without a restart.
    pub fn secret(&self) -> io::Result<Secret> {
        match (sensitive::given(self.client_secret.as_ref()), &self.client_secret_file) {
            (Some(secret), _) => Ok(secret.clone()),
            (None, Some(file)) => sensitive::read(file),
            (None, None) => Err(io::Error::new(io::ErrorKind::NotFound, "no client secret is set")),
        }
    }

    /// The way out to Microsoft.
    pub fn proxy(&self) -> ProxyOptions {
        ProxyOptions { proxy_url: self.proxy_url.clone(), proxy_disable: self.proxy_disable }
    }

    /// Makes the names of files relative to `base`, the folder of the configuration.
    pub fn resolve(&mut self, base: &Path) {
        if let Some(file) = &mut self.client_secret_file {
            *file = base.join(&*file);
        }
        self.ssl.resolve(base);
        // One spelling: the registry's keys and the URLs are made of it.
        for id in [&mut self.tenant_id, &mut self.client_id] {
            if let Ok(guid) = uuid::Uuid::parse_str(id) {
                *id = guid.hyphenated().to_string();
            }
        }
    }

    /// Notes what is wrong with it.
    pub fn check(&self, problems: &mut Problems) {
        self.check_identity(problems);
        self.check_credential(problems);
        for (path, address) in [
            ("login_url", &self.login_url),
            ("management_url", &self.management_url),
            ("graph_url", &self.graph_url),
            ("reporting_url", &self.reporting_url),
        ] {
            if let Some(address) = given(address.as_ref()) {
                address.check_http(path, "https", self.allow_insecure, problems);
            }
        }
        if self.requests_per_minute == 0 {
            problems.add("requests_per_minute", "expected at least 1");
        }
        if self.concurrency == 0 {
            problems.add("concurrency", "expected at least 1");
        }
        for (path, time) in
            [("connect_timeout", self.connect_timeout), ("idle_timeout", self.idle_timeout), ("timeout", self.timeout)]
        {
            if time.is_zero() {
                problems.add(path, "expected more than 0s");
            }
        }
        self.proxy().check(problems);
        problems.under("ssl", |problems| self.ssl.check(problems));
    }

    fn check_identity(&self, problems: &mut Problems) {
        for (path, value, what) in [
            ("tenant_id", &self.tenant_id, "the directory (tenant) id"),
            ("client_id", &self.client_id, "the application (client) id"),
        ] {
            let hint = "Entra admin center > App registrations > Overview";
            if value.is_empty() {
                problems.add(path, format!("expected {what}")).hint(hint);
            } else if uuid::Uuid::parse_str(value).is_err() {
                // The Management API takes no domain in place of the GUID: AF20013.
                problems.add(path, format!("expected {what}, a GUID, found `{value}`")).hint(hint);
            }
        }
        let publisher = self.publisher_identifier.as_deref().filter(|publisher| !publisher.is_empty());
        if publisher.is_some_and(|publisher| uuid::Uuid::parse_str(publisher).is_err()) {
            problems.add("publisher_identifier", "expected a GUID");
        }
    }

    fn check_credential(&self, problems: &mut Problems) {
        let secret = sensitive::given(self.client_secret.as_ref());
        match (secret, &self.client_secret_file) {
            (None, None) => {
                problems
                    .add("client_secret", "expected the client secret, or its file in `client_secret_file`")
                    .hint("the secret's value, not its id: App registrations > Certificates & secrets");
            }
            (Some(_), Some(_)) => {
                problems.add("client_secret_file", "contradicts `client_secret`").hint("remove one of them");
            }
            (None, Some(file)) => match sensitive::read(file) {
                Err(error) => {
                    problems.add("client_secret_file", format!("cannot read `{}`: {error}", file.display()));
                }
                Ok(secret) if sensitive::given(Some(&secret)).is_none() => {
                    problems.add("client_secret_file", format!("`{}` is empty", file.display()));
                }
                Ok(_) => {}
            },
            (Some(_), None) => {}
        }
    }
}

fn given(address: Option<&Address>) -> Option<&Address> {
    address.filter(|address| !address.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "0b7e5a3c-1f2d-4c6b-8a9e-000000000001";

    fn contoso() -> ConnectionOptions {
        let (tenant_id, client_id) = (GUID.to_owned(), GUID.to_owned());
        ConnectionOptions { tenant_id, client_id, client_secret: Some("s3cret".into()), ..Default::default() }
    }

    fn problems(options: &ConnectionOptions) -> String {
        let mut problems = Problems::default();
        options.check(&mut problems);
        problems.to_string()
    }

    #[test]
    fn three_settings_are_enough() {
        assert_eq!(problems(&contoso()), "");
        assert_eq!(contoso().publisher(), GUID);
        assert_eq!(problems(&ConnectionOptions::default()).lines().count(), 3);
    }

    #[test]
    fn single_hosts_can_be_replaced() {
        let options = ConnectionOptions {
            cloud: Cloud::GccHigh,
            management_url: Some("http://127.0.0.1:8365".into()),
            login_url: Some("login.example.org".into()),
            ..contoso()
        };
        assert_eq!(problems(&options), "");
        let endpoints = options.endpoints();
        assert_eq!(endpoints.management.as_str(), "http://127.0.0.1:8365/");
        assert_eq!(endpoints.login.as_str(), "https://login.example.org/");
        assert_eq!(endpoints.graph, Cloud::GccHigh.endpoints().graph);
    }

    #[test]
    fn a_token_does_not_travel_in_clear() {
        let mut options = ConnectionOptions { login_url: Some("http://login.example.org".into()), ..contoso() };
        assert!(problems(&options).starts_with("login_url: `http://` to `login.example.org`"));
        options.allow_insecure = true;
        assert_eq!(problems(&options), "");
    }

    #[test]
    fn the_secret_is_shown_nowhere() {
        let shown = format!("{:?} {}", contoso(), serde_json::to_string(&contoso()).unwrap());
        assert!(!shown.contains("s3cret") && shown.contains("********"));
    }
}
