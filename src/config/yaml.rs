//! YAML text to a tree, with every problem's line.

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::merge;
use super::tree::{Entry, Node, Value};
use crate::settings::{Place, Problem, Problems};

/// Bounds what aliases of aliases can unfold to.
const MAX_NODES: usize = 100_000;

/// Reads the settings in `text`; `file` is the name under which it is known to the user.
///
/// Dotted keys come out nested. A key that is there twice is a problem: YAML would let one win in silence.
/// `None` when it is no YAML at all, which is noted too.
pub fn parse(text: &str, file: &str, problems: &mut Problems) -> Option<Node> {
    let file: Arc<str> = file.into();
    let mut reader = Reader { file, anchors: HashMap::new(), nodes: 0, problems };
    let place = reader.place(1);
    match reader.document(&mut Parser::new_from_str(text)) {
        Ok(node) if node.is_null() => Some(Node::empty(place)),
        Ok(node) => Some(node),
        Err(failure) => {
            // The parser blames the value before a tab, which may be lines above.
            let indented =
                |line: &str| line.len() > line.trim_start().len() && line.trim_start_matches(' ').starts_with('\t');
            let tab = failure.text.contains("tab").then(|| text.lines().position(indented)).flatten();
            let hint = tab.map(|_| "indent with spaces".to_owned());
            let at = Some(reader.place(tab.map_or(failure.line, |index| index + 1)));
            reader.problems.push(Problem { place: at, path: String::new(), text: failure.text, hint });
            None
        }
    }
}

struct Reader<'p> {
    file: Arc<str>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    problems: &'p mut Problems,
}

/// Why the text is no YAML, or none that can be read.
struct Failure {
    text: String,
    line: usize,
}

type Events<'t> = Parser<'t, saphyr_parser::StrInput<'t>>;

impl Reader<'_> {
    fn place(&self, line: usize) -> Place {
        Place { file: Arc::clone(&self.file), line }
    }

    fn document(&mut self, events: &mut Events<'_>) -> Result<Node, Failure> {
        let mut root = None;
        loop {
            let (event, span) = next(events)?;
            let line = span.start.line();
            match event {
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
                Event::StreamEnd => return Ok(root.unwrap_or_else(|| Node::empty(self.place(1)))),
                _ if root.is_some() => {
                    return Err(Failure { text: "expected one YAML document, found a second one".into(), line });
                }
                event => root = Some(self.node(event, span, events)?),
            }
        }
    }

    fn node(&mut self, event: Event<'_>, span: Span, events: &mut Events<'_>) -> Result<Node, Failure> {
        let line = span.start.line();
        let place = self.place(line);
        self.count(1, line)?;
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && !tag.is_some_and(|tag| is_text(&tag));
                (Node::new(Value::Scalar { text: text.into_owned(), plain }, place), anchor)
            }
            Event::SequenceStart(anchor, _) => (Node::new(self.list(events)?, place), anchor),
            Event::MappingStart(anchor, _) => (self.map(place, events)?, anchor),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(Failure { text: "an alias stands inside what it names".into(), line });
                };
                self.count(size(&node), line)?;
                return Ok(node);
            }
            _ => return Err(Failure { text: "expected a value".into(), line }),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, events: &mut Events<'_>) -> Result<Value, Failure> {
        let mut items = Vec::new();
        loop {
            match next(events)? {
                (Event::SequenceEnd, _) => return Ok(Value::List(items)),
                (event, span) => items.push(self.node(event, span, events)?),
            }
        }
    }

    fn map(&mut self, place: Place, events: &mut Events<'_>) -> Result<Node, Failure> {
        let mut map = Node::empty(place);
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut inherited = Vec::new();
        loop {
            let (event, span) = next(events)?;
            let line = span.start.line();
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(Failure { text: "expected a setting's name before `:`".into(), line }),
            };
            let (event, span) = next(events)?;
            let node = self.node(event, span, events)?;
            if key == "<<" {
                inherited.push(node);
            } else if let Some(first) = seen.insert(key.clone(), line) {
                self.duplicate(&key, line, first);
            } else {
                let entry = merge::nested(Entry { key, place: self.place(line), node });
                merge::join(&mut map, entry, &mut |path, place, first| self.duplicate(path, place.line, first.line));
            }
        }
        // YAML's merge key: what the map says itself counts more.
        for mut base in inherited {
            merge::over(&mut base, std::mem::replace(&mut map, Node::empty(self.place(0))));
            map = base;
        }
        Ok(map)
    }

    fn duplicate(&mut self, key: &str, line: usize, first: usize) {
        let text = format!("`{key}` is there twice, first at line {first}");
        let hint = Some("YAML would silently take one of them: merge the two".to_owned());
        let place = Some(self.place(line));
        self.problems.push(Problem { place, path: String::new(), text, hint });
    }

    fn count(&mut self, nodes: usize, line: usize) -> Result<(), Failure> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            return Err(Failure { text: format!("more than {MAX_NODES} values"), line });
        }
        Ok(())
    }
}

