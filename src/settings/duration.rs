//! Lengths of time as people write them.

use std::fmt::{self, Display};
use std::ops::Deref;
use std::time;

use serde::{Deserialize, Serialize};

const UNITS: [(&str, u128); 8] = [
    ("w", 604_800_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// A length of time: `30s`, `5m`, `1d`, `168h`, `1m30s`, `500ms`; a bare number means seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Duration(time::Duration);

impl Duration {
    /// That many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(time::Duration::from_secs(seconds))
    }

    /// That many thousandths of a second.
    pub const fn millis(millis: u64) -> Self {
        Self(time::Duration::from_millis(millis))
    }

    /// As the standard library has it.
    pub const fn get(self) -> time::Duration {
        self.0
    }
}

impl Deref for Duration {
    type Target = time::Duration;
    fn deref(&self) -> &time::Duration {
        &self.0
    }
}

impl From<time::Duration> for Duration {
    fn from(duration: time::Duration) -> Self {
        Self(duration)
    }
}

impl From<Duration> for time::Duration {
    fn from(duration: Duration) -> Self {
        duration.0
    }
}

impl From<Duration> for String {
    fn from(duration: Duration) -> Self {
        duration.to_string()
    }
}

impl TryFrom<String> for Duration {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl std::str::FromStr for Duration {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected a duration such as `30s`, `5m`, `1m30s` or `7d`, found `{text}`");
        parse(text.trim()).map(Self).ok_or_else(wrong)
    }
}

impl Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_nanos();
        if rest == 0 {
            return f.write_str("0s");
        }
        // Weeks are read but not written: `7d` and `14d` are what people say.
        for (unit, size) in &UNITS[1..] {
            if rest >= *size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

fn parse(text: &str) -> Option<time::Duration> {
    if let Ok(seconds) = text.parse::<f64>() {
        return time::Duration::try_from_secs_f64(seconds).ok();
    }
    let mut rest = text;
    let mut total = time::Duration::ZERO;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (value, after) = rest.split_at(number);
        let unit_end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let unit = if unit == "µs" { "us" } else { unit };
        let (_, size) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(span(value, *size)?)?;
        rest = after.trim_start();
    }
    (!text.is_empty()).then_some(total)
}

/// `value` units of `size` nanoseconds.
fn span(value: &str, size: u128) -> Option<time::Duration> {
    if let Ok(whole) = value.parse::<u64>() {
        return Some(time::Duration::from_nanos(u64::try_from(u128::from(whole).checked_mul(size)?).ok()?));
    }
    time::Duration::try_from_secs_f64(value.parse::<f64>().ok()? * size as f64 / 1e9).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_write_them_and_are_written_back() {
        let cases = [
            ("30s", 30_000, "30s"),
            ("5m", 300_000, "5m"),
            ("1m30s", 90_000, "1m30s"),
            ("168h", 604_800_000, "7d"),
            ("1d", 86_400_000, "1d"),
            ("1w", 604_800_000, "7d"),
            ("1.5h", 5_400_000, "1h30m"),
            ("1h 30m", 5_400_000, "1h30m"),
            ("90", 90_000, "1m30s"),
            ("0.5", 500, "500ms"),
            ("0", 0, "0s"),
        ];
        for (text, millis, shown) in cases {
            let duration: Duration = text.parse().unwrap();
            assert_eq!(
                (duration.get(), duration.to_string().as_str()),
                (time::Duration::from_millis(millis), shown),
                "{text}"
            );
        }
    }

    #[test]
    fn nonsense_is_refused_with_examples() {
        for text in ["", "5 parsecs", "m5", "-5s", "1..5h", "-1", "99999999999999999999w", "NaN"] {
            assert!(text.parse::<Duration>().unwrap_err().contains("expected a duration such as"), "{text}");
        }
    }
}
