//! Cuts a streamed JSON array into its elements, by counting brackets.
//!
//! This is not a parser: it looks at strings, brackets and commas only, holds one batch of text, and never fails on
//! what stands inside an element. Whether an element is a legal object is found out later, for each one alone.

use super::source::{Source, Span};

/// A batch is full with this much text,
const BATCH_BYTES: usize = 512 * 1024;
/// or with so many records.
const BATCH_RECORDS: usize = 1000;
/// Records nested deeper are not parsed; real ones reach about ten levels, Elasticsearch refuses beyond 1,000.
const MAX_DEPTH: u32 = 100;
/// Longer records are cut to [`CUT_BYTES`]; no output takes documents of such a size.
const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;
const CUT_BYTES: usize = 64 * 1024;

/// Consecutive elements of an array and the text that holds them.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// The text of all of them.
    pub source: Source,
    /// One entry an element.
    pub records: Vec<Record>,
    /// Position of the first one in the array.
    pub first: u64,
}

/// One element of the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it stands.
    pub span: Span,
    /// Why it should not be parsed as it stands.
    pub flaw: Option<Flaw>,
}

/// What is wrong with a record before anybody reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Some bytes were no UTF-8 and are replaced by U+FFFD.
    #[error("the record is not valid UTF-8")]
    BrokenUtf8,
    /// Nested too deep to be parsed.
    #[error("the record is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Cut to its beginning.
    #[error("the record is longer than {MAX_RECORD_BYTES} bytes and was cut")]
    TooLong,
    /// The last one of a body that never became whole.
    #[error("the record is cut off")]
    CutOff,
}

/// A body that is no array, or only a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// Something else than `[` comes first.
    #[error("the body is not a JSON array")]
    NotAnArray,
    /// The body ended before the array did.
    #[error("the body ended within the array")]
    CutOff,
}

/// Takes a body chunk by chunk and gives its elements batch by batch.
#[derive(Debug, Default)]
pub struct Splitter {
    state: State,
    nesting: Nesting,
    text: Vec<u8>,
    element: usize,
    is_cut: bool,
    records: Vec<Record>,
    first: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    BeforeArray,
    Between,
    InElement,
    AfterArray,
}

/// Where in an element the scan stands.
#[derive(Debug, Default)]
struct Nesting {
    depth: u32,
    deepest: u32,
    in_string: bool,
    is_escaped: bool,
    is_scalar: bool,
}

impl Splitter {
    /// A splitter for one body.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes of the body and says how many: fewer than all when a batch is full, which [`Self::take`] gives.
    pub fn push(&mut self, chunk: &[u8]) -> Result<usize, SplitError> {
        let mut at = 0;
        while at < chunk.len() && !self.is_full() {
            at += match self.state {
                State::BeforeArray => self.skip_to_array(chunk[at])?,
                State::Between => self.between(chunk[at]),
                State::InElement => self.in_element(&chunk[at..]),
                State::AfterArray => chunk.len() - at,
            };
        }
        Ok(at)
    }

    /// Whether a batch waits to be taken.
    pub fn is_full(&self) -> bool {
        self.state != State::InElement && (self.text.len() >= BATCH_BYTES || self.records.len() >= BATCH_RECORDS)
    }

    /// Whether the array has begun.
    pub fn has_begun(&self) -> bool {
        self.state != State::BeforeArray
    }

    /// The records that are complete, if there are any.
    pub fn take(&mut self) -> Option<Records> {
        debug_assert!(self.state != State::InElement, "a batch is taken between two elements");
        if self.records.is_empty() {
            return None;
        }
        let records = seal(std::mem::take(&mut self.text), std::mem::take(&mut self.records), self.first);
        self.first += records.records.len() as u64;
        Some(records)
    }

    /// The last records, when the body has ended: an error if the array has not.
    pub fn finish(mut self) -> Result<Option<Records>, SplitError> {
        match self.state {
            State::AfterArray => Ok(self.take()),
            State::BeforeArray | State::Between | State::InElement => Err(SplitError::CutOff),
        }
    }

    /// What there is of a body that will never become whole; a piece of an element is marked.
    pub fn salvage(mut self) -> Option<Records> {
        if self.state == State::InElement {
            self.is_cut = true;
            self.complete(Some(Flaw::CutOff));
        }
        self.take()
    }

