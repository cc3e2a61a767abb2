//! Amounts of memory as people write them.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
    ("B", 1),
];

/// A number of bytes: `10MiB` (1024²), `10MB` (1000²), `512KiB`; a bare number means bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ByteSize(u64);

impl ByteSize {
    /// That many times 1024² bytes.
    pub const fn mebibytes(count: u64) -> Self {
        Self(count << 20)
    }

    /// That many bytes.
    pub const fn bytes(count: u64) -> Self {
        Self(count)
    }

    /// The number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number of bytes, for counting memory.
    pub const fn as_usize(self) -> usize {
        self.0 as usize
    }
}

impl From<ByteSize> for String {
    fn from(size: ByteSize) -> Self {
        size.to_string()
    }
}

impl TryFrom<String> for ByteSize {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl std::str::FromStr for ByteSize {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        parse(text.trim())
            .map(Self)
            .ok_or_else(|| format!("expected a size such as `512KiB`, `10MiB` or `10MB`, found `{text}`"))
    }
}

impl Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binary = UNITS[..4].iter().find(|(_, size)| self.0 >= *size && self.0.is_multiple_of(*size));
        match binary {
            Some((unit, size)) => write!(f, "{}{unit}", self.0 / size),
            None => write!(f, "{}", self.0),
        }
    }
}

fn parse(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim();
    let size = match unit {
        "" => 1,
        _ => UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?.1,
    };
    match number.parse::<u64>() {
        Ok(whole) => whole.checked_mul(size),
        Err(_) => number.parse::<f64>().ok().map(|part| (part * size as f64) as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_write_them_and_are_written_back() {
        let cases = [
            ("10MiB", 10_485_760, "10MiB"),
            ("10MB", 10_000_000, "10000000"),
            ("512 kib", 524_288, "512KiB"),
            ("1.5GiB", 1_610_612_736, "1536MiB"),
            ("4096", 4096, "4KiB"),
            ("0", 0, "0"),
        ];
        for (text, bytes, shown) in cases {
            let size: ByteSize = text.parse().unwrap();
            assert_eq!((size.get(), size.to_string().as_str()), (bytes, shown), "{text}");
        }
        for text in ["", "MiB", "10 parsecs", "-1", "99999999999TiB"] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
    }
}
