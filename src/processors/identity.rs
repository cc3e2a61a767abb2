//! What an event is called in stores, so that a repeat overwrites itself.

use crate::event::{Object, Value};

/// Stores take ids of at most 512 bytes (Elasticsearch `_id`).
const LONGEST: usize = 512;
/// What stays readable of a longer one, before its hash.
const KEPT: usize = 400;

/// The metadata of an event with this document id.
pub(super) fn metadata(id: Value) -> Object {
    let mut metadata = Object::with_capacity(1);
    metadata.push("_id", id);
    metadata
}

/// The document id of the record `id`; of an eDiscovery record split over several, the part counts too.
pub(super) fn document(id: &str, part: Option<&str>) -> Value {
    let whole = match part {
        Some(part) => format!("{id}-{part}"),
        None => id.to_owned(),
    };
    if whole.len() <= LONGEST {
        return Value::from(whole);
    }
    let kept = (0..=KEPT).rev().find(|&at| whole.is_char_boundary(at)).unwrap_or(0);
    Value::from(format!("{}~{:032x}", &whole[..kept], fnv1a(whole.as_bytes())))
}

/// FNV-1a with 128 bits: no secret depends on it, and it never changes between releases.
fn fnv1a(bytes: &[u8]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(OFFSET, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &Value) -> &str {
        match value {
            Value::Text(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_id_is_itself_unless_it_is_too_long() {
        assert_eq!(text(&document("a-b", None)), "a-b");
        assert_eq!(text(&document("a-b", Some("2"))), "a-b-2");
        let (one, two) = (format!("{}1", "é".repeat(300)), format!("{}2", "é".repeat(300)));
        let (one, again, two) = (document(&one, None), document(&one, None), document(&two, None));
        assert!(text(&one).len() <= LONGEST);
        assert_eq!(text(&one), text(&again));
        assert_ne!(text(&one), text(&two));
    }
}