    fn skip_to_array(&mut self, byte: u8) -> Result<usize, SplitError> {
        match byte {
            b'[' => self.state = State::Between,
            // Blanks, or the byte order mark that some of Microsoft's services put first.
            b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf => {}
            _ => return Err(SplitError::NotAnArray),
        }
        Ok(1)
    }

    fn between(&mut self, byte: u8) -> usize {
        match byte {
            b']' => self.state = State::AfterArray,
            b',' | b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => {
                self.state = State::InElement;
                self.element = self.text.len();
                self.is_cut = false;
                let is_scalar = !matches!(byte, b'{' | b'[' | b'"');
                self.nesting = Nesting { is_scalar, ..Nesting::default() };
                return 0;
            }
        }
        1
    }

    fn in_element(&mut self, chunk: &[u8]) -> usize {
        let (length, is_complete) = self.nesting.scan(chunk);
        self.append(&chunk[..length]);
        if is_complete {
            self.complete(None);
        }
        length
    }

    fn append(&mut self, piece: &[u8]) {
        if self.is_cut {
            return;
        }
        self.text.extend_from_slice(piece);
        if self.text.len() - self.element > MAX_RECORD_BYTES {
            self.text.truncate(self.element + CUT_BYTES);
            self.is_cut = true;
        }
    }

    fn complete(&mut self, flaw: Option<Flaw>) {
        let flaw = flaw
            .or(self.is_cut.then_some(Flaw::TooLong))
            .or((self.nesting.deepest > MAX_DEPTH).then_some(Flaw::TooDeep));
        self.records.push(Record { span: Span::new(self.element..self.text.len()), flaw });
        self.state = State::Between;
    }
}

impl Nesting {
    /// Scans to the end of the element: how many bytes of `chunk` belong to it, and whether it ends there.
    fn scan(&mut self, chunk: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while at < chunk.len() {
            if self.is_scalar {
                let end =
                    chunk[at..].iter().position(|byte| matches!(byte, b',' | b']' | b' ' | b'\n' | b'\r' | b'\t'));
                return end.map_or((chunk.len(), false), |end| (at + end, true));
            } else if self.is_escaped {
                self.is_escaped = false;
                at += 1;
            } else if self.in_string {
                let Some(found) = memchr::memchr2(b'"', b'\\', &chunk[at..]) else { return (chunk.len(), false) };
                at += found + 1;
                self.is_escaped = chunk[at - 1] == b'\\';
                self.in_string = self.is_escaped;
                if !self.in_string && self.depth == 0 {
                    return (at, true);
                }
            } else {
                at += self.structure(&chunk[at..]);
                if self.depth == 0 && !self.in_string {
                    return (at, true);
                }
            }
        }
        (at, false)
    }

    /// Walks over what stands between strings; stops behind a quote or behind the bracket that ends the element.
    fn structure(&mut self, chunk: &[u8]) -> usize {
        for (at, byte) in chunk.iter().enumerate() {
            match byte {
                b'"' => {
                    self.in_string = true;
                    return at + 1;
                }
                b'{' | b'[' => {
                    self.depth += 1;
                    self.deepest = self.deepest.max(self.depth);
                }
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return at + 1;
                    }
                }
                _ => {}
            }
        }
        chunk.len()
    }
}

/// Validates the text once; only where that fails is each record looked at alone.
fn seal(text: Vec<u8>, records: Vec<Record>, first: u64) -> Records {
    match String::from_utf8(text) {
        Ok(text) => Records { source: Source::new(text), records, first },
        Err(error) => mend(error.as_bytes(), &records, first),
    }
}

