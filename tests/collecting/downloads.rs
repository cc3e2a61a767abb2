//! What is listed is delivered whole: failed and cut-off downloads, expired, huge and poisoned blobs.

use std::collections::BTreeSet;

use axum::response::IntoResponse;
use http::StatusCode;
use o365collector::collector::Outcome;
use o365collector::simulator::{Blob, Fault, Knobs, Options};
use serde_json::{Value, json};

use crate::world::{World, Written, days, hours, minutes, seconds, sorted};

const EXCHANGE: &str = "Audit.Exchange";

#[tokio::test(start_paused = true)]
async fn a_failed_download_is_tried_again_and_a_later_blob_does_not_pass_over_it() {
    for fault in [Fault::ServerError, Fault::Throttled, Fault::Unauthorized, Fault::Reset, Fault::Truncated] {
        let mut world = World::new().feed(EXCHANGE);
        let blob = Blob::new(EXCHANGE, "bad").created(world.ago(minutes(9)));
        world.microsoft.publish(blob.failing([fault; 4]));
        world.microsoft.publish(Blob::new(EXCHANGE, "good").created(world.ago(minutes(5))));
        world.run_for(hours(1)).await;
        assert_eq!(sorted(world.output.ids()), ["bad-0", "bad-1", "good-0", "good-1"], "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_ends_early_counts_as_failed_whatever_http_thinks() {
    for fault in [Fault::InvalidJson, Fault::Truncated, Fault::Reset] {
        let mut world = World::new().feed(EXCHANGE);
        let blob = Blob::new(EXCHANGE, "a").events(500).created(world.ago(minutes(9)));
        world.microsoft.publish(blob.failing([fault, fault]));
        world.run_for(hours(1)).await;
        assert_eq!(world.output.counts().len(), 500, "{fault:?}");
        assert_eq!(world.output.ids().len(), 500, "{fault:?}: a body of this size is whole before it goes");
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_answer_is_not_an_empty_blob() {
    let mut world = World::new().feed(EXCHANGE);
    world.microsoft.publish(Blob::new(EXCHANGE, "a").created(world.ago(minutes(9))));
    let mut answers = ["", "{}", "<html></html>", "null"].into_iter();
    world.wire.intercept(move |asked| {
        let is_blob = asked.path.contains("/audit/");
        if is_blob { answers.next().map(IntoResponse::into_response) } else { None }
    });
    world.run_for(hours(1)).await;
    assert_eq!(world.output.ids(), ["a-0", "a-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_long_outage_does_not_use_up_the_patience_with_a_cut_off_body() {
    let mut world = World::new().feed(EXCHANGE);
    let mut faults = vec![Fault::ServerError; 12];
    faults.extend([Fault::InvalidJson; 3]);
    let blob = Blob::new(EXCHANGE, "a").events(100).created(world.ago(minutes(9)));
    world.microsoft.publish(blob.failing(faults));
    world.run_for(hours(2)).await;
    assert_eq!(world.output.counts().len(), 100);
    assert_eq!(world.output.ids().len(), 100);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_becomes_whole_gives_what_there_is_of_it() {
    let mut world = World::new().feed(EXCHANGE);
    let body =
        r#"[{"Id":"a","CreationTime":"2026-11-21T08:00:00","Operation":"X","Workload":"Exchange"},{"Id":"b","Creat"#;
    world.microsoft.publish(Blob::new(EXCHANGE, "half").raw_body(body).created(world.ago(minutes(9))));
    world.run_for(hours(2)).await;
    assert!(world.output.written().is_empty(), "there is time: it may become whole");

    let mut world = World::new().feed(EXCHANGE);
    world.microsoft.publish(Blob::new(EXCHANGE, "half").raw_body(body).created(world.ago(days(6) + hours(1))));
    world.run_for(hours(2)).await;
    assert_eq!(world.stats.feed("contoso/Audit.Exchange").items_lost.get(), 1, "it is said and counted");
    let written = world.output.written();
    assert_eq!(written.len(), 2);
    assert_eq!(written[0].id, "a");
    assert!(written[1].json.contains("Creat"), "what is left of the second: {}", written[1].json);
}

#[tokio::test(start_paused = true)]
async fn an_expired_blob_is_counted_as_lost_and_the_feed_goes_on() {
    let mut world = World::new().feed(EXCHANGE);
    let created = world.ago(days(2));
    world.microsoft.publish(Blob::new(EXCHANGE, "gone").created(created).expires(created + hours(24)));
    world.microsoft.publish(Blob::new(EXCHANGE, "here").created(created));
    world.run_for(hours(1)).await;
    assert_eq!(world.output.ids(), ["here-0", "here-1"]);
    world.stop().await;
    let books = world.books().await;
    let feed = books.feeds.values().next().unwrap();
    assert_eq!((feed.record.lost, feed.record.acknowledged, feed.pending.len()), (1, 1, 0));
    assert_eq!(world.stats.feed("contoso/Audit.Exchange").items_lost.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_blob_past_its_expiration_is_lost_only_when_microsoft_says_so() {
    let mut world = World::new().feed(EXCHANGE);
    // The listing says that it has expired, but the API serves it: tenants show 20 days.
    world.microsoft.publish(Blob::new(EXCHANGE, "old").created(world.ago(hours(1))));
    world.wire.intercept(|asked| {
        asked.path.contains("/audit/").then(|| (StatusCode::SERVICE_UNAVAILABLE, "<html>").into_response())
    });
    world.run_for(minutes(10)).await;
    world.stop().await;
    world.pass(days(7)).await;
    let mut failures = 3;
    world.wire.intercept(move |asked| {
        if !asked.path.contains("/audit/") {
            return None;
        }
        failures -= 1;
        let body = r#"[{"Id":"old-0","CreationTime":"2026-11-21T08:00:00"},{"Id":"old-1","CreationTime":"2026-11-21T08:00:00"}]"#;
        Some(if failures > 0 { StatusCode::BAD_GATEWAY.into_response() } else { body.into_response() })
    });
    world.run_for(hours(1)).await;
    assert_eq!(world.output.ids(), ["old-0", "old-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_blob_that_never_comes_is_given_up_after_its_expiration() {
    let mut world = World::new().feed(EXCHANGE).input("interval: 1h");
    let created = world.ago(hours(1));
    world.microsoft.publish(Blob::new(EXCHANGE, "never").created(created).expires(created + hours(3)));
    world.microsoft.publish(Blob::new(EXCHANGE, "good").created(created));
    world.wire.intercept(|asked| {
        asked.path.contains("/audit/never").then(|| (StatusCode::NOT_FOUND, "<html>").into_response())
    });
    world.run_for(hours(30)).await;
    assert_eq!(world.output.ids(), ["good-0", "good-1"]);
    assert_eq!(world.stats.feed("contoso/Audit.Exchange").items_lost.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn poisoned_records_are_delivered_marked_and_cost_nobody_else() {
    let faults = Knobs { poison: 0.2, bom: 0.5, gzip: false, ..Knobs::default() };
    let options = Options {
        content_types: vec![EXCHANGE.to_owned()],
        blobs_per_type: Some(30),
        events_per_blob: 30,
        faults,
        ..Options::default()
    };
    let mut world = World::of(options).feed(EXCHANGE);
    world.run_for(minutes(10)).await;
    let expected: BTreeSet<String> = world.microsoft.ledger().record_ids(EXCHANGE).into_iter().collect();
    let whole = world.output.written();
    assert_eq!(whole.len(), 30 * 30, "every record, also what is no object");
    let delivered: BTreeSet<&str> = whole.iter().map(|written| &*written.id).collect();
    let missing: Vec<_> = expected
        .iter()
        .filter(|id| !delivered.contains(id.as_str()) && !whole.iter().any(|written| written.json.contains(*id)))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let marked =
        whole.iter().filter(|written| written.json.contains("pipeline_error") || written.json.contains("\"error\""));
    assert!(marked.count() > 50, "poison is marked");
    for Written { json, .. } in whole {
        // RFC 8259 allows half of a pair, as Microsoft wrote it; `serde_json` does not.
        let text = json.replace(r"\ud83d", "");
        assert!(serde_json::from_str::<Value>(&text).is_ok(), "{json}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_record_in_two_blobs_is_delivered_under_the_same_id() {
    let mut world = World::new().feed(EXCHANGE);
    let record =
        || json!({"Id": "twin", "CreationTime": "2026-11-21T08:00:00", "Operation": "X", "Workload": "Exchange"});
    for id in ["a", "b"] {
        world.microsoft.publish(Blob::new(EXCHANGE, id).records(vec![record()]).created(world.ago(minutes(9))));
    }
    world.run_for(minutes(10)).await;
    assert_eq!(world.output.ids(), ["twin", "twin"]);
}

#[tokio::test(start_paused = true)]
async fn a_huge_blob_travels_in_bounded_batches_and_a_crash_repeats_no_confirmed_one() {
    let mut world = World::new().feed(EXCHANGE);
    world.microsoft.publish(Blob::new(EXCHANGE, "huge").events(50_000).created(world.ago(minutes(9))));
    world.output.take(seconds(2));
    world.run_for(seconds(50)).await;
    let before = world.output.ids().len();
    assert!((10_000..40_000).contains(&before), "in the middle: {before}");
    world.crash().await;
    let books = world.books().await;
    let progress: usize =
        books.feeds.values().flat_map(|feed| &feed.pending).map(|item| item.progress["first"].len()).sum();
    assert!(progress * 1000 + 3000 > before, "{progress} batches are noted of {before} records");
    world.run_for(minutes(5)).await;
    let counts = world.output.counts();
    assert_eq!(counts.len(), 50_000);
    assert!(world.output.ids().len() <= 53_000, "{} records for 50000", world.output.ids().len());
    assert!(world.output.largest_bulk() <= 1000);
    assert!(world.output.most_under_way() <= 5000);
}

#[tokio::test(start_paused = true)]
async fn a_huge_blob_that_breaks_off_goes_on_behind_what_was_confirmed() {
    for fault in [Fault::Truncated, Fault::Reset, Fault::InvalidJson] {
        let mut world = World::new().feed(EXCHANGE);
        let blob = Blob::new(EXCHANGE, "huge").events(8_000).created(world.ago(minutes(9)));
        world.microsoft.publish(blob.failing([fault, fault]));
        world.output.take(seconds(1));
        world.run_for(hours(1)).await;
        assert_eq!(world.output.counts().len(), 8_000, "{fault:?}");
        assert_eq!(world.output.ids().len(), 8_000, "{fault:?}: nothing twice");
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_backlog_is_fetched_once() {
    let options = Options {
        content_types: vec![EXCHANGE.to_owned()],
        blobs_per_type: Some(2_500),
        events_per_blob: 1,
        ..Options::default()
    };
    let mut world = World::of(options).feed(EXCHANGE);
    assert_eq!(world.run_once().await.unwrap(), Outcome::Complete);
    assert_eq!(world.output.counts().len(), 2_500);
    assert_eq!(world.output.ids().len(), 2_500, "nothing twice");
}
