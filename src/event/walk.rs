//! Walks a JSON object from quote to quote: is it legal, and where do its members stand?
//!
//! The walk is strict and gives up early: of what it calls [`Stop::Odd`], `serde_json` judges. It never accepts what
//! `serde_json` refuses, which a test with mutated records makes sure of.

use std::collections::HashSet;

use super::marks::Marks;
use super::source::Span;

/// Objects nested deeper are left to the splitter, which marks them.
pub(super) const MAX_DEPTH: u32 = 100;

/// In objects with more members than this, names are found by their hashes.
const WIDE: usize = 256;

/// A member of a record: its name without quotes, and its value, both as they stand in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, free of escapes unless the name needs them.
    pub name: Span,
    /// The JSON text of the value.
    pub value: Span,
}

/// Why a walk did not reach the end of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The text ends before the object does.
    Partial,
    /// It is no legal object, or one with repeated names, or with escapes in names.
    Odd,
}

/// What a walker makes of escapes in names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// They are odd, since the same name may be written in two ways.
    AsReceived,
    /// They are as our own writer makes them.
    Rewritten,
}

/// A walk over one text.
pub(super) struct Walk<'a> {
    text: &'a [u8],
    marks: &'a Marks,
    /// Names of the objects that the walk is in, innermost last.
    seen: &'a mut Vec<Span>,
    names: Names,
    at: usize,
    quote: usize,
    escape: usize,
    /// Control characters passed between strings.
    blanks: usize,
}

type Walked<T> = Result<T, Stop>;

impl<'a> Walk<'a> {
    /// A walk that begins at the quote with this number; `seen` is room to be used again.
    pub(super) fn new(text: &'a [u8], marks: &'a Marks, seen: &'a mut Vec<Span>, names: Names, quote: usize) -> Self {
        seen.clear();
        Self { text, marks, seen, names, at: 0, quote, escape: 0, blanks: 0 }
    }

    /// Walks the object at `start`, adds its members to `fields`, and gives its end and the next quote's number.
    pub(super) fn object(mut self, start: usize, fields: &mut Vec<Field>) -> Walked<(usize, usize)> {
        self.at = start;
        self.escape = self.marks.escapes.partition_point(|at| (*at as usize) < start);
        if self.byte()? != b'{' {
            return Err(Stop::Odd);
        }
        self.members(1, |field| fields.push(field))?;
        let suspects = &self.marks.suspects;
        if !suspects.is_empty() {
            let before = |end: usize| suspects.partition_point(|at| (*at as usize) < end);
            if before(self.at) - before(start) != self.blanks {
                return Err(Stop::Odd);
            }
        }
        Ok((self.at, self.quote))
    }

    /// The members of the object whose bracket stands here, to its end.
    fn members(&mut self, depth: u32, mut visit: impl FnMut(Field)) -> Walked<()> {
        let outside = self.seen.len();
        let mut filter = Filter::default();
        self.at += 1;
        if self.next()? == b'}' {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.next()? != b'"' {
                return Err(Stop::Odd);
            }
            let name = self.string()?;
            self.check_name(name, outside, &mut filter)?;
            if self.next()? != b':' {
                return Err(Stop::Odd);
            }
            self.at += 1;
            let first = self.next()?;
            let start = self.at;
            self.value(first, depth)?;
            visit(Field { name, value: Span::new(start..self.at) });
            if self.is_last(b'}')? {
                self.seen.truncate(outside);
                return Ok(());
            }
        }
    }

    fn value(&mut self, first: u8, depth: u32) -> Walked<()> {
        match first {
            b'"' => self.string().map(|_| ()),
            b'{' | b'[' if depth >= MAX_DEPTH => Err(Stop::Odd),
            b'{' => self.members(depth + 1, |_| {}),
            b'[' => self.elements(depth + 1),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            _ => self.number(),
        }
    }

    fn elements(&mut self, depth: u32) -> Walked<()> {
        self.at += 1;
        if self.next()? == b']' {
            self.at += 1;
            return Ok(());
        }
        loop {
            let first = self.next()?;
            self.value(first, depth)?;
            if self.is_last(b']')? {
                return Ok(());
            }
        }
    }

    /// Passes the comma or the bracket behind a value.
    fn is_last(&mut self, bracket: u8) -> Walked<bool> {
        let byte = self.next()?;
        self.at += 1;
        match byte {
            b',' => Ok(false),
            _ if byte == bracket => Ok(true),
            _ => Err(Stop::Odd),
        }
    }

