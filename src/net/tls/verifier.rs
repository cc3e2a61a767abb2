//! Whether a server is who it says: its authority, its name, or a certificate that was pinned.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::settings::tls::Verification;

type Verdict = Result<ServerCertVerified, Error>;

/// Checks a server's certificate as far as `verification_mode` says.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) mode: Verification,
    /// Who may vouch: the authorities that were given, or the system's.
    pub(super) trusts: Option<Arc<dyn ServerCertVerifier>>,
    /// SHA-256 of a certificate that may vouch besides.
    pub(super) fingerprint: Option<[u8; 32]>,
    /// The certificates of `certificate_authorities`.
    pub(super) given: Vec<CertificateDer<'static>>,
    pub(super) provider: Arc<CryptoProvider>,
}

/// What a server presents, and what is asked about it.
#[derive(Clone, Copy)]
struct Presented<'a> {
    leaf: &'a CertificateDer<'a>,
    others: &'a [CertificateDer<'a>],
    name: &'a ServerName<'a>,
    ocsp: &'a [u8],
    now: UnixTime,
}

impl Presented<'_> {
    fn judged_by(self, verifier: &dyn ServerCertVerifier) -> Verdict {
        verifier.verify_server_cert(self.leaf, self.others, self.name, self.ocsp, self.now)
    }

    fn check_name(self) -> Verdict {
        verify_server_name(&ParsedCertificate::try_from(self.leaf)?, self.name)?;
        Ok(ServerCertVerified::assertion())
    }
}

impl Verifier {
    fn judge(&self, presented: Presented<'_>) -> Verdict {
        // A server's own certificate, pinned or listed as authority, vouches for itself: so do OpenSSL and Go.
        if self.is_pinned(presented.leaf) || self.given.iter().any(|given| given == presented.leaf) {
            return self.judge_pinned_leaf(presented);
        }
        if let Some(pinned) = presented.others.iter().find(|certificate| self.is_pinned(certificate)) {
            return presented.judged_by(&*self.only(pinned)?);
        }
        match &self.trusts {
            Some(trusts) => presented.judged_by(&**trusts),
            None => Err(CertificateError::UnknownIssuer.into()),
        }
    }

    fn is_pinned(&self, certificate: &CertificateDer<'_>) -> bool {
        self.fingerprint.is_some_and(|pinned| {
            ring::digest::digest(&ring::digest::SHA256, certificate).as_ref() == pinned.as_slice()
        })
    }

    /// Its dates still count. webpki looks at them first; then it refuses a certificate that is its own authority
    /// (`CaUsedAsEndEntity`) or whose issuer nobody knows, neither of which matters here.
    fn judge_pinned_leaf(&self, presented: Presented<'_>) -> Verdict {
        match presented.judged_by(&*self.only(presented.leaf)?) {
            Err(Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::Other(_))) => {
                presented.check_name()
            }
            verdict => verdict,
        }
    }

    /// A verifier that trusts one certificate.
    fn only(&self, authority: &CertificateDer<'_>) -> Result<Arc<WebPkiServerVerifier>, Error> {
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone().into_owned())?;
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&self.provider))
            .build()
            .map_err(|error| Error::General(error.to_string()))
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Verdict {
        if self.mode == Verification::None {
            return Ok(ServerCertVerified::assertion());
        }
        match self.judge(Presented { leaf, others, name, ocsp, now }) {
            // The name is looked at last, so everything else was right.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.mode == Verification::Certificate => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
