//! From the tree to the rooms' own options, with all problems at once.

use std::fmt::{self, Display};

use serde::de::{DeserializeOwned, Expected, Unexpected};

use super::input::Input;
use super::tree::Node;
use crate::settings::{Problem, Problems};

/// Reads a `T`; what cannot be read is noted and left out, so that all problems come at once.
pub fn read<T: DeserializeOwned>(mut root: Node, problems: &mut Problems) -> Option<T> {
    loop {
        let wrong = match T::deserialize(Input::new(&root, "")) {
            Ok(value) => return Some(value),
            Err(wrong) => wrong,
        };
        let mut steps: Vec<String> = wrong.steps.iter().rev().cloned().collect();
        let path = steps.join(".");
        let place = Some(root.place_of(&path));
        let mut problem = Problem { place, path, text: wrong.text, hint: None };
        if let Some((typed, known)) = wrong.unknown {
            problem.did_you_mean(&typed, known.iter().copied());
        }
        problems.push(problem);
        if wrong.is_kind {
            steps.pop();
        }
        if !root.remove(&steps) {
            return None;
        }
    }
}

/// Why a setting cannot be read.
#[derive(Debug)]
pub struct Wrong {
    text: String,
    /// From the inside out.
    steps: Vec<String>,
    /// The word typed, and those that are known.
    unknown: Option<(String, &'static [&'static str])>,
    /// Whether it is the `type` that tells how to read the settings around it.
    is_kind: bool,
}

impl Wrong {
    /// The same, one level further out.
    pub fn at(mut self, step: impl Display) -> Self {
        self.steps.push(step.to_string());
        self
    }
}

impl Wrong {
    /// The same, found in the `type` of settings that cannot be read without it.
    pub fn at_type(self) -> Self {
        Self { is_kind: true, ..self.at("type") }
    }
}

impl std::error::Error for Wrong {}

impl Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl serde::de::Error for Wrong {
    fn custom<T: Display>(message: T) -> Self {
        Self { text: message.to_string(), steps: Vec::new(), unknown: None, is_kind: false }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        // Only the kind of what was found: its text may be a secret at the wrong place.
        let found = match found {
            Unexpected::Str(_) => "a text",
            Unexpected::Seq => "a list",
            Unexpected::Map => "settings by name",
            Unexpected::Unit | Unexpected::Option => "nothing",
            Unexpected::Bool(_) => "a truth value",
            _ => "a number",
        };
        let expected = expected.to_string();
        let expected = if expected.starts_with("struct ") { "settings by name" } else { &expected };
        Self::custom(format_args!("expected {expected}, found {found}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Unsigned(number) => number.to_string(),
            Unexpected::Signed(number) => number.to_string(),
            _ => "something else".to_owned(),
        };
        let expected = match expected.to_string().as_str() {
            "u8" => "a whole number from 0 to 255".to_owned(),
            "u16" => "a whole number from 0 to 65535".to_owned(),
            "u32" | "u64" | "usize" => "a whole number from 0".to_owned(),
            other => other.to_owned(),
        };
        Self::custom(format_args!("expected {expected}, found {found}"))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self { unknown: Some((field.to_owned(), expected)), ..Self::custom("unknown setting") }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        // What stands there may be an address with a password in it.
        let found = crate::settings::Address::from(variant);
        let text = format!("expected one of {}; found `{found}`", expected.join(", "));
        Self { unknown: Some((variant.to_owned(), expected)), ..Self::custom(text) }
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::custom(format_args!("`{field}` is there twice, under two names"))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::config::yaml;
    use crate::secret::{ExposeSecret, Secret};
    use crate::settings::Duration;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct House {
        secret: Option<Secret>,
        port: u16,
        tags: Vec<String>,
        open: bool,
        wait: Duration,
        rooms: std::collections::BTreeMap<String, Room>,
        list: Vec<Small>,
        any: Option<serde_json::Value>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Room {
        Kitchen(Small),
        Cellar(Small),
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Small {
        size: i64,
    }

    fn house(text: &str) -> (House, String) {
        let mut problems = Problems::default();
        let root = yaml::parse(text, "a.yml", &mut problems).unwrap();
        let house = read(root, &mut problems).expect("every field has a default");
        (house, problems.to_string())
    }

    #[test]
    fn the_receiving_type_decides_what_a_text_means() {
        let (house, problems) = house(
            "secret: 0123\nport: \"5066\"\ntags: a, b\nopen: yes\nwait: 90\n\
             any: {n: 1, m: -1, big: 18446744073709551615, x: 1.5, t: true, s: '1', z: 007, l: [~, a]}\n",
        );
        assert_eq!(problems, "");
        assert_eq!(house.secret.unwrap().expose_secret(), "0123");
        assert_eq!((house.port, house.open, house.wait), (5066, true, Duration::seconds(90)));
        assert_eq!(house.tags, ["a", "b"]);
        let any = serde_json::json!({
            "n": 1, "m": -1, "big": u64::MAX, "x": 1.5, "t": true, "s": "1", "z": "007", "l": [null, "a"]
        });
        assert_eq!(house.any, Some(any));
    }

    #[test]
    fn nothing_behind_a_name_means_its_default() {
        let (house, problems) = house("port:\ntags:\nwait: ~\nrooms:\n  kitchen:\nsecret:\n");
        assert_eq!(problems, "");
        assert!(matches!(&house.rooms["kitchen"], Room::Kitchen(small) if *small == Small::default()));
        assert!(house.secret.is_none());
    }

    #[test]
    fn a_variant_is_told_by_its_type_or_its_name() {
        let (house, problems) = house("rooms: {kitchen: {size: 1}, wine: {size: 2, type: cellar}}\n");
        assert_eq!(problems, "");
        assert!(matches!(&house.rooms["kitchen"], Room::Kitchen(Small { size: 1 })));
        assert!(matches!(&house.rooms["wine"], Room::Cellar(Small { size: 2 })));
    }

    #[test]
    fn all_problems_come_at_once_each_with_its_line() {
        let (_, problems) = house(
            "prot: 1\nport: 70000\nopen: maybe\nwait: 5 parsecs\nrooms:\n  wine: {type: celar}\n  kitchen: {sise: 1}\n\
             list:\n  - size: 1\n  - text\n  - size: x\ntags: {a: b}\nsecret: [s3cret]\n",
        );
        let expected = [
            "a.yml:1: prot: unknown setting; did you mean `port`?",
            "a.yml:2: port: expected a whole number from 0 to 65535, found 70000",
            "a.yml:3: open: expected true or false, found `maybe`",
            "a.yml:4: wait: expected a duration such as `30s`, `5m`, `1m30s` or `7d`, found `5 parsecs`",
            "a.yml:6: rooms.wine.type: expected one of kitchen, cellar; found `celar`; did you mean `cellar`?",
            "a.yml:7: rooms.kitchen.sise: unknown setting; did you mean `size`?",
            "a.yml:10: list.1: expected settings by name, found a text",
            "a.yml:11: list.2.size: expected a whole number, found `x`",
            "a.yml:12: tags: expected a list, found settings by name",
            "a.yml:13: secret: expected a text, found a list",
        ];
        assert_eq!(problems.lines().collect::<Vec<_>>(), expected);
    }
}