fn mend(bytes: &[u8], records: &[Record], first: u64) -> Records {
    let mut text = String::with_capacity(bytes.len());
    let mended = records.iter().map(|Record { span, flaw }| {
        let start = text.len();
        let readable = String::from_utf8_lossy(&bytes[span.range()]);
        let is_broken = matches!(readable, std::borrow::Cow::Owned(_));
        text.push_str(&readable);
        Record { span: Span::new(start..text.len()), flaw: flaw.or(is_broken.then_some(Flaw::BrokenUtf8)) }
    });
    let records = mended.collect();
    Records { source: Source::new(text), records, first }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(records: &Records) -> Vec<String> {
        records.records.iter().map(|record| records.source.slice(record.span).to_owned()).collect()
    }

    /// Splits `body` in chunks of `size` bytes.
    fn split(body: &[u8], size: usize) -> Result<Vec<String>, SplitError> {
        let mut splitter = Splitter::new();
        for chunk in body.chunks(size) {
            assert_eq!(splitter.push(chunk)?, chunk.len());
        }
        Ok(splitter.finish()?.map(|records| texts(&records)).unwrap_or_default())
    }

    #[test]
    fn elements_are_cut_wherever_the_chunks_end() {
        let body = "\u{feff} [ {\"a\":\"}],\\\"[{\"},\n{\"b\":[1,{\"c\":\"\\\\\"}]},12,\"x\\\"]\",null,[[]],{}\t] \r\n";
        let expected =
            ["{\"a\":\"}],\\\"[{\"}", "{\"b\":[1,{\"c\":\"\\\\\"}]}", "12", "\"x\\\"]\"", "null", "[[]]", "{}"];
        for size in 1..body.len() {
            assert_eq!(split(body.as_bytes(), size).expect("an array"), expected, "chunks of {size}");
        }
    }

    #[test]
    fn an_array_that_does_not_end_is_an_error_at_every_byte() {
        let body = br#"[{"a":"x"},{"b":[1]}]"#;
        for end in 0..body.len() {
            assert_eq!(split(&body[..end], 7), Err(SplitError::CutOff), "cut at {end}");
        }
        assert_eq!(split(body, 7).map(|texts| texts.len()), Ok(2));
    }

    #[test]
    fn another_body_than_an_array_is_refused() {
        for body in [r#"{"error":{"code":"AF50000"}}"#, "<html>", "null"] {
            assert_eq!(split(body.as_bytes(), 100), Err(SplitError::NotAnArray), "{body}");
        }
    }

    #[test]
    fn broken_bytes_mark_their_own_record_only() {
        let mut splitter = Splitter::new();
        splitter.push(b"[{\"a\":\"\xff\"},{\"b\":\"\xc3\xa9\"}]").expect("an array");
        let records = splitter.finish().expect("a whole array").expect("two records");
        assert_eq!(texts(&records), ["{\"a\":\"\u{fffd}\"}", "{\"b\":\"é\"}"]);
        assert_eq!(records.records[0].flaw, Some(Flaw::BrokenUtf8));
        assert_eq!(records.records[1].flaw, None);
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = format!("[{}{}, {{}}]", "[".repeat(300), "]".repeat(300));
        let mut splitter = Splitter::new();
        splitter.push(deep.as_bytes()).expect("an array");
        let records = splitter.finish().expect("a whole array").expect("records");
        assert_eq!(records.records.iter().map(|record| record.flaw).collect::<Vec<_>>(), [Some(Flaw::TooDeep), None]);

        let long = format!("[{{\"a\":\"{}\"}},{{}}]", "x".repeat(MAX_RECORD_BYTES));
        let mut splitter = Splitter::new();
        for chunk in long.as_bytes().chunks(65_536) {
            splitter.push(chunk).expect("an array");
        }
        let records = splitter.finish().expect("a whole array").expect("records");
        assert_eq!(records.records.iter().map(|record| record.flaw).collect::<Vec<_>>(), [Some(Flaw::TooLong), None]);
        assert!(records.source.text().len() < 2 * CUT_BYTES);
    }

    #[test]
    fn a_full_batch_stops_the_intake_and_positions_go_on() {
        let body = format!("[{}]", vec!["{}"; 2_500].join(","));
        let (mut splitter, mut rest, mut firsts) = (Splitter::new(), body.as_bytes(), Vec::new());
        while !rest.is_empty() {
            rest = &rest[splitter.push(rest).expect("an array")..];
            if splitter.is_full() {
                firsts.extend(splitter.take().map(|records| (records.first, records.records.len())));
            }
        }
        firsts.extend(splitter.finish().expect("a whole array").map(|records| (records.first, records.records.len())));
        assert_eq!(firsts, [(0, 1000), (1000, 1000), (2000, 500)]);
    }

    #[test]
    fn what_was_cut_off_can_be_salvaged() {
        let mut splitter = Splitter::new();
        splitter.push(br#"[{"a":1},{"b":"#).expect("an array");
        let records = splitter.salvage().expect("two pieces");
        assert_eq!(texts(&records), [r#"{"a":1}"#, r#"{"b":"#]);
        assert_eq!(records.records[1].flaw, Some(Flaw::CutOff));
    }
}
