//! Microsoft says no: throttling, tokens, a wrong secret, an outage. Nothing is lost and nobody is hammered.

use axum::response::IntoResponse;
use http::StatusCode;
use o365collector::collector::Outcome;
use o365collector::simulator::{Blob, Knobs, Options};

use crate::world::{World, hours, minutes, seconds};

const EXCHANGE: &str = "Audit.Exchange";
const GENERAL: &str = "Audit.General";

fn busy(faults: Knobs) -> World {
    let options = Options {
        content_types: vec![EXCHANGE.to_owned(), GENERAL.to_owned()],
        blobs_per_type: Some(60),
        events_per_blob: 3,
        page_size: 50,
        faults,
        ..Options::default()
    };
    World::of(options).feed(EXCHANGE).feed(GENERAL)
}

/// Everything was delivered, and nothing twice.
fn assert_exactly_once(world: &World) {
    let expected = world.microsoft.ledger().all_record_ids();
    let counts = world.output.counts();
    assert_eq!(expected.iter().filter(|id| !counts.contains_key(*id)).count(), 0, "lost");
    assert_eq!(counts.values().filter(|count| **count > 1).count(), 0, "repeated");
    assert_eq!(counts.len(), expected.len());
}

#[tokio::test(start_paused = true)]
async fn throttling_slows_down_and_loses_nothing() {
    for (throttle_status, retry_after) in [(403, None), (429, Some(seconds(20)))] {
        let mut world = busy(Knobs { throttled: 0.2, throttle_status, retry_after, ..Knobs::default() });
        world.run_for(hours(3)).await;
        assert_exactly_once(&world);
    }
}

#[tokio::test(start_paused = true)]
async fn a_small_budget_is_kept() {
    let faults = Knobs { requests_per_minute: 60, ..Knobs::default() };
    let mut world = busy(faults).settings("");
    world.run_for(hours(3)).await;
    assert_exactly_once(&world);
}

#[tokio::test(start_paused = true)]
async fn everything_at_once_loses_nothing() {
    let faults = Knobs {
        late: 0.3,
        equal_seconds: 0.3,
        repeated_listing: 0.3,
        empty_page: 0.3,
        server_error: 0.3,
        throttled: 0.1,
        unauthorized: 0.2,
        truncated: 0.2,
        invalid_json: 0.2,
        reset: 0.2,
        slow: 0.1,
        login_error: 0.5,
        login_malformed: 0.5,
        ..Knobs::default()
    };
    let mut world = busy(faults);
    world.run_for(hours(12)).await;
    assert_exactly_once(&world);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ends_is_renewed_and_costs_nothing() {
    let options = Options {
        content_types: vec![EXCHANGE.to_owned()],
        rate: 0.01,
        token_lifetime: minutes(10),
        ..Options::default()
    };
    let mut world = World::of(options).feed(EXCHANGE);
    world.run_for(hours(3)).await;
    let tokens = world.microsoft.ledger().token_requests();
    assert!((18..=40).contains(&tokens), "{tokens} tokens in three hours");
    assert_eq!(world.stats.feed("contoso/Audit.Exchange").failures.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_does_not_hammer_the_login() {
    let mut world = World::new().feed(EXCHANGE).feed(GENERAL).feed("Audit.SharePoint").secret("wrong");
    world.run_for(hours(1)).await;
    let tokens = world.microsoft.ledger().token_requests();
    assert!((2..=15).contains(&tokens), "{tokens} token requests in an hour");
    assert_eq!(world.wire.asked_for("/api/"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_ends_a_single_pass_as_incomplete() {
    let mut world = World::new().feed(EXCHANGE).secret("wrong");
    assert_eq!(world.run_once().await.unwrap(), Outcome::Incomplete);
}

#[tokio::test(start_paused = true)]
async fn tokens_that_are_never_accepted_do_not_hammer_anybody() {
    let mut world = World::new().feed(EXCHANGE).feed(GENERAL);
    world.wire.intercept(|asked| asked.path.starts_with("/api/").then(|| StatusCode::UNAUTHORIZED.into_response()));
    world.run_for(hours(1)).await;
    let tokens = world.microsoft.ledger().token_requests();
    assert!(tokens <= 300, "{tokens} token requests in an hour");
}

#[tokio::test(start_paused = true)]
async fn one_failing_feed_does_not_disturb_another() {
    let mut world = World::new().feed(EXCHANGE).feed(GENERAL);
    for number in 0..100 {
        let created = world.clock.now() + minutes(number);
        world.microsoft.publish(Blob::new(EXCHANGE, format!("e{number:02}")).created(created));
        world.microsoft.publish(Blob::new(GENERAL, format!("g{number:02}")).created(created));
    }
    world.wire.intercept(|asked| {
        let is_exchange =
            asked.query.contains(EXCHANGE) && asked.path.ends_with("/content") || asked.path.contains("/audit/e");
        is_exchange.then(|| (StatusCode::INTERNAL_SERVER_ERROR, "<html>").into_response())
    });
    world.run_for(minutes(102)).await;
    let written = world.output.written();
    assert_eq!(written.len(), 200);
    assert!(written.iter().all(|written| written.id.starts_with('g')));
    for (number, pair) in written.chunks(2).enumerate() {
        let published = world.ago(minutes(102)) + minutes(number as u64);
        assert!(pair[0].at - published < chrono::Duration::minutes(2), "{} came at {}", pair[0].id, pair[0].at);
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_downloads_is_not_answered_with_a_storm() {
    let options = Options {
        content_types: vec![EXCHANGE.to_owned()],
        blobs_per_type: Some(100),
        events_per_blob: 1,
        ..Options::default()
    };
    let mut world = World::of(options).feed(EXCHANGE);
    world.wire.intercept(|asked| asked.path.contains("/audit/").then(|| StatusCode::BAD_GATEWAY.into_response()));
    world.run_for(minutes(10)).await;
    let before = world.wire.asked_for("/audit/");
    world.run_for(hours(1)).await;
    let tries = world.wire.asked_for("/audit/") - before;
    assert!(tries <= 100 * 61, "{tries} downloads in an hour");
    world.wire.mend();
    world.run_for(minutes(5)).await;
    assert_exactly_once(&world);
}

#[tokio::test(start_paused = true)]
async fn a_day_without_microsoft_costs_nothing() {
    let options = Options { content_types: vec![EXCHANGE.to_owned()], rate: 0.01, ..Options::default() };
    let mut world = World::of(options).feed(EXCHANGE);
    world.run_for(hours(1)).await;
    world.wire.cut();
    world.run_for(hours(24)).await;
    world.wire.mend();
    world.run_for(minutes(10)).await;
    world.microsoft.ledger().all_record_ids();
    let expected = world.microsoft.ledger().all_record_ids().len();
    let delivered = world.output.counts().len();
    assert!(expected - delivered <= 20, "the last minute may be missing: {delivered} of {expected}");
    assert_eq!(world.output.ids().len(), delivered);
}
