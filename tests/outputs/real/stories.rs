//! What holds for Elasticsearch and OpenSearch alike.

use serde_json::{Value, json};

use super::server::{Server, timed};

pub async fn a_repeat_is_no_second_document(server: &Server) {
    let stream = server.stream("repeat", json!({})).await;
    for (level, loadbalance) in [(1, true), (0, false)] {
        let line = server.line(json!({"compression_level": level, "loadbalance": loadbalance}));
        line.deliver(stream.events(1000, &json!({"message": "x"}))).await;
        assert_eq!((line.stats.written.get(), line.stats.refused.get()), (1000, 0));
        assert_eq!(line.stats.duplicates.get(), if level == 1 { 0 } else { 1000 });
    }
    assert_eq!(stream.count().await, 1000);
    let document = stream.any().await;
    assert!(document["_index"].as_str().unwrap().starts_with(&format!(".ds-{}", stream.index)), "a data stream");
    assert_eq!(document["_id"], document["_source"]["event"]["id"]);
}

pub async fn a_mapping_conflict_is_a_dead_letter(server: &Server) {
    let stream = server.stream("conflict", json!({"size": {"type": "long"}, "user": {"properties": {}}})).await;
    let line = server.line(json!({}));
    let mut events = stream.events(10, &json!({"size": 7}));
    events.insert(3, stream.event("wrong", &json!({"size": "a secret text"})));
    events.insert(7, stream.event("no-object", &json!({"user": "another secret"})));
    line.deliver(events).await;
    assert_eq!(stream.count().await, 10);
    let letters = line.letters();
    assert_eq!(letters.iter().map(|letter| &letter["id"]).collect::<Vec<_>>(), ["wrong", "no-object"]);
    let reasons: Vec<&str> = letters.iter().map(|letter| letter["reason"].as_str().unwrap()).collect();
    let conflict = "failed to parse field [size] of type [long] in document";
    assert!(reasons[0].contains("parsing_exception: ") && reasons[0].contains(conflict), "{reasons:?}");
    assert!(reasons[1].contains("object mapping for [user]"), "{reasons:?}");
    assert!(!reasons.concat().contains("secret"), "{reasons:?}");
    println!("{reasons:#?}");
}

pub async fn a_request_that_is_too_large_is_sent_in_halves(server: &Server) {
    let stream = server.stream("large", json!({})).await;
    let line = server.line(json!({"compression_level": 0}));
    let mut events = stream.events(1000, &json!({"message": "x".repeat(1000)}));
    events.insert(500, stream.event("giant", &json!({"message": "y".repeat(300_000)})));
    line.deliver(events).await;
    assert_eq!(stream.count().await, 1000);
    let letters = line.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0]["id"], "giant");
    println!("{}; sent {} bytes", letters[0]["reason"], line.stats.bytes.get());
}

pub async fn what_the_operator_can_mend_is_tried_again(server: &Server) {
    let stream = server.stream("mend", json!({})).await;
    let line = server.line(json!({"pipeline": "missing", "max_retries": 2}));
    line.deliver(stream.events(2, &json!({}))).await;
    let reason = line.letters()[0]["reason"].as_str().unwrap().to_owned();
    assert_eq!(line.stats.retried.get(), 4);
    assert!(reason.starts_with("given up after 2 retries: ") && reason.ends_with("does not exist"), "{reason}");
}

pub async fn an_ingest_pipeline_works_on_the_events(server: &Server) {
    let stream = server.stream("pipeline", json!({})).await;
    let set = json!({"processors": [{"set": {"field": "labels.by", "value": "pipeline"}}]});
    server.call("PUT", "/_ingest/pipeline/o365-test", set).await;
    let line = server.line(json!({"pipelines": [{"pipeline": "o365-test", "when": {"has_fields": ["event.id"]}}]}));
    line.deliver(stream.events(1, &json!({}))).await;
    stream.count().await;
    assert_eq!(stream.any().await["_source"]["labels"]["by"], "pipeline");
}

/// 50,000 events of about 2.7 KB, as a mapped record has; `--nocapture` shows the speed.
pub async fn many_events_pass(server: &Server) {
    let stream = server.stream("many", json!({"o365": {"type": "object", "enabled": false}})).await;
    let record: Value =
        (0..50).map(|at| (format!("Field{at}"), json!(format!("value {at} {}", "x".repeat(30))))).collect();
    let line = server.line(json!({"worker": 2, "bulk_max_bytes": "192KiB"}));
    let events = stream.events(50_000, &json!({"o365": record}));
    let size = events[0].to_json().len();
    let mut receipts = Vec::new();
    let ((), took) = timed(async {
        for some in events.chunks(500) {
            receipts.push(line.send(some.to_vec()).await);
        }
        for receipt in receipts {
            receipt.await.expect("delivered");
        }
    })
    .await;
    assert_eq!(stream.count().await, 50_000);
    let speed = 50_000.0 / took.as_secs_f64();
    println!("50,000 events of {size} bytes in {took:.1?}: {speed:.0} a second, {} bytes sent", line.stats.bytes.get());
}
