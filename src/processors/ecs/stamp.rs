//! Times as ECS writes them, without reckoning where the text is good already.

use crate::event::Value;
use crate::time;

/// `2026-11-20T10:00:05.000Z` for a time in any spelling that [`time::parse`] reads.
pub(in super::super) fn timestamp(text: &str) -> Option<Value> {
    match text.get(..19) {
        Some(seconds) if matches!(&text[19..], "" | "Z") && is_canonical(seconds.as_bytes()) => {
            let mut stamp = String::with_capacity(24);
            stamp.push_str(seconds);
            stamp.push_str(".000Z");
            Some(stamp.into())
        }
        _ => time::parse(text).map(|time| time::format(time).into()),
    }
}

/// Whether `text` is `YYYY-MM-DDThh:mm:ss` of a day that every month has.
fn is_canonical(text: &[u8]) -> bool {
    let are_in_place = text.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        10 => *byte == b'T',
        13 | 16 => *byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let number = |at: usize| (text[at] - b'0') * 10 + (text[at + 1] - b'0');
    are_in_place
        && (1..=12).contains(&number(5))
        && (1..=28).contains(&number(8))
        && number(11) < 24
        && number(14) < 60
        && number(17) < 60
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let found = timestamp(text);
        match (&found, expected) {
            (Some(Value::Text(found)), Some(expected)) => assert_eq!(&**found, expected),
            (None, None) => {}
            _ => panic!("{text}: {found:?}"),
        }
    }

    #[test]
    fn times_become_utc_with_milliseconds() {
        check("2026-11-20T10:00:05", Some("2026-11-20T10:00:05.000Z"));
        check("2026-11-20T10:00:05Z", Some("2026-11-20T10:00:05.000Z"));
        check("2026-11-30T10:00:05.1234567Z", Some("2026-11-30T10:00:05.123Z"));
        check("2026-11-20T10:00:05+01:00", Some("2026-11-20T09:00:05.000Z"));
        for odd in ["2026-02-30T10:00:05", "2026-13-20T10:00:05", "20/11/2026 10:00:05", "", "ÄÄÄÄÄÄÄÄÄÄÄÄ"]
        {
            check(odd, None);
        }
    }
}
