//! Hosts and URLs as people write them.

use std::fmt::{self, Debug, Display};
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::Problems;
use super::sensitive::MASK;

/// A host or URL as it was typed: `localhost:9200`, `https://user:word@example.org/path`.
///
/// A password in it is never shown.
#[derive(Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
pub struct Address(String);

impl Address {
    /// What was typed, with any password.
    pub fn as_typed(&self) -> &str {
        &self.0
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The URL that is meant; `scheme` stands where none was typed.
    pub fn url(&self, scheme: &str) -> Result<Url, String> {
        let wrong = |reason: &dyn Display| format!("expected a host or URL, found `{self}` ({reason})");
        let text = self.0.trim();
        let full = if text.contains("://") { text.to_owned() } else { format!("{scheme}://{text}") };
        let url = Url::parse(&full).map_err(|error| wrong(&error))?;
        if url.host().is_none() { Err(wrong(&"no host")) } else { Ok(url) }
    }

    /// Notes at `path` whatever keeps this from being the address of an HTTP service.
    ///
    /// Plain `http://` is for this machine only, unless `allow_insecure` says that the network may read along.
    pub fn check_http(&self, path: &str, scheme: &str, allow_insecure: bool, problems: &mut Problems) {
        match self.url(scheme) {
            Err(text) => _ = problems.add(path, text),
            Ok(url) if !matches!(url.scheme(), "http" | "https") => {
                problems.add(path, format!("expected `https://` or `http://`, found `{}://`", url.scheme()));
            }
            Ok(url) if url.scheme() == "http" && !is_loopback(&url) && !allow_insecure => {
                problems
                    .add(
                        path,
                        format!("`http://` to `{}` would show secrets to the network", url.host_str().unwrap_or("")),
                    )
                    .hint("use `https://`, or say `allow_insecure: true` beside it");
            }
            Ok(_) => {}
        }
    }
}

/// Whether a URL points at this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).to_canonical().is_loopback(),
        None => false,
    }
}

impl From<String> for Address {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Address {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.0.find("://").map_or(0, |at| at + 3);
        let (scheme, rest) = self.0.split_at(start);
        // The last `@` before the path: a password typed without escapes may hold others.
        let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let end = rest[..authority].rfind('@').or_else(|| rest.rfind('@'));
        match end.map(|at| rest.split_at(at)) {
            Some((credentials, host)) => match credentials.split_once(':') {
                Some((user, _)) => write!(f, "{scheme}{user}:{MASK}{host}"),
                None => write!(f, "{scheme}{credentials}{host}"),
            },
            None => f.write_str(&self.0),
        }
    }
}

impl Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_without_a_scheme_is_an_address() {
        let url = |text: &str| Address::from(text).url("https").map(String::from);
        assert_eq!(url("login.microsoftonline.us").as_deref(), Ok("https://login.microsoftonline.us/"));
        assert_eq!(url("localhost:9200").as_deref(), Ok("https://localhost:9200/"));
        assert_eq!(url("http://[::1]:9200/es").as_deref(), Ok("http://[::1]:9200/es"));
        assert!(url("https://").is_err());
        assert!(url("").is_err());
    }

    #[test]
    fn a_password_in_an_address_is_never_shown() {
        for (typed, shown) in [
            ("https://elastic:s3cret@es:9200", "https://elastic:********@es:9200"),
            ("elastic:s3@cret@es", "elastic:********@es"),
            ("http://proxy:8080/a@b", "http://proxy:********@b"),
            ("https://u:pa/ss@es", "https://u:********@es"),
            ("https://es:9200", "https://es:9200"),
        ] {
            let address = Address::from(typed);
            assert_eq!(address.to_string(), shown);
            assert_eq!(format!("{address:?}"), format!("{shown:?}"));
            assert_eq!(serde_json::to_value(&address).unwrap(), shown);
        }
        assert!(!Address::from("https://u:s3cret@:x").url("https").unwrap_err().contains("s3cret"));
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        let problems = |address: &str, allow_insecure| {
            let mut problems = Problems::default();
            Address::from(address).check_http("hosts", "http", allow_insecure, &mut problems);
            problems.len()
        };
        for fine in ["http://localhost:9200", "127.0.0.1", "http://[::1]", "http://es.localhost", "https://example.org"]
        {
            assert_eq!(problems(fine, false), 0, "{fine}");
        }
        for wrong in
            ["http://example.org", "example.org", "http://localhost.example.org", "http://0.0.0.0", "ftp://localhost"]
        {
            assert_eq!(problems(wrong, false), 1, "{wrong}");
        }
        assert_eq!(problems("http://example.org", true), 0);
    }
}
