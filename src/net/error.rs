//! What can go wrong between us and a server before it has said anything.

use std::error::Error;
use std::time::Duration;

use super::Retry;
use super::tls::TlsError;

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
    /// The settings of TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
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
            Self::Setup { .. } | Self::Tls(_) => Retry::Never,
            Self::Connect { .. } | Self::TimeOut { .. } | Self::Broken { .. } | Self::TooLong { .. } => Retry::Backoff,
        }
    }

    /// What the operator can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Connect { source, .. } | Self::Broken { source, .. } if tls(source.as_ref()).is_some() => {
                tls(source.as_ref()).map_or("", tls_hint)
            }
            Self::Tls(error) => error.hint(),
            Self::Connect { .. } => "check name resolution, the firewall (outbound port), and `proxy_url`",
            Self::TimeOut { .. } => {
                "check the network path and the proxy; `timeout`, `idle_timeout` and `connect_timeout` set the bounds"
            }
            Self::Broken { .. } => {
                "it is tried again; if it lasts, look for a proxy or firewall that cuts connections, or for `http://` to a port that wants `https://`"
            }
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

/// What TLS said, however deep it lies. An `io::Error` does not give its own inside as its source.
fn tls<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref() {
            return Some(found);
        }
        next = match cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inside) => Some(inside),
            None => cause.source(),
        };
    }
    None
}

fn tls_hint(error: &rustls::Error) -> &'static str {
    use rustls::{AlertDescription, CertificateError, Error};
    match error {
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => {
            "the certificate is for another name: use a name that stands in it, or `ssl.verification_mode: certificate`"
        }
        Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => "the certificate's dates do not include now: renew it, or set this machine's clock",
        Error::InvalidCertificate(CertificateError::Other(_)) => {
            "a certificate that is its own authority is trusted when its SHA-256 stands in `ssl.ca_trusted_fingerprint`"
        }
        Error::InvalidCertificate(_) => {
            "the certificate is not trusted: name its authority in `ssl.certificate_authorities` or `ssl.ca_trusted_fingerprint`; if a proxy inspects TLS, exempt this host"
        }
        Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::HandshakeFailure
            | AlertDescription::CertificateUnknown
            | AlertDescription::AccessDenied,
        ) => "the server refuses our certificate or wants one: set `ssl.certificate` and `ssl.key`",
        Error::InvalidMessage(_) => "what answers there speaks no TLS: use `http://`, or the port for TLS",
        _ => "check `ssl`, and that no proxy cuts into TLS",
    }
}
