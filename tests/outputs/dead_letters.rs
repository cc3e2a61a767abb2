//! The file of refused events.

use std::os::unix::fs::PermissionsExt as _;

use o365collector::event::Origin;
use o365collector::outputs::{DeadLetters, Letter, Rotation};
use o365collector::time::{Clock, parse};

use crate::line::{event, letters};

#[tokio::test]
async fn a_letter_says_what_where_when_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let now = parse("2026-11-21T10:00:00Z").unwrap();
    let file = DeadLetters::new(folder.path(), Clock::simulated(now));
    let origin = Origin { feed: "contoso/Audit.Exchange".into(), item: "blob-1".into(), ..Origin::default() };
    let refused = event("id-1", "line\nbreak \"quoted\"");
    let letter = Letter { output: "elasticsearch", reason: "type: \"reason\"", event: &refused, origin: &origin };
    file.write(&letter).await.unwrap();
    let path = folder.path().join("dead_letters.ndjson");
    let lines = letters(&path);
    assert_eq!(lines.len(), 1);
    for (key, value) in [
        ("output", "elasticsearch"),
        ("reason", "type: \"reason\""),
        ("feed", "contoso/Audit.Exchange"),
        ("item", "blob-1"),
        ("id", "id-1"),
    ] {
        assert_eq!(lines[0][key], value);
    }
    assert!(lines[0]["@timestamp"].as_str().unwrap().starts_with("2026-11-21T10:00:00."));
    assert_eq!(lines[0]["event"], serde_json::from_str::<serde_json::Value>(&refused.to_json()).unwrap());
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn the_file_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let bound = Rotation { bytes: 2000, files: Some(3), ..Rotation::default() };
    let file = DeadLetters::bounded(folder.path(), bound, Clock::system());
    let origin = Origin::default();
    for at in 0..100 {
        let refused = event(&format!("id-{at}"), &"x".repeat(100));
        file.write(&Letter { output: "es", reason: "no", event: &refused, origin: &origin }).await.unwrap();
    }
    let mut ids = Vec::new();
    let mut names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    assert_eq!(names.len(), 4, "{names:?}");
    // The present one, whose name is the shortest, holds the newest.
    names.rotate_left(1);
    for name in &names {
        let file = std::fs::metadata(name).unwrap();
        assert!(file.len() <= 2000 && file.permissions().mode() & 0o777 == 0o600, "{name:?}");
        ids.extend(letters(name).iter().map(|line| line["id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(ids.last().map(String::as_str), Some("id-99"));
    let newest: Vec<String> = (100 - ids.len()..100).map(|at| format!("id-{at}")).collect();
    assert_eq!(ids, newest, "whole lines, in order, the oldest gone");
}