fn next<'t>(events: &mut Events<'t>) -> Result<(Event<'t>, Span), Failure> {
    match events.next_event() {
        Some(Ok(found)) => Ok(found),
        Some(Err(error)) => Err(Failure { text: format!("not YAML: {}", error.info()), line: error.marker().line() }),
        None => Err(Failure { text: "the text ends too early".into(), line: 0 }),
    }
}

/// Whether a tag says that the scalar is a text: `!!str`, or the `!` that means "not resolved".
fn is_text(tag: &Tag) -> bool {
    (tag.is_yaml_core_schema() && tag.suffix == "str") || (tag.handle.is_empty() && tag.suffix == "!")
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|entry| size(&entry.node)).sum::<usize>(),
        Value::Scalar { .. } | Value::Removed => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Node, String) {
        let mut problems = Problems::default();
        let empty = || Node::empty(Place { file: "a.yml".into(), line: 1 });
        let node = parse(text, "a.yml", &mut problems).unwrap_or_else(empty);
        (node, problems.to_string())
    }

    fn text_at(node: &Node, path: &str) -> Option<String> {
        match &node.at(path)?.value {
            Value::Scalar { text, .. } => Some(text.clone()),
            _ => None,
        }
    }

    #[test]
    fn dotted_and_nested_keys_are_the_same() {
        let (node, problems) = read("a.b.c: 1\na:\n  b:\n    d: 2\n  e.f: [x, {g.h: 3}]\n");
        assert_eq!(problems, "");
        for (path, text) in [("a.b.c", "1"), ("a.b.d", "2"), ("a.e.f.0", "x"), ("a.e.f.1.g.h", "3")] {
            assert_eq!(text_at(&node, path).as_deref(), Some(text), "{path}");
        }
        assert_eq!(node.place_of("a.b.d").line, 4);
        assert_eq!(node.place_of("a.b.missing").line, 1);
    }

    #[test]
    fn a_key_that_is_there_twice_is_named_with_both_lines() {
        let (_, problems) = read("processors: []\nname: x\nprocessors: []\n");
        assert!(problems.starts_with("a.yml:3: `processors` is there twice, first at line 1; "), "{problems}");
        let (_, problems) = read("a.b: 1\na:\n  b: 2\n");
        assert!(problems.starts_with("a.yml:3: `a.b` is there twice, first at line 1; "), "{problems}");
    }

    #[test]
    fn anchors_aliases_and_merge_keys_work() {
        let (node, problems) = read("x: &base {a: 1, b: 2}\ny:\n  <<: *base\n  b: 3\nz: *base\n");
        assert_eq!(problems, "");
        for (path, text) in [("y.a", "1"), ("y.b", "3"), ("z.b", "2")] {
            assert_eq!(text_at(&node, path).as_deref(), Some(text), "{path}");
        }
    }

    #[test]
    fn what_is_no_yaml_is_told_with_its_line() {
        assert!(read("a: 1\nb: [1, 2\n").1.starts_with("a.yml:"));
        assert!(read("a: 1\n\tb: 2\n").1.starts_with("a.yml:2: not YAML"), "{}", read("a: 1\n\tb: 2\n").1);
        assert!(read("a: 1\n---\nb: 2\n").1.contains("found a second one"));
        assert_eq!(read("").1, "");
        assert_eq!(read("# only comments\n").1, "");
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let inner = vec![format!("*a{}", level - 1); 10].join(", ");
            text = format!("{text}a{level}: &a{level} [{inner}]\n");
        }
        assert!(read(&text).1.contains("more than 100000 values"));
    }
}
