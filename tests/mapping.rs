//! Records in, ECS events out: goldens, legality, and whatever shape a record may have.
//!
//! `UPDATE_GOLDENS=1 cargo test --test mapping` writes the expected events anew; they are read in review.

use std::path::PathBuf;
use std::sync::Arc;

use o365collector::event::{Batch, Origin, Records, Splitter};
use o365collector::processors::{Agent, Chain, MALFORMED, MAPPING_ERROR, Mapping, Options, RawMembers};
use o365collector::time::{self, Clock};
use proptest::prelude::*;
use serde_json::{Value, json};

fn origin() -> Arc<Origin> {
    Arc::new(Origin {
        feed: "larkfield/Audit.General".into(),
        connection: "larkfield".into(),
        domain: Some("larkfield.example".into()),
        organization: Some("Larkfield AS".into()),
        content_type: "Audit.General".into(),
        item: "20261120$audit_general$1".into(),
        created: time::parse("2026-11-20T10:30:00Z"),
    })
}

fn options() -> Options {
    let agent = Agent { version: "0.0.0".into(), hostname: "collector-1".into(), ..Agent::default() };
    Options { agent, ..Options::default() }
}

fn split(body: &str) -> Records {
    let mut splitter = Splitter::new();
    assert_eq!(splitter.push(body.as_bytes()), Ok(body.len()));
    splitter.finish().expect("a whole array").unwrap_or_default()
}

fn map_with(options: Options, body: &str) -> Batch {
    Chain::new(options, Clock::system()).events(&split(body), &origin())
}

/// The events of `records`, as an output writes them.
fn written(batch: &Batch) -> Vec<Value> {
    let lines: Vec<String> = batch.events.iter().map(o365collector::event::Event::to_json).collect();
    assert!(lines.iter().all(|line| !line.contains('\n')));
    lines.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn map(record: &Value) -> Value {
    written(&map_with(options(), &json!([record]).to_string())).remove(0)
}

#[track_caller]
fn check_golden(name: &str) {
    let fixture = |file: String| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ecs").join(file);
    let body = std::fs::read_to_string(fixture(format!("{name}.json"))).expect("a fixture");
    let batch = map_with(options(), &body);
    let mut found = Vec::new();
    for event in &batch.events {
        event.write_pretty(&mut found);
        found.push(b'\n');
    }
    let found = String::from_utf8(found).expect("text");
    written(&batch).iter().for_each(assert_legal);
    let path = fixture(format!("{name}.expected.ndjson"));
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::write(&path, &found).expect("a writable golden");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{name} differs from its golden; renew with UPDATE_GOLDENS=1 and read the difference");
}

#[test]
fn sign_ins_read_as_expected() {
    check_golden("sign_ins");
}

#[test]
fn exchange_administration_reads_as_expected() {
    check_golden("exchange_admin");
}

#[test]
fn file_and_sharing_operations_read_as_expected() {
    check_golden("files");
}

#[test]
fn directory_operations_read_as_expected() {
    check_golden("directory");
}

#[test]
fn odd_records_are_delivered_marked() {
    check_golden("odd");
}

const CATEGORIES: &[(&str, &[&str])] = &[
    ("authentication", &["start", "end", "info"]),
    ("configuration", &["access", "change", "creation", "deletion", "info"]),
    ("email", &["info"]),
    ("file", &["access", "change", "creation", "deletion", "info"]),
    ("host", &["access", "change", "end", "info", "start"]),
    ("iam", &["admin", "change", "creation", "deletion", "group", "info", "user"]),
    ("web", &["access", "error", "info"]),
];

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().expect("an array").iter().map(|text| text.as_str().expect("a text")).collect()
}

/// ECS allows the values of `event.*`, and every field has its type.
fn assert_legal(event: &Value) {
    let fields = &event["event"];
    assert!(["event", "pipeline_error"].contains(&fields["kind"].as_str().unwrap_or_default()), "{event}");
    if let Some(outcome) = fields.get("outcome") {
        assert!(["success", "failure", "unknown"].contains(&outcome.as_str().unwrap_or_default()), "{event}");
    }
    let mut allowed = Vec::new();
    for category in texts(&fields["category"]) {
        let known = CATEGORIES.iter().find(|(name, _)| *name == category);
        allowed.extend_from_slice(known.unwrap_or_else(|| panic!("{category}")).1);
    }
    for kind in texts(&fields["type"]) {
        assert!(allowed.contains(&kind), "{kind} in {event}");
    }
    assert!(time::parse(event["@timestamp"].as_str().expect("a text")).is_some());
    assert!(fields["id"].is_string());
    for section in ["user", "client", "source", "organization", "cloud", "host", "file", "url", "related", "email"] {
        event.get(section).into_iter().for_each(|value| assert_ecs_types(section, value));
    }
    if let Some(audit) = event.pointer("/o365/audit") {
        assert_raw_types(audit);
    }
}

