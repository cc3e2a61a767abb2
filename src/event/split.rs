//! Cuts a streamed JSON array into its elements, and reads them on the way.
//!
//! What is usual is walked once ([`super::walk`]), which finds the end of a record and its members. What is not is cut
//! by counting brackets ([`super::nesting`]), whatever stands inside: that never fails, and whether the element is a
//! legal object is found out afterwards, for it alone. One batch of text is held.

use super::marks::Marks;
use super::nesting::Nesting;
use super::records::{Flaw, Reading, Record, Records};
use super::source::Span;
use super::walk::{Field, MAX_DEPTH, Names, Stop, Walk};

/// A batch is full with this much text,
const BATCH_BYTES: usize = 128 * 1024;
/// or with so many records.
const BATCH_RECORDS: usize = 1000;
/// So much of a body is looked at ahead.
const PIECE_BYTES: usize = 16 * 1024;
/// A record that comes in pieces is walked again with each of them, unless it becomes longer than this.
const WALKED_BYTES: usize = 64 * 1024;
/// Longer records are cut to [`CUT_BYTES`]; no output takes documents of such a size.
pub(super) const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;
const CUT_BYTES: usize = 64 * 1024;

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
    /// What was received of this batch: complete elements, then the beginning of the next one.
    text: Vec<u8>,
    /// Where the next element begins, or the blanks before it.
    element: usize,
    marks: Marks,
    /// Number of the next element's first quote.
    quote: usize,
    seen: Vec<Span>,
    nesting: Nesting,
    is_cut: bool,
    records: Vec<Record>,
    fields: Vec<Field>,
    first: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    BeforeArray,
    /// Between elements, or within one that has yet to be walked.
    Walking,
    /// Within one that is cut by its brackets.
    Counting,
    AfterArray,
}

impl Splitter {
    /// A splitter for one body.
    pub fn new() -> Self {
        Self::default()
    }

    /// A splitter for elements that follow each other without an array around them: lines of JSON.
    pub fn within() -> Self {
        Self { state: State::Walking, ..Self::default() }
    }

    /// Takes bytes of the body and says how many: fewer than all when a batch is full, which [`Self::take`] gives.
    pub fn push(&mut self, chunk: &[u8]) -> Result<usize, SplitError> {
        let mut at = 0;
        while at < chunk.len() && !self.is_full() {
            at += match self.state {
                State::BeforeArray => self.skip_to_array(chunk[at])?,
                State::Walking if self.text.len() == self.element && is_between(chunk[at]) => 1,
                State::Walking => self.walk(&chunk[at..]),
                State::Counting => self.count(&chunk[at..]),
                State::AfterArray => self.after_array(chunk[at]),
            };
        }
        Ok(at)
    }

    /// Whether a batch waits to be taken.
    pub fn is_full(&self) -> bool {
        self.state != State::Counting && (self.element >= BATCH_BYTES || self.records.len() >= BATCH_RECORDS)
    }

    /// Whether the array has begun.
    pub fn has_begun(&self) -> bool {
        self.state != State::BeforeArray
    }

    /// Whether the array has ended.
    pub fn has_ended(&self) -> bool {
        self.state == State::AfterArray
    }

    /// The records that are complete, if there are any.
    pub fn take(&mut self) -> Option<Records> {
        debug_assert!(self.text.len() == self.element, "a batch is taken between two elements");
        if self.records.is_empty() {
            return None;
        }
        let (bytes, fields) = (self.text.len(), self.fields.len());
        let text = std::mem::replace(&mut self.text, Vec::with_capacity(bytes));
        let fields = std::mem::replace(&mut self.fields, Vec::with_capacity(fields));
        let records = Records::seal(text, std::mem::take(&mut self.records), fields, self.first);
        self.first += records.records.len() as u64;
        self.begin(0);
        Some(records)
    }

    /// The last records, when the body has ended: an error if the array has not.
    pub fn finish(mut self) -> Result<Option<Records>, SplitError> {
        match self.state {
            State::AfterArray => Ok(self.take()),
            State::BeforeArray | State::Walking | State::Counting => Err(SplitError::CutOff),
        }
    }

    /// What there is of a body that will never become whole; a piece of an element is marked.
    pub fn salvage(mut self) -> Option<Records> {
        let begun = self.text[self.element..].iter().position(|byte| !is_between(*byte));
        match begun {
            Some(at) => {
                self.element += at;
                self.is_cut = self.state == State::Counting && self.is_cut;
                self.complete(self.text.len(), Some(Flaw::CutOff));
            }
            None => self.text.truncate(self.element),
        }
        self.take()
    }