    /// Passes the string whose quote stands here; gives what is between its quotes.
    #[inline]
    fn string(&mut self) -> Walked<Span> {
        let [open, close] = *self.marks.quotes.get(self.quote..).and_then(<[u32]>::first_chunk).ok_or(Stop::Partial)?;
        if open as usize != self.at {
            return Err(Stop::Odd);
        }
        self.quote += 2;
        self.at = close as usize + 1;
        Ok(Span::new(open as usize + 1..close as usize))
    }

    /// Refuses names that repeat one of the same object. Most are told apart by a bit of their hash.
    #[inline]
    fn check_name(&mut self, name: Span, outside: usize, filter: &mut Filter<'a>) -> Walked<()> {
        if self.names == Names::AsReceived && self.has_escape(name) {
            return Err(Stop::Odd);
        }
        let text = &self.text[name.range()];
        if filter.may_repeat(text) && self.has_seen(text, outside, filter) {
            return Err(Stop::Odd);
        }
        self.seen.push(name);
        Ok(())
    }

    /// Whether the object has a member of this name already.
    fn has_seen(&self, name: &[u8], outside: usize, filter: &mut Filter<'a>) -> bool {
        let seen = &self.seen[outside..];
        if seen.len() < WIDE {
            return seen.iter().any(|seen| self.text[seen.range()] == *name);
        }
        let wide = filter.wide.get_or_insert_default();
        wide.extend(seen[wide.len()..].iter().map(|seen| &self.text[seen.range()]));
        wide.contains(name)
    }

    #[inline]
    fn has_escape(&mut self, name: Span) -> bool {
        let range = name.range();
        while let Some(&at) = self.marks.escapes.get(self.escape) {
            if at as usize >= range.start {
                return (at as usize) < range.end;
            }
            self.escape += 1;
        }
        false
    }

    fn literal(&mut self, word: &[u8]) -> Walked<()> {
        let found = self.text.get(self.at..self.at + word.len()).ok_or(Stop::Partial)?;
        self.at += word.len();
        if found == word { Ok(()) } else { Err(Stop::Odd) }
    }

    fn number(&mut self) -> Walked<()> {
        if self.byte()? == b'-' {
            self.at += 1;
        }
        if self.byte()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte()? == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte()?, b'e' | b'E') {
            self.at += 1;
            if matches!(self.byte()?, b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Walked<()> {
        if !self.byte()?.is_ascii_digit() {
            return Err(Stop::Odd);
        }
        while self.byte()?.is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }

    #[inline]
    fn byte(&self) -> Walked<u8> {
        self.text.get(self.at).copied().ok_or(Stop::Partial)
    }

    /// The next byte that is no blank.
    #[inline]
    fn next(&mut self) -> Walked<u8> {
        loop {
            let byte = self.byte()?;
            match byte {
                b' ' => {}
                b'\n' | b'\r' | b'\t' => self.blanks += 1,
                _ => return Ok(byte),
            }
            self.at += 1;
        }
    }
}

/// Tells most names apart by one of 1024 bits each.
#[derive(Default)]
struct Filter<'a> {
    bits: [u64; 16],
    /// All names so far, of an object with very many.
    wide: Option<HashSet<&'a [u8]>>,
}

impl Filter<'_> {
    /// Whether `name` may have been asked for before: `false` is certain.
    #[inline]
    fn may_repeat(&mut self, name: &[u8]) -> bool {
        let ends = match (name.first_chunk(), name.last_chunk()) {
            (Some(first), Some(last)) => u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29),
            _ => name.iter().fold(0, |ends, byte| ends << 8 | u64::from(*byte)),
        };
        let hash = (ends ^ name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54;
        let (word, bit) = (&mut self.bits[(hash / 64) as usize], 1 << (hash % 64));
        let may_repeat = *word & bit != 0;
        *word |= bit;
        may_repeat
    }
}

/// Reads the one object that `span` of `text` is; says whether it could.
pub(super) fn read(text: &str, span: Span, names: Names, fields: &mut Vec<Field>) -> bool {
    let json = &text.as_bytes()[..span.range().end];
    let (mut marks, mut seen) = (Marks::default(), Vec::new());
    marks.restart(span.range().start);
    marks.extend(json);
    let walked = Walk::new(json, &marks, &mut seen, names, 0).object(span.range().start, fields);
    walked.is_ok_and(|(end, _)| json[end..].iter().all(u8::is_ascii_whitespace))
}
