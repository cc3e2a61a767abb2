//! Finds the end of any element by counting brackets, whatever stands inside it.

/// Where in an element the scan stands.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    depth: u32,
    pub(super) deepest: u32,
    in_string: bool,
    is_escaped: bool,
    is_scalar: bool,
}

impl Nesting {
    /// The beginning of an element whose first byte is `byte`.
    pub(super) fn new(byte: u8) -> Self {
        Self { is_scalar: !matches!(byte, b'{' | b'[' | b'"'), ..Self::default() }
    }

    /// Scans to the end of the element: how many bytes of `chunk` belong to it, and whether it ends there.
    pub(super) fn scan(&mut self, chunk: &[u8]) -> (usize, bool) {
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
