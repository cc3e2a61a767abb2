//! What can go wrong between us and a server before it has said anything.

use std::error::Error;
use std::time::Duration;

use super::Retry;

/// A request that got no whole answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No connection: name, port, proxy or TLS.
    #[error("cannot connect to `{host}`: {}", causes(source.as_ref()))]
    Connect {
        /// Host and port.
        host: String,
        /// What the lower floors said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Nothing came for too long.
    #[error("`{host}` was silent for {} s {during}", after.as_secs())]
    TimeOut {
        /// Host and port.
        host: String,
        /// What was going on.
        during: &'static str,
        /// The bound.
        after: Duration,
    },
    /// The connection ended before the answer did.
    #[error("the connection to `{host}` broke: {}", causes(source.as_ref()))]
    Broken {
        /// Host and port.
        host: String,
        /// What the lower floors said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A small answer was expected, and it did not end.
    #[error("the answer of `{host}` is longer than {limit} bytes")]
    TooLong {
        /// Host and port.
        host: String,
        /// The bound.
        limit: usize,
    },
    /// The client could not be set up.
    #[error("cannot set up HTTP: {}", causes(source.as_ref()))]
    Setup {
        /// What the lower floors said.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl HttpError {
    /// Whether to try again: always, but for a client that cannot be set up.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Setup { .. } => Retry::Never,
            Self::Connect { .. } | Self::TimeOut { .. } | Self::Broken { .. } | Self::TooLong { .. } => Retry::Backoff,
        }
    }

    /// What the operator can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Connect { source, .. } if is_tls(source.as_ref()) => {
                "the certificate is not trusted: if a proxy inspects TLS, exempt this host or name its authority in `ssl.certificate_authorities`"
            }
            Self::Connect { .. } => "check name resolution, the firewall (outbound port), and `proxy_url`",
            Self::TimeOut { .. } => {
                "check the network path and the proxy; `timeout`, `idle_timeout` and `connect_timeout` set the bounds"
            }
            Self::Broken { .. } => "it is tried again; if it lasts, look for a proxy or firewall that cuts connections",
            Self::TooLong { .. } => "something else than the expected server answers: check the URL and the proxy",
            Self::Setup { .. } => "check `ssl` and `proxy_url`",
        }
    }
}

/// An error's own text and those of its causes, without repeats: `tls handshake: unknown issuer`.
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = cause.source();
    }
    text
}

fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        if cause.is::<rustls::Error>() || cause.to_string().contains("certificate") {
            return true;
        }
        next = cause.source();
    }
    false
}
