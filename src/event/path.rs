//! Dotted paths into an event, as Beats' processors name fields.

use super::Event;
use super::object::{Key, Object};
use super::source::Source;
use super::value::{Value, View};

/// A path leads through a value that is no object.
#[derive(Debug, thiserror::Error)]
#[error("`{path}` cannot be set: `{obstacle}` is no object")]
pub struct PathError {
    path: String,
    obstacle: String,
}

impl Event {
    /// The value at `path`, e.g. `user.id`; `@metadata.…` is what outputs see and nobody else.
    pub fn get(&self, path: &str) -> Option<View<'_>> {
        let text = self.source.text();
        let (mut view, names) = match path.strip_prefix("@metadata.") {
            Some(rest) => {
                let (first, rest) = rest.split_once('.').map_or((rest, None), |(first, rest)| (first, Some(rest)));
                (self.metadata.view(first, text)?, rest)
            }
            None => (View::new(&self.fields, text), Some(path)),
        };
        for name in names.into_iter().flat_map(|names| names.split('.')) {
            view = view.get(name)?;
        }
        Some(view)
    }

    /// Sets the value at `path`; objects on the way are made, or opened, as needed.
    pub fn put(&mut self, path: &str, value: impl Into<Value>) -> Result<(), PathError> {
        let (root, rest) = root(&mut self.fields, &mut self.metadata, path, &self.source);
        put(root, rest, value.into(), &self.source)
            .map_err(|obstacle| PathError { path: path.to_owned(), obstacle: obstacle.to_owned() })
    }

    /// Takes the value at `path` out.
    pub fn remove(&mut self, path: &str) -> Option<Value> {
        let (mut object, names) = root(&mut self.fields, &mut self.metadata, path, &self.source);
        let mut names = names.split('.').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                return object.remove(name, self.source.text());
            }
            object = object.get_mut(name, self.source.text())?.open(&self.source)?;
        }
        None
    }
}

/// The object that `path` begins in, opened, and the path from there.
fn root<'a, 'p>(
    fields: &'a mut Value,
    metadata: &'a mut Object,
    path: &'p str,
    source: &Source,
) -> (&'a mut Object, &'p str) {
    match path.strip_prefix("@metadata.") {
        Some(rest) => (metadata, rest),
        None => (fields.open(source).expect("the fields of an event are an object"), path),
    }
}

fn put<'p>(root: &mut Object, path: &'p str, value: Value, source: &Source) -> Result<(), &'p str> {
    let mut object = root;
    let mut rest = path;
    while let Some((name, behind)) = rest.split_once('.') {
        if object.get(name, source.text()).is_none() {
            object.push(Key::Owned(name.into()), Object::new());
        }
        let so_far = &path[..path.len() - behind.len() - 1];
        object = object.get_mut(name, source.text()).and_then(|next| next.open(source)).ok_or(so_far)?;
        rest = behind;
    }
    object.put(Key::Owned(rest.into()), value, source.text());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(json: &str) -> Event {
        Event::from_json(json.to_owned()).expect("an object")
    }

    #[test]
    fn a_path_walks_into_raw_text_and_opens_it_to_write() {
        let mut event = event(r#"{"a":{"b":{"c":1.10}},"n":123456789012345678901234567890}"#);
        assert_eq!(event.get("a.b.c").and_then(View::scalar).as_deref(), Some("1.10"));
        event.put("a.b.d", "new").expect("a free path");
        event.put("x.y", true).expect("a free path");
        assert_eq!(
            event.to_json(),
            r#"{"a":{"b":{"c":1.10,"d":"new"}},"n":123456789012345678901234567890,"x":{"y":true}}"#
        );
        assert!(event.remove("a.b.c").is_some());
        assert!(event.remove("a.b.c").is_none());
    }

    #[test]
    fn a_path_through_a_text_is_an_error_that_names_it() {
        let mut event = event(r#"{"a":{"b":"text"}}"#);
        let error = event.put("a.b.c", 1).expect_err("b is a text");
        assert_eq!(error.to_string(), "`a.b.c` cannot be set: `a.b` is no object");
    }

    #[test]
    fn metadata_is_not_written() {
        let mut event = event(r#"{"a":1}"#);
        event.put("@metadata.index", "x").expect("a free path");
        assert_eq!(event.get("@metadata.index").and_then(View::text).as_deref(), Some("x"));
        assert_eq!(event.to_json(), r#"{"a":1}"#);
    }
}
