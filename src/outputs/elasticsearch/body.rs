//! What a request carries.

use std::io::Write;
use std::ops::Range;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::routing::Routing;
use crate::outputs::Bulk;

/// The body of one request.
#[derive(Debug)]
pub(super) struct Body {
    /// As it is sent.
    pub(super) bytes: Bytes,
    /// Its size before packing.
    pub(super) plain: usize,
    /// Positions of the bulk's events in it, in their order.
    pub(super) events: Vec<usize>,
    /// Events that can be sent nowhere, and why.
    pub(super) refused: Vec<(usize, String)>,
    /// What did not fit.
    pub(super) rest: Range<usize>,
}

/// Writes as many events of `range` as fit into `limit` bytes, but at least one.
pub(super) fn pack(bulk: &Bulk, range: Range<usize>, routing: &Routing, limit: usize, level: u32) -> Body {
    let mut writer = Writer::new(level, limit.min(2 * bulk.bytes() * range.len() / bulk.len().max(1)));
    let (mut events, mut refused) = (Vec::with_capacity(range.len()), Vec::new());
    let mut rest = range.end..range.end;
    for (at, event) in bulk.events().enumerate().skip(range.start).take(range.len()) {
        let start = writer.buffer.len();
        if let Err(reason) = routing.write_action(event, &mut writer.buffer) {
            writer.buffer.truncate(start);
            refused.push((at, reason));
            continue;
        }
        event.write_json(&mut writer.buffer);
        writer.buffer.push(b'\n');
        if writer.plain + writer.buffer.len() > limit && !events.is_empty() {
            writer.buffer.truncate(start);
            rest = at..range.end;
            break;
        }
        events.push(at);
        writer.pack_if_much();
    }
    let (bytes, plain) = writer.finish();
    Body { bytes, plain, events, refused, rest }
}

/// Packs while it is written, a piece at a time; or keeps everything as it is.
struct Writer {
    buffer: Vec<u8>,
    gzip: Option<GzEncoder<Vec<u8>>>,
    /// Bytes that have left `buffer`.
    plain: usize,
}

/// Enough to be worth a call of the packer, little enough to stay in the processor's cache.
const PIECE: usize = 64 * 1024;

impl Writer {
    fn new(level: u32, expected: usize) -> Self {
        if level == 0 {
            return Self { buffer: Vec::with_capacity(expected), gzip: None, plain: 0 };
        }
        let packed = Vec::with_capacity(expected / 8);
        let gzip = Some(GzEncoder::new(packed, Compression::new(level)));
        Self { buffer: Vec::with_capacity(2 * PIECE), gzip, plain: 0 }
    }

    fn pack_if_much(&mut self) {
        if self.buffer.len() >= PIECE {
            self.pack();
        }
    }

    fn pack(&mut self) {
        if let Some(gzip) = &mut self.gzip {
            gzip.write_all(&self.buffer).expect("a Vec takes every byte");
            self.plain += self.buffer.len();
            self.buffer.clear();
        }
    }

    fn finish(mut self) -> (Bytes, usize) {
        self.pack();
        let plain = self.plain + self.buffer.len();
        match self.gzip {
            Some(gzip) => (gzip.finish().expect("a Vec takes every byte").into(), plain),
            None => (self.buffer.into(), plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::sync::Arc;

    use super::*;
    use crate::event::{Batch, Event};
    use crate::outputs::elasticsearch::Options;
    use crate::outputs::{Parcel, Part};

    fn bulk(events: usize) -> Bulk {
        let event = |at| Event::from_json(format!(r#"{{"n":{at}}}"#)).unwrap();
        let events: Vec<Event> = (0..events).map(event).collect();
        let bytes = 8 * events.len();
        let (parcel, _receipt) = Parcel::new(Arc::new(Batch { events, bytes, ..Batch::default() }), Vec::new());
        let range = 0..parcel.batch.events.len();
        Bulk { id: 1, parts: vec![Part { parcel, range }] }
    }

    fn routing(index: &str) -> Routing {
        Routing::new(&Options { index: index.parse().unwrap(), ..Options::default() })
    }

    #[test]
    fn a_body_holds_what_fits_and_at_least_one_event() {
        let line = "{\"create\":{\"_index\":\"x\"}}\n{\"n\":0}\n".len();
        for (limit, taken) in [(10 * line, 5), (5 * line, 5), (5 * line - 1, 4), (3 * line, 3), (line, 1), (1, 1)] {
            for level in [0, 1] {
                let body = pack(&bulk(6), 1..6, &routing("x"), limit, level);
                assert_eq!((body.events.len(), body.rest, body.plain), (taken, taken + 1..6, taken * line), "{limit}");
                assert_eq!(body.events[0], 1);
            }
        }
    }

    #[test]
    fn a_packed_body_is_the_same_text() {
        let plain = pack(&bulk(20_000), 0..20_000, &routing("x"), usize::MAX, 0);
        let packed = pack(&bulk(20_000), 0..20_000, &routing("x"), usize::MAX, 1);
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(&packed.bytes[..]).read_to_end(&mut text).unwrap();
        assert_eq!(text, plain.bytes);
        assert!(packed.bytes.len() < plain.bytes.len() / 4);
    }

    #[test]
    fn an_event_without_an_index_is_left_out() {
        let body = pack(&bulk(2), 0..2, &routing("%{[n]}-%{[none]}"), 100, 0);
        assert!(body.events.is_empty() && body.bytes.is_empty());
        assert_eq!(body.refused.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 1]);
    }
}