fn assert_ecs_types(path: &str, value: &Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                assert_ecs_types(&format!("{path}.{name}"), value);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| assert!(value.is_string(), "{path}: {value}")),
        Value::Number(number) => {
            assert!(["client.port", "source.port", "file.size"].contains(&path) && number.is_i64(), "{path}: {value}");
        }
        value => assert!(value.is_string(), "{path}: {value}"),
    }
    if ["client.ip", "source.ip"].contains(&path) {
        assert!(value.as_str().is_some_and(|ip| ip.parse::<std::net::IpAddr>().is_ok()), "{path}: {value}");
    }
}

fn assert_raw_types(audit: &Value) {
    let is_text =
        |value: &Value| value.is_string() || value.as_array().is_some_and(|all| all.iter().all(Value::is_string));
    for name in ["Parameters", "ExtendedProperties", "ModifiedProperties"] {
        let Some(field) = audit.get(name).filter(|field| !field.is_null()) else { continue };
        for (property, value) in field.as_object().unwrap_or_else(|| panic!("{name}: {field}")) {
            let is_change = name == "ModifiedProperties" && property != "_raw";
            let is_object = is_change || property == "additionalDetails";
            let is_one = if is_object { value.is_object() || value.is_array() } else { is_text(value) };
            assert!(is_one, "{name}.{property}: {value}");
        }
    }
    for name in ["DeviceProperties", "OperationProperties"] {
        let Some(field) = audit.get(name).filter(|field| !field.is_null()) else { continue };
        let is_list = field.as_array().is_some_and(|pairs| {
            pairs.iter().all(|pair| {
                pair.is_object() && pair.get("Value").is_none_or(|value| value.is_string() || value.is_null())
            })
        });
        assert!(is_list || is_text(&field["_raw"]), "{name}: {field}");
    }
    for name in ["AppAccessContext", "Actor", "Target"] {
        let Some(field) = audit.get(name).filter(|field| !field.is_null()) else { continue };
        let is_list = field.as_array().is_some_and(|all| all.iter().all(Value::is_object));
        assert!(field.is_object() || is_list, "{name}: {field}");
    }
    for name in ["RecordType", "OperationCount"] {
        assert!(audit.get(name).is_none_or(|value| value.is_number() || value.is_null()), "{audit}");
    }
}

fn record() -> Value {
    json!({"CreationTime": "2026-11-20T10:00:05", "Id": "a-1", "RecordType": 6, "Operation": "FileAccessed",
        "UserId": "mira@larkfield.example", "Workload": "SharePoint", "SiteUrl": "https://larkfield.example/", "SourceFileName": "a.txt"})
}

fn with(member: &str, value: Value) -> Value {
    let mut record = record();
    record[member] = value;
    record
}

#[test]
fn a_record_without_a_time_keeps_its_text_and_takes_the_items_time() {
    let event = map(&with("CreationTime", json!("soon")));
    assert_eq!(event["@timestamp"], "2026-11-20T10:30:00.000Z");
    assert_eq!(event["tags"], json!([MALFORMED]));
    assert!(event["event"]["original"].as_str().is_some_and(|text| text.contains("\"soon\"")));
    assert_eq!(event["user"]["name"], "mira");
}

#[test]
fn a_failing_rule_marks_the_event_and_spares_the_others() {
    let event = map(&with("FileSizeBytes", json!("large")));
    assert_eq!(event["tags"], json!([MAPPING_ERROR]));
    assert_eq!(event["error"]["message"], "`FileSizeBytes` is no whole number, so `file.size` is not set");
    assert_eq!(event["file"]["name"], "a.txt");
    assert_eq!(event["o365"]["audit"]["FileSizeBytes"], "large");
}

