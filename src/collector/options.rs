//! The settings of an input: what is collected from a connection.

use serde::{Deserialize, Serialize};

use crate::microsoft::CONTENT_TYPES;
use crate::processors::{Mapping, RawMembers};
use crate::settings::{Duration, Fields, Problems};

/// How long Microsoft keeps content.
pub const RETENTION: Duration = Duration::seconds(7 * 86_400);

/// One entry of `inputs`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct InputOptions {
    /// What kind of input it is; default `audit`.
    pub r#type: InputType,
    /// The id of the connection to collect from; default: the only one there is.
    pub connection: String,
    /// Whether it runs; default true.
    pub enabled: bool,
    /// What to collect; default: all but `DLP.All`, which needs a permission of its own.
    pub content_types: Vec<String>,
    /// How often Microsoft is asked for new content, from 1s; default 1m.
    pub interval: Duration,
    /// How far each pass looks back, for content that shows late; default 6h.
    pub overlap: Duration,
    /// How far the first run looks back, up to 7d; default 7d.
    #[serde(alias = "content_max_age")]
    pub initial_lookback: Duration,
    /// How records become events; default `ecs`.
    pub mapping: Mapping,
    /// Which of the record's own fields an event keeps below `o365.audit`; default `all`.
    pub raw: RawMembers,
    /// Whether an event carries the record's text in `event.original`; default false.
    pub preserve_original: bool,
    /// The names of the outputs that get the events; default: all.
    pub output: Vec<String>,
    /// Added to each event's `tags`; default none.
    pub tags: Vec<String>,
    /// Added to each event, below `fields`; default none.
    pub fields: Fields,
    /// Whether `fields` stand at the event's root; default false.
    pub fields_under_root: bool,
}

/// The kinds of input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InputType {
    /// The Office 365 Management Activity API; default.
    #[default]
    Audit,
}

impl Default for InputOptions {
    fn default() -> Self {
        Self {
            r#type: InputType::Audit,
            connection: String::new(),
            enabled: true,
            content_types: CONTENT_TYPES[..4].iter().map(|&name| name.to_owned()).collect(),
            interval: Duration::seconds(60),
            overlap: Duration::seconds(6 * 3600),
            initial_lookback: RETENTION,
            mapping: Mapping::Ecs,
            raw: RawMembers::All,
            preserve_original: false,
            output: Vec::new(),
            tags: Vec::new(),
            fields: Fields::new(),
            fields_under_root: false,
        }
    }
}

impl InputOptions {
    /// Spells the content types as Microsoft does, whatever their case; unknown ones stay as typed.
    pub fn resolve(&mut self) {
        for typed in &mut self.content_types {
            if let Some(name) = CONTENT_TYPES.iter().find(|name| name.eq_ignore_ascii_case(typed)) {
                (*name).clone_into(typed);
            }
        }
    }

    /// Notes what is wrong with it.
    pub fn check(&self, problems: &mut Problems) {
        if self.content_types.is_empty() {
            problems
                .add("content_types", "expected at least one")
                .hint(format!("known are {}", CONTENT_TYPES.join(", ")));
        }
        for (index, typed) in self.content_types.iter().enumerate() {
            let path = format!("content_types.{index}");
            if !CONTENT_TYPES.contains(&typed.as_str()) {
                problems
                    .add(path, format!("`{typed}` is no content type"))
                    .hint(format!("known are {}", CONTENT_TYPES.join(", ")))
                    .did_you_mean(typed, CONTENT_TYPES);
            } else if self.content_types[..index].contains(typed) {
                problems.add(path, format!("`{typed}` is there twice"));
            }
        }
        if *self.interval < *Duration::seconds(1) {
            problems.add("interval", format!("expected at least 1s, found {}", self.interval));
        }
        for (path, time) in [("overlap", self.overlap), ("initial_lookback", self.initial_lookback)] {
            if time > RETENTION {
                problems
                    .add(path, format!("expected at most 7d, found {time}"))
                    .hint("Microsoft keeps content for seven days");
            }
        }
        if self.initial_lookback.is_zero() {
            problems.add("initial_lookback", "expected more than 0s");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(mut options: InputOptions) -> String {
        let mut problems = Problems::default();
        options.resolve();
        options.check(&mut problems);
        problems.to_string()
    }

    #[test]
    fn the_default_is_fine() {
        assert_eq!(problems(InputOptions::default()), "");
        assert!(!InputOptions::default().content_types.contains(&"DLP.All".to_owned()));
    }

    #[test]
    fn content_types_may_be_written_in_any_case_but_not_wrongly() {
        let with = |names: &[&str]| InputOptions {
            content_types: names.iter().map(|&name| name.to_owned()).collect(),
            ..InputOptions::default()
        };
        assert_eq!(problems(with(&["audit.exchange", "dlp.all"])), "");
        let text = problems(with(&["Audit.Exchnage", "Audit.General", "audit.general"]));
        assert_eq!(
            text,
            "content_types.0: `Audit.Exchnage` is no content type; did you mean `Audit.Exchange`?\n\
             content_types.2: `Audit.General` is there twice"
        );
    }

    #[test]
    fn times_have_bounds() {
        let text = problems(InputOptions {
            interval: Duration::millis(10),
            initial_lookback: Duration::seconds(8 * 86_400),
            ..InputOptions::default()
        });
        assert_eq!(
            text,
            "interval: expected at least 1s, found 10ms\n\
             initial_lookback: expected at most 7d, found 8d; Microsoft keeps content for seven days"
        );
    }
}
