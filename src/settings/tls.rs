//! How we prove who the other side is, and who we are: Beats' `ssl`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Problems, did_you_mean, sensitive};
use crate::secret::Secret;

const PROTOCOLS: [&str; 2] = ["TLSv1.2", "TLSv1.3"];

/// The settings below `ssl`, named as in Beats.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsOptions {
    /// Whether these settings count; default true.
    pub enabled: bool,
    /// How much of the other side's certificate is checked; default `full`.
    pub verification_mode: Verification,
    /// Who may vouch for the other side: PEM files, or PEM text; default: the system's authorities.
    pub certificate_authorities: Vec<String>,
    /// SHA-256 of an authority's certificate in hexadecimal, trusted besides the others; default none.
    pub ca_trusted_fingerprint: Option<String>,
    /// Our own certificate: a PEM file, or PEM text; default none.
    pub certificate: Option<String>,
    /// Its private key: a PEM file, or PEM text; default none.
    #[serde(serialize_with = "mask_inline")]
    pub key: Option<Secret>,
    /// What decrypts the key; default none.
    #[serde(serialize_with = "sensitive::mask")]
    pub key_passphrase: Option<Secret>,
    /// The versions to speak; default `[TLSv1.2, TLSv1.3]`.
    pub supported_protocols: Vec<String>,
}

/// How much of a certificate is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// Its authority and its name; default.
    #[default]
    Full,
    /// As `full`; the name must stand in the subject alternative names.
    Strict,
    /// Its authority, not its name.
    Certificate,
    /// Nothing: anyone may pretend to be the other side.
    None,
}

impl Default for TlsOptions {
    fn default() -> Self {
        Self {
            enabled: true,
            verification_mode: Verification::Full,
            certificate_authorities: Vec::new(),
            ca_trusted_fingerprint: None,
            certificate: None,
            key: None,
            key_passphrase: None,
            supported_protocols: PROTOCOLS.map(str::to_owned).to_vec(),
        }
    }
}

impl TlsOptions {
    /// Notes what is wrong with them.
    pub fn check(&self, problems: &mut Problems) {
        if self.certificate.is_some() != sensitive::given(self.key.as_ref()).is_some() {
            let missing = if self.certificate.is_some() { "key" } else { "certificate" };
            problems.add(missing, "missing").hint("`certificate` and `key` belong together");
        }
        for (index, protocol) in self.supported_protocols.iter().enumerate() {
            if !PROTOCOLS.contains(&protocol.as_str()) {
                let near = did_you_mean(protocol, PROTOCOLS).unwrap_or(PROTOCOLS[1]);
                problems
                    .add(format_args!("supported_protocols.{index}"), format!("`{protocol}` is not spoken"))
                    .hint(format!("use `{near}`"));
            }
        }
        if self.fingerprint().is_some_and(|digest| digest.is_none()) {
            problems.add("ca_trusted_fingerprint", "expected a SHA-256 in hexadecimal: 64 digits, colons allowed");
        }
        for (index, authority) in self.certificate_authorities.iter().enumerate() {
            check_readable(authority, format_args!("certificate_authorities.{index}"), problems);
        }
        if let Some(certificate) = &self.certificate {
            check_readable(certificate, "certificate", problems);
        }
        if let Some(key) = key_file(self.key.as_ref()) {
            check_readable(&key, "key", problems);
        }
    }

    /// The digest of `ca_trusted_fingerprint`: 32 bytes, or `Some(None)` when it cannot be read.
    pub fn fingerprint(&self) -> Option<Option<[u8; 32]>> {
        let text: String = self.ca_trusted_fingerprint.as_ref()?.chars().filter(|c| *c != ':').collect();
        let mut digest = [0; 32];
        let readable = text.len() == 64
            && text.is_ascii()
            && digest.iter_mut().enumerate().all(|(index, byte)| {
                let parsed = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16);
                parsed.map(|value| *byte = value).is_ok()
            });
        Some(readable.then_some(digest))
    }

    /// Makes the names of files relative to `base`, the folder of the configuration.
    pub fn resolve(&mut self, base: &Path) {
        let resolve = |text: &mut String| {
            if !is_inline(text) {
                *text = base.join(&*text).display().to_string();
            }
        };
        self.certificate_authorities.iter_mut().for_each(resolve);
        self.certificate.iter_mut().for_each(resolve);
        if let Some(mut key) = key_file(self.key.as_ref()) {
            resolve(&mut key);
            self.key = Some(Secret::from(key));
        }
    }

    /// The private key's file, if it is not written into the settings themselves.
    pub fn key_file(&self) -> Option<PathBuf> {
        key_file(self.key.as_ref()).map(PathBuf::from)
    }
}

/// Whether a setting holds PEM text rather than the name of a file.
pub fn is_inline(text: &str) -> bool {
    text.trim_start().starts_with("-----BEGIN")
}

fn key_file(key: Option<&Secret>) -> Option<String> {
    use crate::secret::ExposeSecret;
    let text = sensitive::given(key)?.expose_secret();
    (!is_inline(text)).then(|| text.to_owned())
}

fn check_readable(text: &str, path: impl std::fmt::Display, problems: &mut Problems) {
    if is_inline(text) {
        return;
    }
    if let Err(error) = std::fs::File::open(text) {
        problems.add(path, format!("cannot read `{text}`: {error}"));
    }
}

/// Shows the name of a key's file, and stars for the key itself.
#[expect(clippy::ref_option, reason = "the shape serde asks for")]
fn mask_inline<S: serde::Serializer>(key: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    match key_file(key.as_ref()) {
        Some(file) => serializer.serialize_some(&file),
        None => sensitive::mask(key, serializer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(options: &TlsOptions) -> String {
        let mut problems = Problems::default();
        options.check(&mut problems);
        problems.to_string()
    }

    #[test]
    fn the_default_is_fine_and_halves_are_not() {
        assert_eq!(problems(&TlsOptions::default()), "");
        let half = TlsOptions { certificate: Some("-----BEGIN CERTIFICATE-----".into()), ..TlsOptions::default() };
        assert_eq!(problems(&half), "key: missing; `certificate` and `key` belong together");
        let old = TlsOptions { supported_protocols: vec!["TLSv1.1".into()], ..TlsOptions::default() };
        assert_eq!(problems(&old), "supported_protocols.0: `TLSv1.1` is not spoken; use `TLSv1.2`");
    }

    #[test]
    fn a_fingerprint_is_64_digits() {
        let with = |text: &str| TlsOptions { ca_trusted_fingerprint: Some(text.into()), ..TlsOptions::default() };
        assert_eq!(with(&"AB:".repeat(32)).fingerprint(), Some(Some([0xab; 32])));
        assert_eq!(with("abc").fingerprint(), Some(None));
        assert!(problems(&with("é")).starts_with("ca_trusted_fingerprint: expected a SHA-256"));
    }

    #[test]
    fn an_inline_key_is_never_shown() {
        let options =
            TlsOptions { key: Some(Secret::from("-----BEGIN PRIVATE KEY-----s3cret")), ..TlsOptions::default() };
        assert!(!format!("{options:?}{}", serde_json::to_string(&options).unwrap()).contains("s3cret"));
    }
}
