//! Against a TLS server on loopback that answers every request with `ok`.

use std::net::SocketAddr;

use bytes::Bytes;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::super::{HttpError, Limits, Transport, TransportOptions};
use super::*;
use crate::secret::Secret;
use crate::settings::ProxyOptions;

/// An authority of our own.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, uuid::Uuid::new_v4().to_string());
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for `name` and its key, in PEM form.
    fn issue(&self, name: &str) -> Issued {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        Issued { chain: vec![certificate.der().clone(), self.0.der().clone()], pem: certificate.pem(), key }
    }
}

struct Issued {
    chain: Vec<CertificateDer<'static>>,
    pem: String,
    key: KeyPair,
}

/// A certificate that is its own authority, as installers make them.
fn self_signed() -> Issued {
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Issued { chain: vec![certificate.der().clone()], pem: certificate.pem(), key }
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
    digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

struct Server {
    address: SocketAddr,
    _task: JoinSet<()>,
}

impl Server {
    async fn start(issued: &Issued, clients: Option<&Authority>) -> Self {
        install_crypto();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(issued.key.serialize_der()));
        let builder = rustls::ServerConfig::builder();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.0.der().clone()).unwrap();
                builder.with_client_cert_verifier(WebPkiClientVerifier::builder(roots.into()).build().unwrap())
            }
        };
        let config = builder.with_single_cert(issued.chain.clone(), key).unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => head.push(byte),
                        Err(_) => break,
                    }
                }
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").await;
                let _ = stream.shutdown().await;
            }
        });
        Self { address, _task: task }
    }

    /// One request with these settings, to the server as `name`.
    async fn ask(&self, name: &str, tls: &TlsOptions) -> Result<String, HttpError> {
        let proxy = ProxyOptions { proxy_disable: true, ..ProxyOptions::default() };
        let transport = Transport::wire(&TransportOptions::new(Limits::default(), &proxy, tls)?)?;
        let url = format!("https://{name}:{}/", self.address.port());
        let answer = transport.send(http::Request::get(url).body(Bytes::new()).unwrap()).await?;
        Ok(String::from_utf8(answer.bytes(100).await?).unwrap())
    }
}

fn trusting(authority: &Authority) -> TlsOptions {
    TlsOptions { certificate_authorities: vec![authority.pem()], ..TlsOptions::default() }
}

#[track_caller]
fn refused(answer: Result<String, HttpError>, text: &str, hint: &str) {
    let error = answer.expect_err("refused");
    assert!(error.to_string().contains(text), "{error}");
    assert!(error.hint().contains(hint), "{error}: {}", error.hint());
}

#[tokio::test]
async fn a_given_authority_is_trusted_and_another_is_not() {
    let authority = Authority::new();
    let server = Server::start(&authority.issue("localhost"), None).await;
    assert_eq!(server.ask("localhost", &trusting(&authority)).await.unwrap(), "ok");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let by_file = TlsOptions { certificate_authorities: vec![file.display().to_string()], ..TlsOptions::default() };
    assert_eq!(server.ask("localhost", &by_file).await.unwrap(), "ok");

    let stranger = server.ask("localhost", &trusting(&Authority::new())).await;
    refused(stranger, "UnknownIssuer", "name its authority in `ssl.certificate_authorities`");
    let system = server.ask("localhost", &TlsOptions::default()).await;
    refused(system, "UnknownIssuer", "name its authority in `ssl.certificate_authorities`");
}

#[tokio::test]
async fn the_name_counts_unless_told_otherwise() {
    let authority = Authority::new();
    let server = Server::start(&authority.issue("es.example.org"), None).await;
    let full = trusting(&authority);
    refused(server.ask("localhost", &full).await, "not valid for name", "the certificate is for another name");
    let certificate = TlsOptions { verification_mode: Verification::Certificate, ..full };
    assert_eq!(server.ask("localhost", &certificate).await.unwrap(), "ok");
    let stranger = TlsOptions { verification_mode: Verification::Certificate, ..trusting(&Authority::new()) };
    refused(server.ask("localhost", &stranger).await, "UnknownIssuer", "certificate_authorities");
    let none = TlsOptions { verification_mode: Verification::None, ..TlsOptions::default() };
    assert_eq!(server.ask("localhost", &none).await.unwrap(), "ok");
}

#[tokio::test]
async fn a_pinned_certificate_is_an_authority() {
    let authority = Authority::new();
    let issued = authority.issue("localhost");
    let server = Server::start(&issued, None).await;
    let pin =
        |certificate| TlsOptions { ca_trusted_fingerprint: Some(fingerprint(certificate)), ..TlsOptions::default() };
    assert_eq!(server.ask("localhost", &pin(&issued.chain[1])).await.unwrap(), "ok", "the authority");
    assert_eq!(server.ask("localhost", &pin(&issued.chain[0])).await.unwrap(), "ok", "the server's own");
    let other = pin(Authority::new().0.der());
    refused(server.ask("localhost", &other).await, "UnknownIssuer", "ca_trusted_fingerprint");
}

