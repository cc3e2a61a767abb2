//! Subscriptions are started when they must be, not more often than Microsoft allows, and never stopped.

use axum::response::IntoResponse;
use http::StatusCode;
use o365collector::simulator::{Blob, Subscription};

use crate::world::{World, days, hours, minutes};

const EXCHANGE: &str = "Audit.Exchange";

fn domain(world: &World) -> String {
    world.microsoft.tenants()[0].domain.clone()
}

#[tokio::test(start_paused = true)]
async fn a_missing_subscription_is_started_and_content_from_before_it_is_collected() {
    let mut world = World::new().feed(EXCHANGE);
    world.microsoft.publish(Blob::new(EXCHANGE, "before").created(world.ago(days(3))));
    world.run_for(hours(1)).await;
    assert_eq!(world.microsoft.ledger().starts().len(), 1);
    assert_eq!(world.output.ids(), ["before-0", "before-1"]);
}

#[tokio::test(start_paused = true)]
async fn an_enabled_subscription_is_not_started_again() {
    let mut world = World::new().feed(EXCHANGE);
    world.microsoft.subscribe(&domain(&world), EXCHANGE, Subscription::Enabled);
    world.run_for(hours(1)).await;
    world.restart().await;
    world.run_for(hours(1)).await;
    assert_eq!(world.wire.asked_for("/subscriptions/start"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_disabled_subscription_is_started_again_while_running() {
    let mut world = World::new().feed(EXCHANGE);
    world.run_for(hours(1)).await;
    world.microsoft.subscribe(&domain(&world), EXCHANGE, Subscription::Disabled);
    world.run_for(minutes(10)).await;
    world.microsoft.publish(Blob::new(EXCHANGE, "after"));
    world.run_for(minutes(10)).await;
    assert_eq!(world.microsoft.ledger().starts().len(), 2);
    assert_eq!(world.output.ids(), ["after-0", "after-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_will_not_stay_is_started_at_most_once_in_15_minutes() {
    let mut world = World::new().feed(EXCHANGE);
    for _ in 0..120 {
        world.run_for(minutes(1)).await;
        world.microsoft.subscribe(&domain(&world), EXCHANGE, Subscription::Disabled);
    }
    // Crashes do not make it forget.
    for _ in 0..60 {
        world.run_for(minutes(1)).await;
        world.microsoft.subscribe(&domain(&world), EXCHANGE, Subscription::Disabled);
        world.crash().await;
    }
    let asked: Vec<_> =
        world.wire.asked().into_iter().filter(|asked| asked.path.ends_with("/subscriptions/start")).collect();
    assert!((8..=13).contains(&asked.len()), "{} starts in three hours", asked.len());
    for pair in asked.windows(2) {
        assert!(pair[1].at - pair[0].at >= minutes(15), "{:?}", pair[1].at - pair[0].at);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_start_is_not_repeated_within_15_minutes_either() {
    let mut world = World::new().feed(EXCHANGE);
    world.wire.intercept(|asked| {
        let body = r#"{"error":{"code":"429","message":"Too many frequent subscription start requests. Please retry again after 8m 46s."}}"#;
        asked.path.ends_with("/start").then(|| (StatusCode::FORBIDDEN, body).into_response())
    });
    world.run_for(hours(1)).await;
    let starts = world.wire.asked_for("/subscriptions/start");
    assert!((3..=5).contains(&starts), "{starts} starts in an hour");
    world.wire.mend();
    world.microsoft.publish(Blob::new(EXCHANGE, "a"));
    world.run_for(minutes(30)).await;
    assert_eq!(world.output.ids(), ["a-0", "a-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_start_that_an_outage_swallowed_does_not_close_the_gate() {
    let mut world = World::new().feed(EXCHANGE);
    world.microsoft.publish(Blob::new(EXCHANGE, "a"));
    let mut failures = 2;
    world.wire.intercept(move |asked| {
        let is_meant = failures > 0 && asked.path.ends_with("/start");
        failures -= u32::from(is_meant);
        is_meant.then(|| (StatusCode::SERVICE_UNAVAILABLE, "<html>").into_response())
    });
    world.run_for(minutes(2)).await;
    assert_eq!(world.wire.asked_for("/subscriptions/start"), 3);
    assert_eq!(world.output.ids(), ["a-0", "a-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_set_back_does_not_close_the_gate_for_years() {
    let mut world = World::new().feed(EXCHANGE);
    world.run_for(minutes(1)).await;
    world.stop().await;
    let now = world.clock.now();
    world.clock = o365collector::time::Clock::simulated(now - chrono::Duration::days(300));
    world.microsoft.knobs().clock_skew = chrono::Duration::zero();
    world.microsoft.subscribe(&domain(&world), EXCHANGE, Subscription::Disabled);
    world.run_for(hours(1)).await;
    assert_eq!(world.microsoft.ledger().starts().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_never_stopped() {
    let mut world = World::new().feed(EXCHANGE);
    world.run_for(hours(1)).await;
    world.restart().await;
    world.run_for(hours(1)).await;
    world.crash().await;
    world.run_for(hours(1)).await;
    world.stop().await;
    assert_eq!(world.wire.asked_for("/subscriptions/stop"), 0);
}
