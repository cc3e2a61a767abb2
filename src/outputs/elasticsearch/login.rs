//! How we say who we are.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use url::Url;

use super::Options;
use crate::outputs::WriteError;
use crate::secret::{ExposeSecret, Secret};
use crate::settings::sensitive::{self, given};

/// What goes into `Authorization`. `Debug` shows nothing of it.
#[derive(Clone, Debug)]
pub(super) enum Login {
    /// Nothing.
    Nobody,
    /// Always the same; marked sensitive.
    Header(HeaderValue),
    /// A token that its owner replaces now and then.
    File(PathBuf),
}

impl Login {
    /// What the settings say.
    pub(super) fn new(options: &Options) -> Result<Self, WriteError> {
        if let Some(key) = given(options.api_key.as_ref()) {
            let key = key.expose_secret();
            let encoded = if key.contains(':') { STANDARD.encode(key) } else { key.to_owned() };
            return header(format!("ApiKey {encoded}"), "api_key");
        }
        if let Some(token) = given(options.bearer_token.as_ref()) {
            return header(format!("Bearer {}", token.expose_secret()), "bearer_token");
        }
        if let Some(file) = &options.bearer_token_file {
            return Ok(Self::File(file.clone()));
        }
        if let Some(auth) = given(options.cloud.auth.as_ref()) {
            return header(format!("Basic {}", STANDARD.encode(auth.expose_secret())), "cloud.auth");
        }
        match (&options.username, given(options.password.as_ref())) {
            (Some(user), Some(password)) if !user.is_empty() => basic(user, password),
            _ => Ok(Self::Nobody),
        }
    }

    /// What stands in a host's URL (`https://user:password@host`), taken out of it.
    pub(super) fn take_from(url: &mut Url) -> Result<Option<Self>, WriteError> {
        if url.username().is_empty() {
            return Ok(None);
        }
        let decode = |text| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (user, password) = (decode(url.username()), Secret::from(decode(url.password().unwrap_or_default())));
        // Both fail only for URLs that cannot have a host, and this one has.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        basic(&user, &password).map(Some)
    }

    /// The header's value now. A token's file is read each time: it is small, and may have changed.
    pub(super) fn value(&self) -> Result<Option<HeaderValue>, WriteError> {
        match self {
            Self::Nobody => Ok(None),
            Self::Header(value) => Ok(Some(value.clone())),
            Self::File(path) => {
                let token = sensitive::read(path).map_err(|source| WriteError::Io { path: path.clone(), source })?;
                match header(format!("Bearer {}", token.expose_secret()), "bearer_token_file")? {
                    Self::Header(value) => Ok(Some(value)),
                    _ => Ok(None),
                }
            }
        }
    }
}

fn basic(user: &str, password: &Secret) -> Result<Login, WriteError> {
    let text = Secret::from(format!("{user}:{}", password.expose_secret()));
    header(format!("Basic {}", STANDARD.encode(text.expose_secret())), "password")
}

fn header(text: String, setting: &str) -> Result<Login, WriteError> {
    let text = Secret::from(text);
    let mut value = HeaderValue::from_str(text.expose_secret()).map_err(|_| WriteError::Setup {
        problem: format!("`{setting}` holds characters that cannot stand in a header"),
        hint: "check for line breaks and blanks that were copied along",
    })?;
    value.set_sensitive(true);
    Ok(Login::Header(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(options: &Options) -> String {
        let login = Login::new(options).unwrap();
        assert!(!format!("{login:?}").contains("s3cret"), "{login:?}");
        login.value().unwrap().map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    #[test]
    fn each_credential_has_its_header() {
        let base = Options::default;
        assert_eq!(value(&base()), "");
        assert_eq!(value(&Options { api_key: Some("id:s3cret".into()), ..base() }), "ApiKey aWQ6czNjcmV0");
        assert_eq!(value(&Options { api_key: Some("aWQ6czNjcmV0".into()), ..base() }), "ApiKey aWQ6czNjcmV0");
        assert_eq!(value(&Options { bearer_token: Some("s3cret".into()), ..base() }), "Bearer s3cret");
        let user = Options { username: Some("u".into()), password: Some("s3cret".into()), ..base() };
        assert_eq!(value(&user), "Basic dTpzM2NyZXQ=");
        let mut cloud = base();
        cloud.cloud.auth = Some("u:s3cret".into());
        assert_eq!(value(&cloud), "Basic dTpzM2NyZXQ=");
        let broken = Login::new(&Options { bearer_token: Some("s3cret\n".into()), ..base() }).unwrap_err();
        assert!(broken.to_string().contains("bearer_token") && !format!("{broken:?}").contains("s3cret"));
    }

    #[test]
    fn a_login_in_a_url_is_taken_out_of_it() {
        let mut url = Url::parse("https://el%40stic:s%263=+c@es:9200/").unwrap();
        let login = Login::take_from(&mut url).unwrap().unwrap();
        assert_eq!(url.as_str(), "https://es:9200/");
        assert_eq!(login.value().unwrap().unwrap(), format!("Basic {}", STANDARD.encode("el@stic:s&3=+c")));
    }

    #[test]
    fn a_token_file_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let options = Options { bearer_token_file: Some(file.clone()), ..Options::default() };
        let login = Login::new(&options).unwrap();
        assert!(login.value().unwrap_err().to_string().contains("token"));
        for token in ["first", "second\n"] {
            std::fs::write(&file, token).unwrap();
            assert_eq!(login.value().unwrap().unwrap(), format!("Bearer {}", token.trim()));
        }
    }
}