    fn skip_to_array(&mut self, byte: u8) -> Result<usize, SplitError> {
        match byte {
            b'[' => self.state = State::Walking,
            // Blanks, or the byte order mark that some of Microsoft's services put first.
            b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf => {}
            _ => return Err(SplitError::NotAnArray),
        }
        Ok(1)
    }

    /// Walks the elements that end in the first piece of `chunk`; says how much of it was taken.
    fn walk(&mut self, chunk: &[u8]) -> usize {
        let before = self.text.len();
        let piece = &chunk[..chunk.len().min(PIECE_BYTES)];
        self.text.extend_from_slice(piece);
        self.marks.extend(&self.text);
        while self.element < self.text.len() && self.state == State::Walking {
            let byte = self.text[self.element];
            match byte {
                _ if is_between(byte) => self.element += 1,
                b']' => {
                    self.text.truncate(self.element);
                    self.state = State::AfterArray;
                    return self.element + 1 - before;
                }
                _ if self.is_full() => break,
                _ if !self.record() => return piece.len(),
                _ => {}
            }
        }
        if self.state == State::Walking {
            // The batch is full, or nothing has begun: what is left belongs to the next one.
            self.text.truncate(self.element);
            return self.element - before;
        }
        piece.len()
    }

    /// Another array may follow; anything else is an element that has lost its array, and is not passed over.
    fn after_array(&mut self, byte: u8) -> usize {
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            return 1;
        }
        self.begin(self.text.len());
        self.state = State::Walking;
        usize::from(byte == b'[')
    }

    /// Takes the next element, if all of it is there.
    fn record(&mut self) -> bool {
        let (start, first) = (self.element, self.fields.len());
        let walk = Walk::new(&self.text, &self.marks, &mut self.seen, Names::AsReceived, self.quote);
        match walk.object(start, &mut self.fields) {
            Ok((end, quote)) => {
                let fields = (first as u32, self.fields.len() as u32);
                let span = Span::new(start..end);
                self.records.push(Record { span, flaw: None, reading: Some(Reading { text: span, fields }) });
                (self.element, self.quote) = (end, quote);
                return true;
            }
            Err(Stop::Partial) if self.text.len() - start <= WALKED_BYTES => {
                self.fields.truncate(first);
                return false;
            }
            Err(_) => self.fields.truncate(first),
        }
        self.nesting = Nesting::new(self.text[start]);
        self.is_cut = false;
        let (length, is_complete) = self.nesting.scan(&self.text[start..]);
        if is_complete {
            self.complete(start + length, None);
            let end = self.element as u32;
            self.quote += self.marks.quotes[self.quote..].partition_point(|at| *at < end);
        } else {
            self.state = State::Counting;
        }
        is_complete
    }

    fn count(&mut self, chunk: &[u8]) -> usize {
        let (length, is_complete) = self.nesting.scan(chunk);
        self.append(&chunk[..length]);
        if is_complete {
            self.complete(self.text.len(), None);
            self.begin(self.element);
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

    fn complete(&mut self, end: usize, flaw: Option<Flaw>) {
        let flaw = flaw
            .or(self.is_cut.then_some(Flaw::TooLong))
            .or((self.nesting.deepest > MAX_DEPTH).then_some(Flaw::TooDeep));
        self.records.push(Record { span: Span::new(self.element..end), flaw, reading: None });
        self.element = end;
        self.state = State::Walking;
    }

    /// Walks on from `start`, the end of what is complete.
    fn begin(&mut self, start: usize) {
        self.element = start;
        self.quote = 0;
        self.marks.restart(start);
    }
}

/// Whether `byte` may stand between two elements.
fn is_between(byte: u8) -> bool {
    matches!(byte, b',' | b' ' | b'\t' | b'\r' | b'\n')
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
    fn what_follows_an_array_is_not_passed_over() {
        assert_eq!(split(b"[{}] [1]\n", 3).map(|texts| texts.len()), Ok(2));
        assert_eq!(split(b"[{}] {}", 3), Err(SplitError::CutOff));
    }

    #[test]
    fn lines_need_no_array() {
        let mut splitter = Splitter::within();
        splitter.push(b"{\"a\":1}\n{\"b\":2}\r\n\n{\"c\":3}").expect("lines");
        assert_eq!(texts(&splitter.salvage().expect("records")).len(), 3);
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