#[tokio::test]
async fn a_certificate_that_is_its_own_authority_can_be_pinned_or_listed() {
    let issued = self_signed();
    let server = Server::start(&issued, None).await;
    let pinned = TlsOptions { ca_trusted_fingerprint: Some(fingerprint(&issued.chain[0])), ..TlsOptions::default() };
    assert_eq!(server.ask("localhost", &pinned).await.unwrap(), "ok");
    refused(server.ask("127.0.0.1", &pinned).await, "not valid for name", "another name");
    let listed = TlsOptions { certificate_authorities: vec![issued.pem.clone()], ..TlsOptions::default() };
    assert_eq!(server.ask("localhost", &listed).await.unwrap(), "ok");
    refused(server.ask("localhost", &TlsOptions::default()).await, "CaUsedAsEndEntity", "ca_trusted_fingerprint");
}

#[tokio::test]
async fn a_server_that_wants_our_certificate_gets_it() {
    let authority = Authority::new();
    let server = Server::start(&authority.issue("localhost"), Some(&authority)).await;
    let ours = authority.issue("o365collector");
    let identity = TlsOptions {
        certificate: Some(ours.pem.clone()),
        key: Some(Secret::from(ours.key.serialize_pem())),
        ..trusting(&authority)
    };
    assert_eq!(server.ask("localhost", &identity).await.unwrap(), "ok");
    let nobody = server.ask("localhost", &trusting(&authority)).await;
    refused(nobody, "CertificateRequired", "set `ssl.certificate` and `ssl.key`");
}

#[test]
fn what_cannot_be_used_is_named_with_its_remedy() {
    let authority = Authority::new();
    let ours = authority.issue("o365collector");
    let folder = tempfile::tempdir().unwrap();
    let der = folder.path().join("ca.der");
    std::fs::write(&der, authority.0.der()).unwrap();
    let key = |text: &str, passphrase: Option<&str>| TlsOptions {
        certificate: Some(ours.pem.clone()),
        key: Some(Secret::from(text)),
        key_passphrase: passphrase.map(Secret::from),
        ..TlsOptions::default()
    };
    let authorities = |file: &str| TlsOptions { certificate_authorities: vec![file.into()], ..TlsOptions::default() };
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n";
    let stranger = KeyPair::generate().unwrap().serialize_pem();
    for (options, text, hint) in [
        (authorities("/nowhere/ca.pem"), "`ssl.certificate_authorities`: cannot read `/nowhere/ca.pem`", "path"),
        (authorities(der.to_str().unwrap()), "holds no certificate in PEM form", "-inform der"),
        (key(&ours.pem, None), "`ssl.key`: the text in the settings holds no private key", "-inform der"),
        (key(old, None), "is encrypted in OpenSSL's old form", "openssl pkcs8 -topk8"),
        (key(ENCRYPTED, None), "`ssl.key_passphrase` is missing", "set `ssl.key_passphrase`"),
        (key(ENCRYPTED, Some("wrong")), "`ssl.key_passphrase` does not open it", "check the passphrase"),
        (key(&stranger, None), "`ssl.certificate`: the text in the settings cannot be used", "belongs to the first"),
    ] {
        let error = client_config(&options).expect_err(text);
        assert!(error.to_string().contains(text), "{error}");
        assert!(error.hint().contains(hint), "{error}: {}", error.hint());
    }
}

#[test]
fn an_encrypted_key_is_opened_with_its_passphrase() {
    let options = TlsOptions {
        certificate: Some(CERTIFICATE.into()),
        key: Some(Secret::from(ENCRYPTED)),
        key_passphrase: Some(Secret::from("opensesame")),
        ..TlsOptions::default()
    };
    assert!(client_config(&options).unwrap().is_some_and(|config| config.client_auth_cert_resolver.has_certs()));
}

/// Made by `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500`.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBhzCCAS2gAwIBAgIUf40ZvySeMCu/Gh5cTI5Y1KB+N7YwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNbzM2NWNvbGxlY3RvcjAgFw0yNjExMjExMDAyMjlaGA8yMTI2
MTAyODEwMDIyOVowGDEWMBQGA1UEAwwNbzM2NWNvbGxlY3RvcjBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABJ4tly37DTyQciKebmGj1uIIOghP9NWl7ygs134XZ5Uo
+UbNsvP1PFm13NWOvQs6ba8WhQZU35edKhdyA09FYP6jUzBRMB0GA1UdDgQWBBSW
/H/+fvhakhh4rIKFjWRwF0DUVTAfBgNVHSMEGDAWgBSW/H/+fvhakhh4rIKFjWRw
F0DUVTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIExYZHGcRwYi
lOySDCpLuqcFLD0tdPTzsw5HfNwZ5bCKAiEAmwDZw2tHTpTN4iIzBNmyUInPFH7C
hkQYLSIEbnhU3b4=
-----END CERTIFICATE-----";

/// Its key, by `openssl pkcs8 -topk8 -v2 aes256 -passout pass:opensesame`.
const ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjGNcRoFKubuwICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEIUwA4jRDYhI0jFwZVbqzNoEgZCB
XtDrUhchpq+5L9xlkGfva8VHXASKmCpk8bOHGBwJ1h2zz9HSlrlKID+gkI1ab9i8
Ha7jRzHulsYl9lqYrVeaOI5X29m4QHLIRHMrG6SFEZEdNrHmOGGJtU9SwU2FM3DB
/yLTCge3tZUVI+93k9kjEZnM75u7xqEt+Qi84W8u5dVq13zur4uIzu9UvUytFwc=
-----END ENCRYPTED PRIVATE KEY-----";
