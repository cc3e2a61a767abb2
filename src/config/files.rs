//! Which files hold the settings.

use std::path::{Path, PathBuf};

use crate::settings::Problems;

/// The file that is read when none is named.
pub const DEFAULT_FILE: &str = "o365collector.yml";
/// Where packages put it.
pub const SYSTEM_FOLDER: &str = "/etc/o365collector";

/// Finds the files: those that were named, or the default one; notes the paths tried for each that is not there.
///
/// A relative name counts from `folder` (`--path.config`), else from the working directory, then from
/// `/etc/o365collector`.
pub fn find(named: &[PathBuf], folder: Option<&Path>, problems: &mut Problems) -> Vec<PathBuf> {
    let folders =
        folder.map_or_else(|| vec![PathBuf::new(), PathBuf::from(SYSTEM_FOLDER)], |folder| vec![folder.to_owned()]);
    let default = [PathBuf::from(DEFAULT_FILE)];
    let mut found = Vec::new();
    for name in if named.is_empty() { &default } else { named } {
        let tried: Vec<PathBuf> = if name.is_absolute() {
            vec![name.clone()]
        } else {
            folders.iter().map(|folder| folder.join(name)).collect()
        };
        if let Some(path) = tried.iter().find(|path| path.exists()) {
            found.push(path.clone());
            continue;
        }
        let shown: Vec<String> = tried.iter().map(|path| format!("`{}`", absolute(path).display())).collect();
        problems
            .add("", format!("no configuration file: tried {}", shown.join(", ")))
            .hint("name one with `-c FILE`, or see `o365collector demo`, which needs none");
    }
    found
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_paths_tried() {
        let folder = tempfile::tempdir().unwrap();
        let mut problems = Problems::default();
        assert!(find(&[], Some(folder.path()), &mut problems).is_empty());
        let tried = folder.path().join(DEFAULT_FILE);
        assert!(problems.to_string().starts_with(&format!("no configuration file: tried `{}`; ", tried.display())));

        std::fs::write(&tried, "").unwrap();
        assert_eq!(find(&[], Some(folder.path()), &mut Problems::default()), [tried]);
    }
}
