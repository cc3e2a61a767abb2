//! Secrets among the settings: read, compared with nothing, and shown as stars.

use std::io;
use std::path::Path;

use serde::Serializer;

use crate::secret::{ExposeSecret, Secret};

/// What stands for a secret wherever settings are shown.
pub const MASK: &str = "********";

/// The secret, unless it is missing or empty.
pub fn given(secret: Option<&Secret>) -> Option<&Secret> {
    secret.filter(|secret| !secret.expose_secret().is_empty())
}

/// Reads a secret from a file; white space at its end is not part of it.
pub fn read(path: &Path) -> io::Result<Secret> {
    // Wiped on every way out: a secret does not stay behind in freed memory.
    let text = Secret::from(std::fs::read_to_string(path)?);
    Ok(Secret::from(text.expose_secret().trim_end()))
}

/// Shows stars for a secret, and nothing where there is none. For `#[serde(serialize_with)]`.
pub fn mask<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    match given(secret.as_ref()) {
        Some(_) => serializer.serialize_some(MASK),
        None => serializer.serialize_none(),
    }
}

/// Shows a map's keys, and stars for its values. For `#[serde(serialize_with)]`.
pub fn mask_values<S: Serializer>(
    map: &std::collections::BTreeMap<String, Secret>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(map.keys().map(|key| (key, MASK)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_end_of_a_secret_file_is_not_part_of_the_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "a b~c\r\n").unwrap();
        assert_eq!(read(&path).unwrap().expose_secret(), "a b~c");
    }
}
