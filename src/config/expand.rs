//! `${VAR}`, `${VAR:default}` and `${VAR:?message}`.

use std::path::PathBuf;
use std::sync::Arc;

use super::tree::{Node, Value, Variable};
use crate::settings::{Problem, Problems};

/// Looks a name up, as the environment does.
type Lookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Where the values of variables come from: systemd's credentials, then the environment.
///
/// The keystore will stand before both, as one more field.
#[derive(Clone)]
pub struct Variables {
    credentials: Option<PathBuf>,
    environment: Lookup,
}

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Variables").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

impl Variables {
    /// Those of this process.
    pub fn system() -> Self {
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        Self { credentials, environment: Arc::new(|name| std::env::var(name).ok()) }
    }

    /// Only these, for tests.
    pub fn fixed<const N: usize>(values: [(&str, &str); N]) -> Self {
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let lookup = move |wanted: &str| values.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        Self { credentials: None, environment: Arc::new(lookup) }
    }

    /// The same, with systemd's credentials in `folder`.
    pub fn with_credentials(mut self, folder: impl Into<PathBuf>) -> Self {
        self.credentials = Some(folder.into());
        self
    }

    /// The value of a variable; a credential's line end is not part of it.
    pub fn get(&self, name: &str) -> Option<String> {
        self.credential(name).or_else(|| (self.environment)(name))
    }

    fn credential(&self, name: &str) -> Option<String> {
        let is_file_name = !name.starts_with('.') && !name.contains(['/', '\\']);
        let file = self.credentials.as_ref().filter(|_| is_file_name)?.join(name);
        std::fs::read_to_string(file).ok().map(|text| text.trim_end().to_owned())
    }
}

/// Expands every variable in the tree, and notes those that have no value.
pub fn expand(node: &mut Node, path: &str, variables: &Variables, problems: &mut Problems) {
    let below = |step: &str| if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") };
    match &mut node.value {
        Value::Map(entries) => {
            for entry in entries {
                expand(&mut entry.node, &below(&entry.key), variables, problems);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                expand(item, &below(&index.to_string()), variables, problems);
            }
        }
        Value::Scalar { text, plain } if text.contains("${") => {
            let mut expansion = Expansion { variables, used: Vec::new(), is_secret: is_secret(path) };
            // What was empty only after expansion still means "nothing": `interval: ${INTERVAL:}` is the default.
            match expansion.expand(text) {
                Ok(expanded) => {
                    *text = expanded;
                    node.variables = expansion.used;
                }
                Err((wrong, hint)) => {
                    let (place, path) = (Some(node.place.clone()), path.to_owned());
                    problems.push(Problem { place, path, text: wrong, hint: Some(hint) });
                    (*text, *plain) = (String::new(), true);
                }
            }
        }
        Value::Scalar { .. } | Value::Removed => {}
    }
}

/// Whether the value of a setting must not be shown, not even when it stands where a variable's name belongs.
fn is_secret(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default();
    ["secret", "password", "passphrase", "token", "key", "auth"].iter().any(|word| name.ends_with(word))
        || path.contains(".headers.")
}

struct Expansion<'a> {
    variables: &'a Variables,
    used: Vec<Variable>,
    is_secret: bool,
}

/// What is wrong, and a hint.
type Wrong = (String, String);

impl Expansion<'_> {
    fn expand(&mut self, text: &str) -> Result<String, Wrong> {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            if let Some(before) = rest[..start].strip_suffix('$') {
                // `$${` is how a text says `${`.
                expanded.push_str(before);
                expanded.push_str("${");
                rest = &rest[start + 2..];
                continue;
            }
            expanded.push_str(&rest[..start]);
            let (inner, after) = closing(&rest[start + 2..]).ok_or_else(|| {
                ("a `${` has no `}`".to_owned(), "write `$${` for the characters themselves".to_owned())
            })?;
            expanded.push_str(&self.variable(inner)?);
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    fn variable(&mut self, inner: &str) -> Result<String, Wrong> {
        let (name, default) = match inner.split_once(':') {
            Some((name, default)) => (name.trim(), Some(default)),
            None => (inner.trim(), None),
        };
        let value = self.variables.get(name);
        let shown = if self.is_secret && !looks_like_a_variable(name) { "…".to_owned() } else { name.to_owned() };
        self.used.push(Variable { name: shown.clone(), is_set: value.as_ref().is_some_and(|value| !value.is_empty()) });
        match (value, default) {
            (Some(value), _) => Ok(value),
            (None, None | Some("")) if !is_a_name(name) => Err((
                format!("`${{{shown}}}` names a variable that cannot be"),
                "a value stands where a variable's name belongs: write the value without `${` and `}`".to_owned(),
            )),
            (None, Some(message)) if message.starts_with('?') => {
                let message = message[1..].trim();
                let text = if message.is_empty() { String::new() } else { format!(": {message}") };
                Err((format!("variable `{shown}` is not set{text}"), "set it in the environment".to_owned()))
            }
            (None, Some(default)) => self.expand(default),
            (None, None) => Err((
                format!("variable `{shown}` is not set"),
                format!("set it in the environment, or give a default: `${{{shown}:default}}`"),
            )),
        }
    }
}

