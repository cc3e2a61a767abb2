//! What is read of a record is what `serde_json` reads, whatever the record looks like.

use std::collections::BTreeMap;

use o365collector::event::{Event, Records, Splitter};
use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

fn split(body: &str, piece: usize) -> Option<Records> {
    let mut splitter = Splitter::new();
    for piece in body.as_bytes().chunks(piece) {
        assert_eq!(splitter.push(piece), Ok(piece.len()));
    }
    splitter.salvage()
}

/// Compares what was read of each record with what `serde_json` reads.
#[track_caller]
fn check(body: &str, piece: usize) {
    let Some(records) = split(body, piece) else { return };
    for record in records.records.iter().filter(|record| record.flaw.is_none()) {
        let text = records.source.slice(record.span);
        let expected = serde_json::from_str::<BTreeMap<String, &RawValue>>(text);
        let event = records.event(record);
        assert_eq!(event.is_some(), expected.is_ok(), "{text}: {:?}", expected.err());
        if let (Some(event), Ok(members)) = (event, expected) {
            check_members(&event, &members, text);
        }
    }
}

fn check_members(event: &Event, expected: &BTreeMap<String, &RawValue>, text: &str) {
    let line = event.to_json();
    assert!(!line.contains('\n'), "{line}");
    let found: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&line).expect("JSON");
    assert!(found.keys().eq(expected.keys()), "{text} became {line}");
    for (found, expected) in found.values().zip(expected.values()) {
        // Half a surrogate pair is no text for `Value`, and stays as it is where names are in order.
        if let Ok(expected) = serde_json::from_str::<Value>(expected.get()) {
            assert_eq!(serde_json::from_str::<Value>(found.get()).expect("JSON"), expected, "{text}");
        }
    }
}

#[test]
fn odd_records_are_read_as_serde_json_reads_them() {
    for record in [
        r#"{"a":1,"a":2}"#,
        r#"{"a":{"b":1,"b":[{"c":1,"\u0063":2}]},"\u0061":{"x":null,"x":true}}"#,
        r#"{"a":{"\ud800":1}}"#,
        r#"{"\ud800":1}"#,
        r#"{"a":"\ud800"}"#,
        r#"{"a\"b":{"c\\":1},"d":"\/"}"#,
        "{ \"a\" :\t[ 1 , {} ]\r\n, \"b\": { } }",
        "{\"a\":\"x\ny\"}",
        "{\"a\":\"\\x\"}",
        r#"{"a":01}"#,
        r#"{"a":-0.0e+10,"b":-,"c":1.}"#,
        r#"{"a":1e999,"b":123456789012345678901234567890}"#,
        r#"{"a":tru}"#,
        r#"{"a":nulll}"#,
        r#"{"a":1,}"#,
        r#"{"a":[1,]}"#,
        r"{,}",
        r#"{"a" 1}"#,
        r#"{"a":[1}]"#,
        r#"{"a":{"b":1]}"#,
        r"{a:1}",
        r#"{\"a":1}"#,
        "{}",
        "{ }",
        "[1]",
    ] {
        let long = format!("{{\"pad\":\"{}\"}}", "é".repeat(40));
        check(&format!("[{long},{record},{long}]"), 16);
    }
}

#[test]
fn of_names_that_repeat_at_any_level_the_last_one_counts() {
    let records = split(r#"[{"a":{"b":1,"c":[{"d":1,"d":2}],"b":3}}]"#, 100).expect("a record");
    let event = records.event(&records.records[0]).expect("an object");
    assert_eq!(event.to_json(), r#"{"a":{"b":3,"c":[{"d":2}]}}"#);
    assert_eq!(records.source.slice(records.records[0].span), r#"{"a":{"b":1,"c":[{"d":1,"d":2}],"b":3}}"#);
}

/// Objects with few names, so that some repeat.
fn any_record() -> impl Strategy<Value = String> {
    let text = prop_oneof!["[ -!#-\\[\\]-~]{0,40}", "\\PC{0,6}", Just("a\\\"b\\\\".to_owned())];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<f64>()
            .prop_filter("JSON has no others", |value| value.is_finite())
            .prop_map(|value| format!("{value:e}")),
        text.prop_map(|text| Value::from(text).to_string()),
        Just(r#""\u00e9\n\ud83d\ude00""#.to_owned()),
    ];
    let name = || prop_oneof!["[a-e]", "[A-Za-z]{1,20}", Just("\\u0061".to_owned()), Just("q\\\"".to_owned())];
    let object = move |value: BoxedStrategy<String>| {
        prop::collection::vec((name(), value), 0..6).prop_map(|members| {
            let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!("{{{}}}", members.join(","))
        })
    };
    let value = leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|values| format!("[{}]", values.join(","))),
            object(inner.boxed()),
        ]
    });
    let name = prop_oneof!["[a-z]{1,8}", Just("\\u0062".to_owned())];
    prop::collection::vec((name, value), 0..12).prop_map(|members| {
        let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_record_looks_like_it_is_read_as_serde_json_reads_it(
        records in prop::collection::vec(any_record(), 1..4),
        changes in prop::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{}\",:0-9.eE+\\\\\\-u \\n\\ta\\x01é]{0,2}"), 0..4),
        piece in 1_usize..300,
    ) {
        let mut body = records.join(",\n");
        for (at, text) in changes {
            let at = at.index(body.len());
            let (start, end) = (body.floor_char_boundary(at), body.ceil_char_boundary(at + 1));
            body.replace_range(start..end, &text);
            if body.is_empty() {
                body.push(' ');
            }
        }
        check(&format!("[{body}]"), piece);
    }
}
