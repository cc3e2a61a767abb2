//! Whether an event meets a condition of the settings.

use crate::event::{Event, Kind, View};
use crate::settings::ConditionOptions;
use crate::settings::condition::leaves;

/// A condition, read once and asked of each event.
///
/// Values are compared as texts, so `event.code: 6` also finds `"6"`.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of these fields have these values.
    Equals(Vec<(String, String)>),
    /// All of these fields, or one element of each, contain these texts.
    Contains(Vec<(String, String)>),
    /// All of these fields are there.
    HasFields(Vec<String>),
    /// All of these hold.
    And(Vec<Condition>),
    /// One of these holds.
    Or(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
}

impl Condition {
    /// The condition that was written. Several in one place, which the check of settings refuses, must all hold.
    pub fn new(options: &ConditionOptions) -> Self {
        let texts = |fields| {
            let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            leaves(fields).into_iter().map(|(path, value)| (path, text(value))).collect()
        };
        let all = |list: &Vec<ConditionOptions>| list.iter().map(Self::new).collect();
        let given = [
            options.equals.as_ref().map(|fields| Self::Equals(texts(fields))),
            options.contains.as_ref().map(|fields| Self::Contains(texts(fields))),
            options.has_fields.clone().map(Self::HasFields),
            options.and.as_ref().map(|list| Self::And(all(list))),
            options.or.as_ref().map(|list| Self::Or(all(list))),
            options.not.as_ref().map(|inner| Self::Not(Box::new(Self::new(inner)))),
        ];
        let mut given: Vec<Self> = given.into_iter().flatten().collect();
        match given.pop() {
            Some(only) if given.is_empty() => only,
            last => Self::And(given.into_iter().chain(last).collect()),
        }
    }

    /// Whether `event` meets it.
    pub fn holds(&self, event: &Event) -> bool {
        match self {
            Self::Equals(fields) => fields.iter().all(|(path, wanted)| {
                event.get(path).and_then(View::scalar).is_some_and(|found| found == wanted.as_str())
            }),
            Self::Contains(fields) => fields.iter().all(|(path, wanted)| {
                event.get(path).is_some_and(|found| match found.kind() {
                    Kind::Array => found.elements().into_iter().any(|element| contains(element, wanted)),
                    _ => contains(found, wanted),
                })
            }),
            Self::HasFields(paths) => paths.iter().all(|path| event.get(path).is_some()),
            Self::And(all) => all.iter().all(|condition| condition.holds(event)),
            Self::Or(some) => some.iter().any(|condition| condition.holds(event)),
            Self::Not(inner) => !inner.holds(event),
        }
    }
}

fn contains(value: View<'_>, wanted: &str) -> bool {
    value.scalar().is_some_and(|text| text.contains(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_meets_what_is_true_of_it() {
        let event =
            r#"{"event":{"code":6,"category":["web","authentication"],"action":"MailItemsAccessed"},"ok":true}"#;
        let event = Event::from_json(event.to_owned()).unwrap();
        for (condition, holds) in [
            (r#"{"equals":{"event":{"code":6,"action":"MailItemsAccessed"}}}"#, true),
            (r#"{"equals":{"event.code":"6"}}"#, true),
            (r#"{"equals":{"event.code":"6","ok":false}}"#, false),
            (r#"{"equals":{"missing":"6"}}"#, false),
            (r#"{"contains":{"event.action":"Items"}}"#, true),
            (r#"{"contains":{"event.category":"auth"}}"#, true),
            (r#"{"contains":{"event.category":"file"}}"#, false),
            (r#"{"has_fields":["event.code","ok"]}"#, true),
            (r#"{"has_fields":["event.code","no"]}"#, false),
            (r#"{"not":{"equals":{"ok":true}}}"#, false),
            (r#"{"and":[{"equals":{"ok":true}},{"has_fields":["no"]}]}"#, false),
            (r#"{"or":[{"equals":{"ok":false}},{"has_fields":["ok"]}]}"#, true),
            (r#"{"equals":{"ok":true},"has_fields":["no"]}"#, false),
        ] {
            let options: ConditionOptions = serde_json::from_str(condition).unwrap();
            assert_eq!(Condition::new(&options).holds(&event), holds, "{condition}");
        }
    }
}
