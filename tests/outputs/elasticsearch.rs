//! What Elasticsearch answers, and what becomes of the events.

use serde_json::json;

use crate::fake::{Fake, options};
use crate::line::{Line, event, events};
use o365collector::outputs::WorkerOptions;

const STREAM: &str = "logs-o365.audit-default";

fn one_bulk() -> WorkerOptions {
    WorkerOptions::default()
}

#[tokio::test]
async fn events_are_created_under_their_id_and_a_repeat_is_no_second_document() {
    let fake = Fake::start().await;
    let line = Line::new(fake.output(json!({"api_key": "id:s3cret", "headers": {"X-Site": "b1"}})), one_bulk());
    line.deliver(events("a", 3)).await;
    line.deliver(events("a", 4)).await;
    assert_eq!(fake.ids(), ["a-0", "a-1", "a-2", "a-3"]);
    assert_eq!(fake.world().docs[&(STREAM.to_owned(), "a-0".to_owned())]["event"]["id"], "a-0");
    assert_eq!((line.stats.written.get(), line.stats.duplicates.get(), line.stats.refused.get()), (7, 3, 0));
    assert!(line.stats.bytes.get() > 0);
    let heads = fake.world().heads[0].clone();
    for (name, value) in [
        ("authorization", "ApiKey aWQ6czNjcmV0"),
        ("content-encoding", "gzip"),
        ("content-type", "application/x-ndjson"),
        ("x-site", "b1"),
    ] {
        assert_eq!(heads.get(name).map(|value| value.to_str().unwrap()), Some(value));
    }
    line.end().await;
}

#[tokio::test]
async fn a_receipt_waits_for_the_confirmation() {
    let fake = Fake::start().await;
    fake.hold();
    let line = Line::new(fake.output(json!({"compression_level": 0})), one_bulk());
    let mut receipt = line.send(events("a", 3)).await;
    fake.read().await;
    assert_eq!(fake.ids().len(), 3, "it is stored");
    assert!(receipt.try_recv().is_err(), "and not yet confirmed");
    fake.answer();
    receipt.await.expect("delivered");
}

#[tokio::test]
async fn each_event_has_its_own_fate() {
    let fake = Fake::start().await;
    let reason = "failed to parse field [message] of type [long] in document with id 'a-1'. Preview of field's value: 'a message of some length'";
    fake.world().items.extend([
        ("a-1", (400, "document_parsing_exception", reason, false)),
        ("a-2", (429, "es_rejected_execution_exception", "queue is full", true)),
        ("a-3", (409, "version_conflict_engine_exception", "exists", false)),
        ("a-4", (503, "unavailable_shards_exception", "primary is away", true)),
    ]);
    let line = Line::new(fake.output(json!({})), one_bulk());
    line.deliver(events("a", 6)).await;
    assert_eq!(fake.ids(), ["a-0", "a-2", "a-4", "a-5"]);
    assert_eq!((line.stats.written.get(), line.stats.duplicates.get(), line.stats.retried.get()), (5, 1, 2));
    let letters = line.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0]["id"], "a-1");
    assert_eq!(
        letters[0]["reason"],
        "document_parsing_exception: failed to parse field [message] of type [long] in document with id '…'"
    );
    assert_eq!(letters[0]["event"]["event"]["id"], "a-1");
}

#[tokio::test]
async fn an_event_that_stays_refused_for_now_is_given_up_if_the_settings_say_so() {
    let fake = Fake::start().await;
    fake.world().items.insert("a-1", (429, "es_rejected_execution_exception", "full", false));
    let line = Line::new(fake.output(json!({})), WorkerOptions { max_retries: Some(2), ..one_bulk() });
    line.deliver(events("a", 2)).await;
    assert_eq!(line.letters()[0]["reason"], "given up after 2 retries: es_rejected_execution_exception: full");
}

#[tokio::test]
async fn a_request_that_is_too_large_is_sent_in_halves() {
    let fake = Fake::start().await;
    fake.world().limit = Some(2000);
    let line = Line::new(fake.output(json!({})), one_bulk());
    let mut all = events("a", 40);
    all.insert(17, event("giant", &"x".repeat(4000)));
    line.deliver(all).await;
    assert_eq!(fake.ids().len(), 40);
    let letters = line.letters();
    assert_eq!((letters.len(), &letters[0]["id"]), (1, &json!("giant")));
    assert!(
        letters[0]["reason"].as_str().unwrap().starts_with("too large, even alone: 41"),
        "{}",
        letters[0]["reason"]
    );
    assert_eq!(line.stats.written.get(), 40);
}

#[tokio::test]
async fn a_bulk_larger_than_the_bound_becomes_several_requests() {
    let fake = Fake::start().await;
    fake.world().limit = Some(70_000);
    let mut settings = options(&[fake.address], json!({"bulk_max_bytes": "64KiB"}));
    settings.bulk_max_size = 2000;
    let output = o365collector::outputs::elasticsearch::Elasticsearch::new(&settings).unwrap();
    let line = Line::new(output, one_bulk());
    line.deliver(events("a", 1000)).await;
    assert_eq!(fake.ids().len(), 1000);
    assert_eq!(fake.world().heads.len(), 3, "none was refused");
}

#[tokio::test]
async fn one_ill_formed_event_does_not_cost_its_neighbours() {
    let fake = Fake::start().await;
    let refusal = json!({"error": {"type": "action_request_validation_exception", "reason": "Validation Failed: 1: id is too long"}});
    // The whole, then the half and the quarter with the event, then the event alone.
    for _ in 0..3 {
        fake.refuse(400, &[], refusal.to_string());
    }
    let line = Line::new(fake.output(json!({})), one_bulk());
    line.deliver(events("a", 4)).await;
    assert_eq!(fake.ids(), ["a-1", "a-2", "a-3"]);
    assert_eq!(line.letters()[0]["id"], "a-0");
}

#[tokio::test]
async fn an_event_that_belongs_nowhere_is_a_dead_letter() {
    let fake = Fake::start().await;
    let line = Line::new(fake.output(json!({"index": "%{[nowhere]}"})), one_bulk());
    line.deliver(events("a", 1)).await;
    assert_eq!(line.letters()[0]["reason"], "`%{[nowhere]}` names a field that it does not have");
    assert!(fake.world().heads.is_empty(), "nothing was sent");
}
