//! Texts with holes that events fill: Beats' format strings.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

use chrono::format::{Fixed, Item, Numeric, Pad};
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// A text such as `audit-%{[event.dataset]:other}-%{+yyyy.MM.dd}`, read once and rendered for each event.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct FormatString {
    typed: String,
    pieces: Vec<Piece>,
}

/// A part of a format string.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Text that stays as it is.
    Literal(String),
    /// `%{[path]:default}`: the value of a field.
    Field {
        /// The field's dotted name.
        path: String,
        /// What stands where the event has no such field; without it nothing can be rendered.
        default: Option<String>,
    },
    /// `%{+yyyy.MM.dd}`: the event's time in UTC.
    Date(Vec<Item<'static>>),
}

impl FormatString {
    /// What was typed.
    pub fn as_typed(&self) -> &str {
        &self.typed
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.typed.is_empty()
    }

    /// The parts in their order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The text for one event, or `None` when a field without a default is missing.
    pub fn render<'a>(&self, field: impl Fn(&str) -> Option<Cow<'a, str>>, time: Timestamp) -> Option<String> {
        let mut text = String::with_capacity(self.typed.len());
        for piece in &self.pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Field { path, default } => match (field(path), default) {
                    (Some(value), _) => text.push_str(&value),
                    (None, Some(default)) => text.push_str(default),
                    (None, None) => return None,
                },
                Piece::Date(items) => write!(text, "{}", time.format_with_items(items.iter())).ok()?,
            }
        }
        Some(text)
    }
}

impl std::str::FromStr for FormatString {
    type Err = String;
    fn from_str(typed: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = typed;
        while let Some(start) = rest.find("%{") {
            let (literal, hole) = rest.split_at(start);
            push_literal(&mut pieces, literal);
            let end = hole.find('}').ok_or_else(|| format!("expected a `}}` after `{hole}`"))?;
            pieces.push(piece(&hole[2..end])?);
            rest = &hole[end + 1..];
        }
        push_literal(&mut pieces, rest);
        Ok(Self { typed: typed.to_owned(), pieces })
    }
}

impl TryFrom<String> for FormatString {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<FormatString> for String {
    fn from(format: FormatString) -> Self {
        format.typed
    }
}

impl Display for FormatString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed)
    }
}

fn push_literal(pieces: &mut Vec<Piece>, literal: &str) {
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal.to_owned()));
    }
}

fn piece(hole: &str) -> Result<Piece, String> {
    if let Some(pattern) = hole.strip_prefix('+') {
        return date(pattern).map(Piece::Date);
    }
    let field = hole.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match field {
        Some((path, after)) if !path.is_empty() && (after.is_empty() || after.starts_with(':')) => {
            let default = after.strip_prefix(':').map(str::to_owned);
            Ok(Piece::Field { path: path.to_owned(), default })
        }
        _ => Err(format!(
            "expected `%{{[field.name]}}`, `%{{[field.name]:default}}` or `%{{+yyyy.MM.dd}}`, found `%{{{hole}}}`"
        )),
    }
}

/// Reads a date pattern of Joda time, whose letters Beats uses.
fn date(pattern: &str) -> Result<Vec<Item<'static>>, String> {
    let mut items = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(first).len();
        let (letters, after) = rest.split_at(run);
        rest = after;
        if first == '\'' {
            // Joda's quotes: text between them is literal, two of them are one.
            let (quoted, after) = rest.split_once('\'').unwrap_or(("'", rest));
            items.push(Item::OwnedLiteral(quoted.into()));
            rest = after;
        } else if first.is_ascii_alphabetic() {
            items.push(date_item(letters).ok_or_else(|| {
                format!("expected yyyy MM dd HH mm ss, ww and xxxx (week) or DDD (day of the year), found `{letters}`")
            })?);
        } else {
            items.push(Item::OwnedLiteral(letters.into()));
        }
    }
    Ok(items)
}

fn date_item(letters: &str) -> Option<Item<'static>> {
    let number = |numeric| Some(Item::Numeric(numeric, if letters.len() > 1 { Pad::Zero } else { Pad::None }));
    match letters {
        "yy" => number(Numeric::YearMod100),
        "y" | "yyyy" | "Y" | "YYYY" => number(Numeric::Year),
        "xx" => number(Numeric::IsoYearMod100),
        "x" | "xxxx" => number(Numeric::IsoYear),
        "M" | "MM" => number(Numeric::Month),
        "MMM" => Some(Item::Fixed(Fixed::ShortMonthName)),
        "MMMM" => Some(Item::Fixed(Fixed::LongMonthName)),
        "d" | "dd" => number(Numeric::Day),
        "D" | "DDD" => number(Numeric::Ordinal),
        "w" | "ww" => number(Numeric::IsoWeek),
        "e" => number(Numeric::WeekdayFromMon),
        "E" | "EEE" => Some(Item::Fixed(Fixed::ShortWeekdayName)),
        "EEEE" => Some(Item::Fixed(Fixed::LongWeekdayName)),
        "H" | "HH" => number(Numeric::Hour),
        "h" | "hh" => number(Numeric::Hour12),
        "m" | "mm" => number(Numeric::Minute),
        "s" | "ss" => number(Numeric::Second),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(format: &str) -> Option<String> {
        let field = |path: &str| (path == "agent.name").then_some(Cow::Borrowed("host1"));
        format.parse::<FormatString>().unwrap().render(field, crate::time::parse("2027-01-02T03:04:05.678Z").unwrap())
    }

    #[test]
    fn holes_are_filled_from_the_event() {
        for (format, text) in [
            ("plain 100%", "plain 100%"),
            ("o365-%{[agent.name]}-%{+yyyy.MM.dd}", "o365-host1-2027.01.02"),
            ("%{[organization.name]:none}", "none"),
            ("%{[agent.name]:none}", "host1"),
            ("week-%{+xxxx.ww}", "week-2026.53"),
            ("%{+yy-M-d HH:mm:ss}", "27-1-2 03:04:05"),
            ("%{+yyyyMMdd'T'HH}", "20270102T03"),
        ] {
            assert_eq!(render(format).as_deref(), Some(text), "{format}");
        }
        assert_eq!(render("%{[organization.name]}"), None);
    }

    #[test]
    fn a_wrong_hole_is_refused_when_it_is_read() {
        for format in ["%{agent.name}", "%{[agent.name}", "%{[]}", "%{[a]b}", "%{+qqq}", "audit-%{+yyyy"] {
            assert!(format.parse::<FormatString>().is_err(), "{format}");
        }
    }
}
