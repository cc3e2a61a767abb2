//! The text that events point into.

use std::ops::Range;
use std::sync::Arc;

/// Received JSON text, shared by all events that were cut from it.
///
/// Validated as UTF-8 once for a whole batch; what points into it are [`Span`]s, so no lifetimes cross a queue.
#[derive(Clone, Debug, Default)]
pub struct Source(Option<Arc<Text>>);

#[derive(Debug)]
struct Text {
    text: String,
    /// Pretty-printed records have line breaks between their members, which would break NDJSON.
    has_line_breaks: bool,
}

impl Source {
    /// Shares `text`, whose spans are 32 bits wide: at most 4 GiB.
    pub fn new(text: String) -> Self {
        debug_assert!(u32::try_from(text.len()).is_ok(), "spans are 32 bits wide");
        let has_line_breaks = memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_some();
        Self(Some(Arc::new(Text { text, has_line_breaks })))
    }

    /// Shares `text`, whose values were written on one line each.
    pub(super) fn on_one_line(text: String) -> Self {
        Self(Some(Arc::new(Text { text, has_line_breaks: false })))
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        self.0.as_ref().map_or("", |shared| &shared.text)
    }

    /// The text of one span.
    pub fn slice(&self, span: Span) -> &str {
        &self.text()[span.range()]
    }

    /// Whether a verbatim copy of a value may hold line breaks.
    pub(super) fn has_line_breaks(&self) -> bool {
        self.0.as_ref().is_some_and(|shared| shared.has_line_breaks)
    }
}

/// A range of a [`Source`], in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The span of `range`.
    pub fn new(range: Range<usize>) -> Self {
        Self { start: range.start as u32, end: range.end as u32 }
    }

    /// Where `part` lies in `whole`, if it is a piece of it.
    pub fn of(part: &str, whole: &str) -> Option<Self> {
        let start = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
        let end = start + part.len();
        (end <= whole.len()).then(|| Self::new(start..end))
    }

    /// The span as a range of bytes.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}
