//! What Microsoft lists is found: all pages, late blobs, equal seconds, ten days of downtime.

use std::collections::BTreeSet;

use axum::response::IntoResponse;
use http::StatusCode;
use o365collector::collector::Outcome;
use o365collector::simulator::{Blob, Knobs, Operation, Options};

use crate::world::{MICROSOFT, World, days, hours, minutes, seconds, sorted};

const EXCHANGE: &str = "Audit.Exchange";

/// So many blobs of two records, a minute apart, the last one an hour ago.
fn publish(world: &World, count: u32) {
    for number in 0..count {
        let created = world.ago(hours(1) + minutes(1) * (count - number));
        world.microsoft.publish(Blob::new(EXCHANGE, format!("blob{number:03}")).created(created));
    }
}

#[tokio::test(start_paused = true)]
async fn every_page_of_a_listing_is_read() {
    for header in ["NextPageUri", "NextPageUrl", "nextpageuri"] {
        let faults = Knobs { next_page_header: header.to_owned(), empty_page: 0.3, ..Knobs::default() };
        let options = Options { content_types: Vec::new(), page_size: 3, faults, ..Options::default() };
        let mut world = World::of(options).feed(EXCHANGE);
        publish(&world, 20);
        world.run_for(minutes(2)).await;
        assert_eq!(world.output.ids().len(), 40, "{header}");
        assert_eq!(world.output.counts().len(), 40, "{header}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_blob_is_still_collected() {
    let mut world = World::new().feed(EXCHANGE);
    world.microsoft.publish(Blob::new(EXCHANGE, "prompt"));
    world.microsoft.publish(Blob::new(EXCHANGE, "late").visible_after(hours(3)));
    world.run_for(hours(1)).await;
    assert_eq!(world.output.ids(), ["prompt-0", "prompt-1"]);
    world.run_for(hours(4)).await;
    assert_eq!(world.output.ids(), ["prompt-0", "prompt-1", "late-0", "late-1"]);
}

#[tokio::test(start_paused = true)]
async fn blobs_of_the_same_second_are_all_collected_also_after_a_restart() {
    let mut world = World::new().feed(EXCHANGE);
    let noon = world.ago(minutes(10));
    world.microsoft.publish(Blob::new(EXCHANGE, "a").created(noon));
    world.microsoft.publish(Blob::new(EXCHANGE, "b").created(noon));
    world.microsoft.publish(Blob::new(EXCHANGE, "c").created(noon).visible_after(minutes(30)));
    world.run_for(minutes(1)).await;
    world.restart().await;
    world.run_for(hours(1)).await;
    assert_eq!(sorted(world.output.ids()), ["a-0", "a-1", "b-0", "b-1", "c-0", "c-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_blob_that_is_listed_many_times_is_fetched_once() {
    let faults = Knobs { repeated_listing: 1.0, ..Knobs::default() };
    let mut world =
        World::of(Options { content_types: Vec::new(), page_size: 3, faults, ..Options::default() }).feed(EXCHANGE);
    publish(&world, 10);
    world.run_for(hours(10)).await;
    world.restart().await;
    world.run_for(hours(1)).await;
    assert_eq!(world.output.ids().len(), 20);
    assert!(world.microsoft.ledger().fetched().values().all(|times| *times == 1));
}

#[tokio::test(start_paused = true)]
async fn ten_days_of_downtime_cost_only_what_microsoft_has_thrown_away() {
    let mut world = World::new().feed(EXCHANGE);
    world.microsoft.publish(Blob::new(EXCHANGE, "before"));
    world.run_for(minutes(5)).await;
    world.stop().await;
    for day in 1..=9 {
        let created = world.clock.now() + days(day);
        world.microsoft.publish(Blob::new(EXCHANGE, format!("day{day}")).created(created));
    }
    world.pass(days(10)).await;
    world.run_for(minutes(5)).await;
    let items: BTreeSet<String> = world.output.items().into_keys().collect();
    let kept = ["before", "day4", "day5", "day6", "day7", "day8", "day9"];
    assert_eq!(items, kept.map(str::to_owned).into());
    assert_eq!(world.output.counts().len(), world.output.ids().len(), "nothing twice");
}

#[tokio::test(start_paused = true)]
async fn windows_follow_the_servers_clock() {
    for skew in [-10, 10] {
        let faults = Knobs { clock_skew: chrono::Duration::minutes(skew), ..Knobs::default() };
        let options = Options { content_types: Vec::new(), faults, ..Options::default() };
        let mut world = World::of(options).feed(EXCHANGE).input("overlap: 0s");
        for number in 0..60 {
            let created = world.clock.now() + chrono::Duration::minutes(skew) + minutes(number);
            world.microsoft.publish(Blob::new(EXCHANGE, format!("blob{number}")).created(created));
        }
        world.run_for(minutes(63)).await;
        assert_eq!(world.output.counts().len(), 120, "{skew} min");
        assert_eq!(world.output.ids().len(), 120, "{skew} min");
        let latest = world.output.written().into_iter().map(|written| written.at).max().unwrap();
        assert!(world.clock.now() - latest > chrono::Duration::minutes(1), "{skew} min: nothing waits for our clock");
    }
}

#[tokio::test(start_paused = true)]
async fn one_answer_from_a_wrong_clock_does_not_silence_the_feed() {
    let mut world = World::new().feed(EXCHANGE);
    world.run_for(minutes(10)).await;
    world.microsoft.knobs().clock_skew = chrono::Duration::days(30);
    world.run_for(minutes(10)).await;
    world.microsoft.knobs().clock_skew = chrono::Duration::zero();
    for number in 0..20 {
        let created = world.clock.now() + minutes(number);
        world.microsoft.publish(Blob::new(EXCHANGE, format!("blob{number}")).created(created));
    }
    world.run_for(hours(2)).await;
    assert_eq!(world.output.counts().len(), 40);
}

#[tokio::test(start_paused = true)]
async fn a_token_goes_to_our_host_only_and_a_foreign_host_is_asked_at_home() {
    let faults = Knobs { foreign_host: Some("https://evil.example:8443".to_owned()), ..Knobs::default() };
    let options = Options { content_types: Vec::new(), page_size: 3, faults, ..Options::default() };
    let mut world = World::of(options).feed(EXCHANGE);
    publish(&world, 10);
    world.run_for(minutes(2)).await;
    assert_eq!(world.output.counts().len(), 20);
    let asked = world.wire.asked();
    assert!(asked.iter().any(|asked| asked.query.contains("nextPage=")));
    for asked in asked {
        assert_eq!(format!("http://{}", asked.host), MICROSOFT, "{asked:?}");
        let is_api = asked.path.starts_with("/api/");
        assert_eq!(asked.has_token, is_api, "{asked:?}");
        assert!(!is_api || asked.query.contains("PublisherIdentifier="), "{asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_page_token_lists_the_window_again() {
    let options = Options { content_types: Vec::new(), page_size: 3, ..Options::default() };
    let mut world = World::of(options).feed(EXCHANGE);
    publish(&world, 10);
    let mut refusals = 2;
    world.wire.intercept(move |asked| {
        let is_meant = refusals > 0 && asked.query.contains("nextPage=");
        refusals -= u32::from(is_meant);
        let body = r#"{"error":{"code":"AF20031","message":"Invalid nextPage Input: x."}}"#;
        is_meant.then(|| (StatusCode::BAD_REQUEST, body).into_response())
    });
    world.run_for(seconds(30)).await;
    assert_eq!(sorted(world.output.ids()).len(), 20, "at once, not at the next pass");
    assert_eq!(world.output.counts().len(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_is_asked_for_again_alone() {
    let options = Options { content_types: Vec::new(), page_size: 3, ..Options::default() };
    let mut world = World::of(options).feed(EXCHANGE).input("initial_lookback: 20h");
    publish(&world, 10);
    let mut failures = 3;
    world.wire.intercept(move |asked| {
        let is_meant = failures > 0 && asked.query.contains("nextPage=");
        failures -= u32::from(is_meant);
        is_meant.then(|| (StatusCode::BAD_GATEWAY, "<html>").into_response())
    });
    world.run_for(seconds(30)).await;
    assert_eq!(world.output.counts().len(), 20);
    let asked = world.wire.asked();
    let pages = asked.iter().filter(|asked| asked.path.ends_with("/content"));
    let firsts: Vec<_> = pages.map(|asked| &asked.query).filter(|query| !query.contains("nextPage=")).collect();
    assert_eq!(firsts.iter().collect::<BTreeSet<_>>().len(), firsts.len(), "no window is listed twice");
}

#[tokio::test(start_paused = true)]
async fn a_single_pass_over_many_windows_survives_failures_all_the_way() {
    let faults = Knobs { server_error: 0.3, throttled: 0.1, ..Knobs::default() };
    let options = Options {
        content_types: vec![EXCHANGE.to_owned()],
        blobs_per_type: Some(300),
        events_per_blob: 1,
        page_size: 3,
        faults,
        ..Options::default()
    };
    let mut world = World::of(options).feed(EXCHANGE);
    assert_eq!(world.run_once().await.unwrap(), Outcome::Complete);
    assert_eq!(world.output.counts().len(), 300);
}

#[tokio::test(start_paused = true)]
async fn a_single_pass_that_never_gets_anywhere_ends_as_incomplete() {
    let mut world = World::new().feed(EXCHANGE);
    world.wire.intercept(|asked| asked.path.ends_with("/content").then(|| StatusCode::BAD_GATEWAY.into_response()));
    assert_eq!(world.run_once().await.unwrap(), Outcome::Incomplete);
}

#[tokio::test(start_paused = true)]
async fn a_next_page_that_cannot_be_asked_for_is_not_taken_for_the_end() {
    for (header, is_loop) in [("http://[bad", false), ("/api/v1.0/x?nextPage=1&PublisherIdentifier=p", true)] {
        let mut world = World::new().feed(EXCHANGE);
        world.wire.intercept(move |asked| {
            let is_listing = asked.path.ends_with("/content") || asked.query.contains("nextPage=");
            is_listing.then(|| ([("NextPageUri", header)], "[]").into_response())
        });
        world.run_for(minutes(5)).await;
        assert!(world.wire.asked().len() < 100, "{} requests", world.wire.asked().len());
        world.stop().await;
        let books = world.books().await;
        assert!(books.feeds.values().all(|feed| feed.record.watermark.is_none()), "{header} loop: {is_loop}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_without_an_id_or_a_date_is_fetched_all_the_same() {
    let mut world = World::new().feed(EXCHANGE);
    for id in ["a", "b"] {
        world.microsoft.publish(Blob::new(EXCHANGE, id).created(world.ago(minutes(9))));
    }
    let listing = format!(
        r#"[{{"contentId":"a","contentUri":"","contentCreated":"yesterday"}},{{"contentUri":"{MICROSOFT}/api/v1.0/{}/activity/feed/audit/b","contentCreated":""}}]"#,
        world.microsoft.tenants()[0].tenant_id,
    );
    world.wire.intercept(move |asked| asked.path.ends_with("/content").then(|| listing.clone().into_response()));
    world.run_for(minutes(5)).await;
    assert_eq!(sorted(world.output.ids()), ["a-0", "a-1", "b-0", "b-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_clock_far_ahead_of_the_servers_repeats_nothing() {
    let faults = Knobs { clock_skew: chrono::Duration::days(-11), ..Knobs::default() };
    let mut world = World::of(Options { content_types: Vec::new(), faults, ..Options::default() }).feed(EXCHANGE);
    world.microsoft.publish(Blob::new(EXCHANGE, "a").created(world.ago(days(11) + minutes(9))));
    world.run_for(hours(1)).await;
    assert_eq!(world.output.ids(), ["a-0", "a-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_pass_that_fails_on_its_second_page_is_listed_again_as_a_whole() {
    let options = Options { content_types: Vec::new(), page_size: 3, ..Options::default() };
    let mut world = World::of(options).feed(EXCHANGE).input("overlap: 0s");
    publish(&world, 10);
    world.wire.intercept(|asked| {
        asked.query.contains("nextPage=").then(|| (StatusCode::BAD_GATEWAY, "<html>").into_response())
    });
    world.run_for(minutes(30)).await;
    assert_eq!(world.output.counts().len(), 6, "the first page's blobs do not wait");
    world.restart().await;
    world.wire.mend();
    world.run_for(minutes(5)).await;
    assert_eq!(world.output.counts().len(), 20);
    assert_eq!(world.output.ids().len(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_single_pass_is_complete_when_everything_is_delivered() {
    for pages in [1, 7, 100] {
        let options = Options { content_types: Vec::new(), page_size: pages, ..Options::default() };
        let mut world = World::of(options).feed(EXCHANGE);
        publish(&world, 50);
        world.output.take(seconds(1));
        assert_eq!(world.run_once().await.unwrap(), Outcome::Complete);
        assert_eq!(world.output.ids().len(), 100);
        let books = world.books().await;
        let feed = books.feeds.values().next().unwrap();
        assert_eq!((feed.pending.len(), feed.acknowledged_ids.len()), (0, 50));
    }
}

#[tokio::test(start_paused = true)]
async fn a_single_pass_with_nothing_to_collect_is_complete() {
    let mut world = World::new().feed(EXCHANGE).feed("Audit.General");
    assert_eq!(world.run_once().await.unwrap(), Outcome::Complete);
    assert!(world.output.ids().is_empty());
    assert!(world.microsoft.ledger().requests(Operation::Content) >= 14, "seven days of two feeds");
}
