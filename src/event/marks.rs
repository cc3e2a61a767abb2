//! Where the quotes of a JSON text stand, sixty-four bytes at a time.
//!
//! Knowing all quotes beforehand lets [`super::walk`] step from string to string without looking into them. What a
//! string must not hold is noted on the way: control characters, and escapes that JSON does not know.

use wide::u8x16;

/// Positions that matter in a text that may still grow.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Quotes that begin or end a string: those without a backslash before them.
    pub(super) quotes: Vec<u32>,
    /// Backslashes that begin an escape.
    pub(super) escapes: Vec<u32>,
    /// Control characters, which may stand between strings only, and bad escapes, which may stand nowhere.
    pub(super) suspects: Vec<u32>,
    /// How much of the text is marked.
    upto: usize,
    /// The next byte is escaped by the last one marked.
    is_escaped: bool,
}

impl Marks {
    /// Forgets all marks and begins at `start`.
    pub(super) fn restart(&mut self, start: usize) {
        self.quotes.clear();
        self.escapes.clear();
        self.suspects.clear();
        self.upto = start;
        self.is_escaped = false;
    }

    /// Marks what is new in `text`; stops before an escape whose end is not there yet.
    pub(super) fn extend(&mut self, text: &[u8]) {
        while self.upto < text.len() {
            let rest = &text[self.upto..];
            let upto = self.upto;
            if let Some(block) = rest.first_chunk() {
                self.block(text, block, 64);
            } else {
                let mut block = [b' '; 64];
                block[..rest.len()].copy_from_slice(rest);
                self.block(text, &block, rest.len());
            }
            if self.upto == upto {
                return;
            }
        }
    }

    fn block(&mut self, text: &[u8], block: &[u8; 64], length: usize) {
        let Found { mut quotes, backslashes, controls: mut suspects } = find(block);
        let base = self.upto;
        self.upto += length;
        if backslashes != 0 || self.is_escaped {
            let escaped = self.escapes(text, base, backslashes, &mut suspects);
            quotes &= !escaped;
            let known = (1_u64 << (self.upto - base).min(63)) - 1;
            if self.upto - base < length {
                quotes &= known;
                suspects &= known;
            }
        }
        note(&mut self.quotes, base, quotes);
        if suspects != 0 {
            note(&mut self.suspects, base, suspects);
        }
    }

    /// Judges the escapes of a block; gives the bytes that they take the meaning from.
    #[cold]
    fn escapes(&mut self, text: &[u8], base: usize, mut backslashes: u64, suspects: &mut u64) -> u64 {
        let mut escaped = u64::from(self.is_escaped);
        backslashes &= !escaped;
        self.is_escaped = false;
        while backslashes != 0 {
            let bit = backslashes & backslashes.wrapping_neg();
            let at = base + backslashes.trailing_zeros() as usize;
            match is_legal(&text[at + 1..]) {
                None => {
                    self.upto = at;
                    return escaped;
                }
                Some(is_legal) => *suspects |= if is_legal { 0 } else { bit },
            }
            self.escapes.push(at as u32);
            self.is_escaped = bit == 1 << 63;
            escaped |= bit << 1;
            backslashes &= !(bit | bit << 1);
        }
        escaped
    }
}

/// Whether `behind` is what may stand behind a backslash. `None`: it ends too early to be judged.
fn is_legal(behind: &[u8]) -> Option<bool> {
    match behind.first()? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(true),
        b'u' => behind.get(1..5).map(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
        _ => Some(false),
    }
}

fn note(positions: &mut Vec<u32>, base: usize, mut bits: u64) {
    positions.extend((0..bits.count_ones()).map(|_| {
        let at = base as u32 + bits.trailing_zeros();
        bits &= bits - 1;
        at
    }));
}

/// What stands in a block, one bit a byte.
struct Found {
    quotes: u64,
    backslashes: u64,
    controls: u64,
}

fn find(block: &[u8; 64]) -> Found {
    let mut found = Found { quotes: 0, backslashes: 0, controls: 0 };
    let (lanes, _) = block.as_chunks::<16>();
    for (at, lane) in lanes.iter().enumerate() {
        let lane = u8x16::from(*lane);
        let bits = |equal: u8x16| u64::from(equal.to_bitmask()) << (16 * at);
        found.quotes |= bits(lane.simd_eq(u8x16::splat(b'"')));
        found.backslashes |= bits(lane.simd_eq(u8x16::splat(b'\\')));
        found.controls |= bits(lane.min(u8x16::splat(0x1f)).simd_eq(lane));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_found_however_the_text_arrives() {
        let text = br#"{"a":"x\\\"y\\","\u00e9":"","long":"0123456789012345678901234567890123456789\\\\\\\\\"!"}"#;
        let mut whole = Marks::default();
        whole.extend(text);
        assert_eq!(whole.quotes.len(), 12);
        for size in 1..text.len() {
            let mut marks = Marks::default();
            for end in (0..text.len()).step_by(size).chain([text.len()]) {
                marks.extend(&text[..end]);
            }
            assert_eq!((&marks.quotes, &marks.escapes), (&whole.quotes, &whole.escapes), "pieces of {size}");
        }
    }

    #[test]
    fn control_characters_and_bad_escapes_are_suspect() {
        let mut marks = Marks::default();
        marks.extend(b"\"\n\" \"\\x\" \"\\u12g4\" \"\\u00e9\"\t");
        assert_eq!(marks.suspects, [1, 5, 10, 26]);
    }
}
