//! Beats' conditions, as they are written.

use serde::{Deserialize, Serialize};

use super::{Fields, Problems};

/// What stands below `when`: exactly one of these.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConditionOptions {
    /// All of these fields have these values.
    pub equals: Option<Fields>,
    /// All of these fields contain these texts.
    pub contains: Option<Fields>,
    /// All of these fields are there.
    pub has_fields: Option<Vec<String>>,
    /// All of these conditions hold.
    pub and: Option<Vec<ConditionOptions>>,
    /// One of these conditions holds.
    pub or: Option<Vec<ConditionOptions>>,
    /// This condition does not hold.
    pub not: Option<Box<ConditionOptions>>,
}

impl ConditionOptions {
    /// Notes what is wrong with it, and with those inside it.
    pub fn check(&self, problems: &mut Problems) {
        let kinds = [
            self.equals.is_some(),
            self.contains.is_some(),
            self.has_fields.is_some(),
            self.and.is_some(),
            self.or.is_some(),
            self.not.is_some(),
        ];
        if kinds.iter().filter(|given| **given).count() != 1 {
            problems.add("", "expected exactly one of `equals`, `contains`, `has_fields`, `and`, `or`, `not`");
        }
        for (name, list) in [("and", &self.and), ("or", &self.or)] {
            for (index, condition) in list.iter().flatten().enumerate() {
                problems.under(format_args!("{name}.{index}"), |problems| condition.check(problems));
            }
        }
        if let Some(condition) = &self.not {
            problems.under("not", |problems| condition.check(problems));
        }
    }
}

/// The leaves of nested fields with their dotted names: `{event: {code: 6}}` is `event.code` = 6.
///
/// The loader nests dotted keys everywhere, so `equals: {event.code: 6}` arrives nested too.
pub fn leaves(fields: &Fields) -> Vec<(String, &serde_json::Value)> {
    let mut found = Vec::new();
    for (key, value) in fields {
        match value {
            serde_json::Value::Object(inner) => {
                found.extend(leaves(inner).into_iter().map(|(path, leaf)| (format!("{key}.{path}"), leaf)));
            }
            leaf => found.push((key.clone(), leaf)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_one_thing() {
        let check = |json: serde_json::Value| {
            let mut problems = Problems::default();
            serde_json::from_value::<ConditionOptions>(json).unwrap().check(&mut problems);
            problems.to_string()
        };
        assert_eq!(check(serde_json::json!({"not": {"equals": {"event.code": 6}}})), "");
        assert!(
            check(serde_json::json!({"or": [{"has_fields": ["a"]}, {}]})).starts_with("or.1: expected exactly one of")
        );
    }
}
