//! Who may read and write a file.

use std::fmt::{self, Display};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Problems;

/// A file's mode as Unix writes it, in octal: `0600`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Permissions(u32);

impl Permissions {
    /// Only we may read and write: `0600`, for audit records are personal data.
    pub const OURS: Self = Self(0o600);

    /// The mode bits.
    pub const fn mode(self) -> u32 {
        self.0
    }
}

impl Default for Permissions {
    fn default() -> Self {
        Self::OURS
    }
}

impl TryFrom<String> for Permissions {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.trim().trim_start_matches("0o");
        u32::from_str_radix(digits, 8)
            .ok()
            .filter(|mode| *mode <= 0o777)
            .map(Self)
            .ok_or_else(|| format!("expected a file mode such as `0600`, found `{text}`"))
    }
}

impl From<Permissions> for String {
    fn from(permissions: Permissions) -> Self {
        permissions.to_string()
    }
}

impl Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

/// Notes at `path` when someone else than root and we could write `file`, and so change what we do.
///
/// A file that is not there, or no regular file, is not judged here.
#[cfg(unix)]
pub fn check_ours(file: &Path, path: &str, problems: &mut Problems) {
    use std::os::unix::fs::MetadataExt;
    let Ok(metadata) = std::fs::metadata(file) else { return };
    if !metadata.is_file() {
        return;
    }
    let name = file.display();
    if metadata.mode() & 0o022 != 0 {
        problems
            .add(path, format!("others may write `{name}` (its mode is {:04o})", metadata.mode() & 0o777))
            .hint(format!("`chmod go-w {name}`, or `--strict.perms=false`"));
    }
    let we = rustix::process::geteuid().as_raw();
    if metadata.uid() != 0 && metadata.uid() != we {
        problems
            .add(path, format!("`{name}` belongs to user {}, who could change it", metadata.uid()))
            .hint(format!("`chown root {name}`, or `--strict.perms=false`"));
    }
}

/// Elsewhere than on Unix, files have no mode.
#[cfg(not(unix))]
pub fn check_ours(_: &Path, _: &str, _: &mut Problems) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_octal() {
        let mode = |text: &str| Permissions::try_from(text.to_owned()).map(Permissions::mode);
        assert_eq!(mode("0600"), Ok(0o600));
        assert_eq!(mode("640"), Ok(0o640));
        assert!(mode("0900").is_err());
        assert!(mode("7777").is_err());
        assert_eq!(Permissions::OURS.to_string(), "0600");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_write_is_noted() {
        use std::os::unix::fs::PermissionsExt;
        let file = tempfile::NamedTempFile::new().unwrap();
        for (mode, expected) in [(0o600, 0), (0o644, 0), (0o664, 1), (0o646, 1)] {
            std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).unwrap();
            let mut problems = Problems::default();
            check_ours(file.path(), "", &mut problems);
            assert_eq!(problems.len(), expected, "{mode:o}");
        }
    }
}
