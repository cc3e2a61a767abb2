//! Who we are: a certificate and its private key.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::{TlsError, certificates, place, read, unusable};
use crate::secret::{ExposeSecret, Secret};
use crate::settings::{TlsOptions, sensitive};

const PKCS8: &str = "ENCRYPTED PRIVATE KEY";

/// Our certificate, those that vouch for it, and its key.
pub(super) struct Identity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
    /// Where the certificate comes from, for errors.
    pub(super) place: String,
}

/// Reads what `ssl.certificate`, `ssl.key` and `ssl.key_passphrase` name.
pub(super) fn load(options: &TlsOptions) -> Result<Option<Identity>, TlsError> {
    let (Some(certificate), Some(key)) = (&options.certificate, sensitive::given(options.key.as_ref())) else {
        return Ok(None);
    };
    let chain = certificates("certificate", certificate)?;
    let key = private_key(key, sensitive::given(options.key_passphrase.as_ref()))?;
    Ok(Some(Identity { chain, key, place: place(certificate) }))
}

fn private_key(setting: &Secret, passphrase: Option<&Secret>) -> Result<PrivateKeyDer<'static>, TlsError> {
    let typed = setting.expose_secret();
    // Wiped when it is dropped.
    let pem = Secret::from(read("key", typed)?);
    let pem = pem.expose_secret();
    if let Some(encrypted) = section(pem, PKCS8) {
        return decrypt(encrypted, passphrase, typed);
    }
    if pem.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(TlsError::Encrypted {
            place: place(typed),
            why: " in OpenSSL's old form, which is not read",
            hint: "convert it to PKCS#8: `openssl pkcs8 -topk8 -in OLD -out NEW`",
        });
    }
    PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|error| match error {
        rustls::pki_types::pem::Error::NoItemsFound => {
            TlsError::NoPem { setting: "key", place: place(typed), wanted: "private key" }
        }
        other => unusable("key", place(typed), other),
    })
}

fn decrypt(pem: &str, passphrase: Option<&Secret>, typed: &str) -> Result<PrivateKeyDer<'static>, TlsError> {
    let Some(passphrase) = passphrase else {
        return Err(TlsError::Encrypted {
            place: place(typed),
            why: " and `ssl.key_passphrase` is missing",
            hint: "set `ssl.key_passphrase`, from the keystore or a variable",
        });
    };
    let refused = |_| TlsError::Encrypted {
        place: place(typed),
        why: " and `ssl.key_passphrase` does not open it",
        hint: "check the passphrase; read are PBES2 keys with AES, as `openssl pkcs8 -topk8 -v2 aes256` writes them",
    };
    let (_, document) = pkcs8::SecretDocument::from_pem(pem).map_err(|error| unusable("key", place(typed), error))?;
    let encrypted = pkcs8::EncryptedPrivateKeyInfo::try_from(document.as_bytes())
        .map_err(|error| unusable("key", place(typed), error))?;
    let key = encrypted.decrypt(passphrase.expose_secret()).map_err(refused)?;
    Ok(PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into())
}

/// The section `label` of PEM text, markers included.
fn section<'a>(pem: &'a str, label: &str) -> Option<&'a str> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let start = pem.find(&begin)?;
    let length = pem[start..].find(&end)? + end.len();
    Some(&pem[start..start + length])
}
