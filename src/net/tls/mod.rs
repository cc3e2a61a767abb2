//! TLS as the settings ask for it: whom we trust, and who we are.

mod identity;
mod verifier;

#[cfg(test)]
mod tests;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

use super::error::causes;
use super::transport::install_crypto;
use crate::settings::TlsOptions;
use crate::settings::tls::{Verification, is_inline};
use verifier::Verifier;

/// Settings of TLS that cannot be used. Names the file; holds nothing of a key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that is not there, or not for us.
    #[error("`ssl.{setting}`: cannot read `{}`: {source}", path.display())]
    Unreadable {
        /// The setting that names it.
        setting: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file or text that holds something else.
    #[error("`ssl.{setting}`: {place} holds no {wanted} in PEM form")]
    NoPem {
        /// The setting.
        setting: &'static str,
        /// The file, or that it stands in the settings.
        place: String,
        /// What is missing in it.
        wanted: &'static str,
    },
    /// A key that we cannot decrypt.
    #[error("`ssl.key`: {place} is encrypted{why}")]
    Encrypted {
        /// The file, or that it stands in the settings.
        place: String,
        /// What stands in the way.
        why: &'static str,
        /// What the operator can do.
        hint: &'static str,
    },
    /// Certificates or keys that TLS refuses.
    #[error("`ssl.{setting}`: {place} cannot be used: {}", causes(source.as_ref()))]
    Unusable {
        /// The setting.
        setting: &'static str,
        /// The file, or that it stands in the settings.
        place: String,
        /// What the lower floors said.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl TlsError {
    /// What the operator can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "check the path, and that the user who runs this may read it",
            Self::NoPem { .. } => {
                "a DER file becomes PEM with `openssl x509 -inform der` or `openssl pkey -inform der`"
            }
            Self::Encrypted { hint, .. } => hint,
            Self::Unusable { setting: "key" | "certificate", .. } => {
                "check that `ssl.key` belongs to the first certificate of `ssl.certificate`"
            }
            Self::Unusable { .. } => "check it with `openssl x509 -noout -text`",
        }
    }
}

/// A client's TLS as `options` ask for it. `None`: nothing differs from the system's trust.
pub fn client_config(options: &TlsOptions) -> Result<Option<ClientConfig>, TlsError> {
    let is_default = options.verification_mode == Verification::Full
        && options.certificate_authorities.is_empty()
        && options.ca_trusted_fingerprint.is_none()
        && options.certificate.is_none()
        && options.supported_protocols == TlsOptions::default().supported_protocols;
    if !options.enabled || is_default {
        return Ok(None);
    }
    install_crypto();
    let provider = CryptoProvider::get_default().expect("it was just installed");
    let builder = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&versions(options))
        .map_err(|error| unusable("supported_protocols", "the list", error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier(options, provider)?));
    let mut config = match identity::load(options)? {
        None => builder.with_no_client_auth(),
        Some(identity::Identity { chain, key, place }) => {
            builder.with_client_auth_cert(chain, key).map_err(|error| unusable("certificate", place, error))?
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(config))
}

fn versions(options: &TlsOptions) -> Vec<&'static SupportedProtocolVersion> {
    let speaks = |name: &str| options.supported_protocols.iter().any(|protocol| protocol == name);
    [("TLSv1.3", &TLS13), ("TLSv1.2", &TLS12)]
        .into_iter()
        .filter(|(name, _)| speaks(name))
        .map(|(_, version)| version)
        .collect()
}

fn verifier(options: &TlsOptions, provider: &Arc<CryptoProvider>) -> Result<Verifier, TlsError> {
    let mut given = Vec::new();
    for authority in &options.certificate_authorities {
        given.extend(certificates("certificate_authorities", authority)?);
    }
    let trusts: Option<Arc<dyn ServerCertVerifier>> = if options.verification_mode == Verification::None {
        None
    } else if given.is_empty() {
        let system = rustls_platform_verifier::Verifier::new(Arc::clone(provider));
        match system {
            Ok(system) => Some(Arc::new(system)),
            // Containers without authorities exist; a pinned certificate needs none.
            Err(_) if options.ca_trusted_fingerprint.is_some() => None,
            Err(error) => return Err(unusable("certificate_authorities", "the system's list", error)),
        }
    } else {
        let mut roots = RootCertStore::empty();
        for certificate in &given {
            let place = "a certificate of the list";
            roots.add(certificate.clone()).map_err(|error| unusable("certificate_authorities", place, error))?;
        }
        let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
        Some(built.map_err(|error| unusable("certificate_authorities", "the list", error))?)
    };
    Ok(Verifier {
        mode: options.verification_mode,
        trusts,
        fingerprint: options.fingerprint().flatten(),
        given,
        provider: Arc::clone(provider),
    })
}

/// The certificates of a file, or of PEM text in the settings.
fn certificates(setting: &'static str, text: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = read(setting, text)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(TlsError::NoPem { setting, place: place(text), wanted: "certificate" }),
        Err(error) => Err(unusable(setting, place(text), error)),
    }
}

fn read(setting: &'static str, text: &str) -> Result<String, TlsError> {
    if is_inline(text) {
        return Ok(text.to_owned());
    }
    // DER is no text; that it holds no PEM is said later.
    let bytes = std::fs::read(text).map_err(|source| TlsError::Unreadable { setting, path: text.into(), source })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn place(text: &str) -> String {
    if is_inline(text) { "the text in the settings".to_owned() } else { format!("`{text}`") }
}

fn unusable(
    setting: &'static str,
    place: impl Into<String>,
    source: impl Into<Box<dyn Error + Send + Sync>>,
) -> TlsError {
    TlsError::Unusable { setting, place: place.into(), source: source.into() }
}