/// Splits behind the brace that closes an open one.
fn closing(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[..at], &text[at + 1..]));
        }
    }
    None
}

/// Whether a shell would take it as a variable's name.
fn is_a_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether it is written as people write variables: `CLIENT_SECRET`. A secret hardly ever is.
fn looks_like_a_variable(name: &str) -> bool {
    is_a_name(name)
        && !name.contains(|c: char| c.is_ascii_lowercase())
        && (name.contains('_') || !name.contains(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Place;

    fn at(path: &str, text: &str) -> Result<String, String> {
        let place = Place { file: "a.yml".into(), line: 3 };
        let mut node = Node::plain(text, place);
        let mut problems = Problems::default();
        expand(&mut node, path, &Variables::fixed([("NAME", "contoso"), ("EMPTY", "")]), &mut problems);
        match node.value {
            Value::Scalar { text, .. } if problems.is_empty() => Ok(text),
            _ => Err(problems.to_string()),
        }
    }

    #[test]
    fn variables_have_values_defaults_and_messages() {
        for (text, expanded) in [
            ("${NAME}", "contoso"),
            ("a-${NAME}-${OTHER:b}", "a-contoso-b"),
            ("${OTHER:}", ""),
            ("${EMPTY:default}", ""),
            ("${OTHER:http://localhost:9200}", "http://localhost:9200"),
            ("${OTHER:${NAME}}", "contoso"),
            ("$${NAME} %{[a]}", "${NAME} %{[a]}"),
        ] {
            assert_eq!(at("id", text).as_deref(), Ok(expanded), "{text}");
        }
        assert_eq!(
            at("id", "${OTHER:?say who you are}").unwrap_err(),
            "a.yml:3: id: variable `OTHER` is not set: say who you are; set it in the environment"
        );
        assert!(at("id", "${OTHER}").unwrap_err().contains("variable `OTHER` is not set; set it in the environment"));
        assert!(at("id", "${NAME").is_err());
    }

    #[test]
    fn a_value_in_the_place_of_a_name_is_recognised() {
        for value in ["acme.onmicrosoft.com", "0b7e5a3c-1f2d-4c6b-8a9e-000000000001"] {
            let text = at("tenant_id", &format!("${{{value}:}}")).unwrap_err();
            assert!(text.contains(&format!("`${{{value}}}`")) && text.contains("write the value without"), "{text}");
        }
    }

    #[test]
    fn a_secret_in_the_place_of_a_name_is_not_shown() {
        for text in ["${s3~cret:}", "${s3cret}", "${s3cret:?missing}"] {
            let problem = at("connections.0.client_secret", text).unwrap_err();
            assert!(!problem.contains("cret}") && !problem.contains("s3"), "{problem}");
        }
        assert!(at("connections.0.client_secret", "${O365_CLIENT_SECRET}").unwrap_err().contains("O365_CLIENT_SECRET"));
    }

    #[test]
    fn a_credential_of_systemd_counts_before_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("NAME"), "from systemd\n").unwrap();
        let variables =
            Variables::fixed([("NAME", "from the environment"), ("../NAME", "x")]).with_credentials(folder.path());
        assert_eq!(variables.get("NAME").as_deref(), Some("from systemd"));
        assert_eq!(variables.get("OTHER"), None);
        assert_eq!(variables.get("../NAME").as_deref(), Some("x"));
    }
}