#[test]
fn the_document_id_is_the_records_id_or_its_place() {
    let split_up = json!({"CreationTime": "2026-11-20T10:00:05", "Id": "case", "RecordType": 24, "RecordNumber": 3});
    let body = json!([record(), split_up, {}, "text"]).to_string();
    let batch = map_with(options(), &body);
    let ids: Vec<_> = batch.events.iter().map(|event| event.id().expect("an id").into_owned()).collect();
    assert_eq!(ids, ["a-1", "case-3", "20261120$audit_general$1#2", "20261120$audit_general$1#3"]);
}

#[test]
fn options_choose_raw_members_tags_and_fields() {
    let body = json!([record()]).to_string();
    let unmapped = written(&map_with(Options { raw: RawMembers::Unmapped, ..options() }, &body)).remove(0);
    assert!(unmapped["o365"]["audit"].get("SourceFileName").is_none());
    assert!(unmapped["o365"]["audit"]["SiteUrl"].is_string() && unmapped["o365"]["audit"]["UserId"].is_string());
    let none = Options { raw: RawMembers::None, preserve_original: true, tags: vec!["a".into()], ..options() };
    let fields = json!({"site": "north", "event": {"module": "own"}}).as_object().cloned().expect("an object");
    let bare = written(&map_with(Options { fields, fields_under_root: true, ..none }, &body)).remove(0);
    assert!(bare["o365"].get("audit").is_none());
    assert_eq!(
        (&bare["tags"], &bare["site"], &bare["event"]["module"]),
        (&json!(["a"]), &json!("north"), &json!("own"))
    );
    assert_eq!(bare["event"]["original"], json!(record().to_string()));
    let raw = written(&map_with(Options { mapping: Mapping::None, ..options() }, &body)).remove(0);
    assert_eq!((&raw["SourceFileName"], &raw["@timestamp"]), (&json!("a.txt"), &json!("2026-11-20T10:00:05.000Z")));
}

#[test]
fn without_mapping_a_records_own_names_give_way_to_ours() {
    let fields = json!({"site": "north"}).as_object().cloned().expect("an object");
    let options = Options { mapping: Mapping::None, tags: vec!["a".into()], fields, ..options() };
    let taken = with("tags", json!("own"));
    let body = format!("[{}, {}, {{ }}]", record(), taken);
    let events = written(&map_with(options.clone(), &body));
    for event in &events {
        assert_eq!((&event["tags"][0], &event["fields"]), (&json!("a"), &json!({"site": "north"})), "{event}");
    }
    assert_eq!(events[1]["@timestamp"], "2026-11-20T10:00:05.000Z");
    assert_eq!(events[2]["@timestamp"], "2026-11-20T10:30:00.000Z");
    let at_root = written(&map_with(Options { fields_under_root: true, ..options }, &body));
    assert!(at_root.iter().all(|event| event["site"] == "north" && event["tags"][0] == "a"));
}

fn fixtures() -> Vec<Value> {
    let text = ["sign_ins", "exchange_admin", "files", "directory", "odd"].map(|name| {
        let path = format!("{}/tests/fixtures/ecs/{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str::<Vec<Value>>(&std::fs::read_to_string(path).expect("a fixture")).expect("JSON")
    });
    text.into_iter().flatten().filter(Value::is_object).collect()
}

/// Any JSON, shaped a little like what Microsoft sends.
fn any_value() -> impl Strategy<Value = Value> {
    let text =
        prop_oneof!["[ -~]{0,12}", "\\PC{0,6}", "[0-9.:a-f\\[\\]%()@|\\\\]{0,16}", Just("Not Available".to_owned())];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof![
            Just("Name"),
            Just("Value"),
            Just("NewValue"),
            Just("OldValue"),
            Just("ID"),
            Just("a.b c"),
            Just("")
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner.clone()), 0..4)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
            inner.prop_map(|value| Value::from(value.to_string())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_member_holds_the_event_keeps_its_types(
        at in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_value()), 1..5),
    ) {
        let fixtures = fixtures();
        let mut record = at.get(&fixtures).clone();
        let names: Vec<String> = record.as_object().expect("an object").keys().cloned().collect();
        for (member, value) in changes {
            if !names.is_empty() {
                record[member.get(&names)] = value;
            }
        }
        assert_legal(&map(&record));
    }
}
