//! Several writings of the settings become one: dotted keys, several files, `-E`.

use std::sync::Arc;

use super::tree::{Entry, Node, Value};
use super::yaml;
use crate::settings::{Place, Problems};

/// Unfolds a dotted key: `a.b: 1` becomes `a: {b: 1}`.
pub fn nested(entry: Entry) -> Entry {
    let Entry { key, place, node } = entry;
    let dotted = key.contains('.') && key.split('.').all(|part| !part.is_empty());
    let mut parts: Vec<String> = if dotted { key.split('.').map(str::to_owned).collect() } else { vec![key] };
    let innermost = parts.pop().expect("a split has at least one part");
    let mut entry = Entry { key: innermost, place: place.clone(), node };
    for key in parts.into_iter().rev() {
        let node = Node::new(Value::Map(vec![entry]), place.clone());
        entry = Entry { key, place: place.clone(), node };
    }
    entry
}

/// Adds `entry` to a map of the same file, telling `twice` (path, place, first place) about values that collide.
pub fn join(map: &mut Node, entry: Entry, twice: &mut impl FnMut(&str, &Place, &Place)) {
    join_under(map, entry, "", twice);
}

fn join_under(map: &mut Node, entry: Entry, path: &str, twice: &mut impl FnMut(&str, &Place, &Place)) {
    let Value::Map(entries) = &mut map.value else { return };
    let Some(known) = entries.iter_mut().find(|known| known.key == entry.key) else {
        entries.push(entry);
        return;
    };
    let path = format!("{path}{}", entry.key);
    match (&known.node.value, entry.node.value) {
        (Value::Map(_), Value::Map(inner)) => {
            for entry in inner {
                join_under(&mut known.node, entry, &format!("{path}."), twice);
            }
        }
        _ => twice(&path, &entry.place, &known.place),
    }
}

/// Lays `upper` over `lower`: maps are merged, everything else is replaced.
///
/// `outputs:` with nothing behind it takes nothing away from a file before.
pub fn over(lower: &mut Node, upper: Node) {
    if upper.is_null() && matches!(lower.value, Value::Map(_)) {
        return;
    }
    match (&mut lower.value, upper.value) {
        (Value::Map(known), Value::Map(entries)) => {
            for entry in entries {
                match known.iter_mut().find(|known| known.key == entry.key) {
                    None => known.push(entry),
                    Some(lower) => {
                        lower.place = entry.place;
                        over(&mut lower.node, entry.node);
                    }
                }
            }
        }
        (_, value) => *lower = Node { value, ..upper },
    }
}

/// Sets one value, as `-E key=value` does; numbers in the key count a list's elements from 0.
///
/// The value is read as YAML if it is quoted, a list or a map, and taken as it is otherwise.
pub fn set(root: &mut Node, key: &str, value: &str, problems: &mut Problems) {
    let place = Place { file: Arc::from(format!("-E {key}")), line: 0 };
    let node = match value.trim_start().chars().next() {
        Some('[' | '{' | '"' | '\'') => {
            let Some(mut node) = yaml::parse(&format!("value: {value}"), &place.file, problems) else { return };
            relocate(&mut node, &place);
            node.at("value").cloned().unwrap_or_else(|| Node::empty(place.clone()))
        }
        _ => Node::plain(value, place.clone()),
    };
    let steps: Vec<&str> = key.split('.').collect();
    put(root, &steps, node, &place);
}

fn put(node: &mut Node, steps: &[&str], value: Node, place: &Place) {
    let Some((step, deeper)) = steps.split_first() else { return over(node, value) };
    if let (Value::List(items), Ok(index)) = (&mut node.value, step.parse::<usize>()) {
        if index < items.len() {
            put(&mut items[index], deeper, value, place);
        } else if index == items.len() {
            let mut item = Node::empty(place.clone());
            put(&mut item, deeper, value, place);
            items.push(item);
        }
        return;
    }
    if !matches!(node.value, Value::Map(_)) {
        *node = Node::empty(place.clone());
    }
    let Value::Map(entries) = &mut node.value else { return };
    let index = entries.iter().position(|entry| entry.key == *step).unwrap_or_else(|| {
        let nothing = Node::plain("", place.clone());
        entries.push(Entry { key: (*step).to_owned(), place: place.clone(), node: nothing });
        entries.len() - 1
    });
    entries[index].place = place.clone();
    put(&mut entries[index].node, deeper, value, place);
}

fn relocate(node: &mut Node, place: &Place) {
    node.place = place.clone();
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| relocate(item, place)),
        Value::Map(entries) => {
            for entry in entries {
                entry.place = place.clone();
                relocate(&mut entry.node, place);
            }
        }
        Value::Scalar { .. } | Value::Removed => {}
    }
}

/// Beats' `output:` is our `outputs:`; one of them, so that files and `-E` may use either.
pub fn rename_output(root: &mut Node) {
    let Value::Map(entries) = &mut root.value else { return };
    let Some(index) = entries.iter().position(|entry| entry.key == "output") else { return };
    let entry = entries.remove(index);
    let outputs = Entry { key: "outputs".to_owned(), ..entry };
    let mut upper = Node::empty(root.place.clone());
    upper.value = Value::Map(vec![outputs]);
    over(root, upper);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Node {
        yaml::parse(text, "a.yml", &mut Problems::default()).unwrap()
    }

    fn text_at(node: &Node, path: &str) -> Option<String> {
        match &node.at(path)?.value {
            Value::Scalar { text, .. } => Some(text.clone()),
            _ => None,
        }
    }

    #[test]
    fn a_later_file_adds_settings_and_replaces_lists() {
        let mut first = read("logging: {level: info, json: true}\ntags: [a, b]\noutputs.console: {}\n");
        over(&mut first, read("logging.level: debug\ntags: [c]\noutputs:\n"));
        for (path, text) in
            [("logging.level", Some("debug")), ("logging.json", Some("true")), ("tags.0", Some("c")), ("tags.1", None)]
        {
            assert_eq!(text_at(&first, path).as_deref(), text, "{path}");
        }
        assert!(first.at("outputs.console").is_some());
    }

    #[test]
    fn a_value_on_the_command_line_wins() {
        let mut root = read("connections:\n  - id: contoso\noutput.console: {}\n");
        let mut problems = Problems::default();
        set(&mut root, "connections.0.client_id", "a: b", &mut problems);
        set(&mut root, "connections.1.id", "fabrikam", &mut problems);
        set(&mut root, "inputs", "[{type: audit}]", &mut problems);
        set(&mut root, "path.data", "/var/lib", &mut problems);
        for (path, text) in [
            ("connections.0.id", "contoso"),
            ("connections.0.client_id", "a: b"),
            ("connections.1.id", "fabrikam"),
            ("inputs.0.type", "audit"),
            ("path.data", "/var/lib"),
        ] {
            assert_eq!(text_at(&root, path).as_deref(), Some(text), "{path}");
        }
        assert_eq!(root.place_of("inputs.0.type").to_string(), "-E inputs");
    }

    #[test]
    fn output_means_outputs() {
        let mut root = read("outputs.console: {pretty: true}\noutput.file.path: /tmp\n");
        rename_output(&mut root);
        assert_eq!(text_at(&root, "outputs.file.path").as_deref(), Some("/tmp"));
        assert_eq!(text_at(&root, "outputs.console.pretty").as_deref(), Some("true"));
    }
}
