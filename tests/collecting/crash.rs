//! Crashes at arbitrary instants, with everything else going wrong as well: `SEEDS=1000` for a long night.

use std::collections::BTreeSet;
use std::time::Duration;

use fastrand::Rng;
use o365collector::simulator::{Knobs, Options};

use crate::world::{Recorder, World, hours};

const FEEDS: [&str; 2] = ["Audit.Exchange", "Audit.General"];

fn seeds() -> u64 {
    std::env::var("SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

#[tokio::test(start_paused = true)]
async fn whatever_crashes_everything_is_delivered_and_only_what_was_in_flight_twice() {
    for seed in (0..seeds()).filter(|seed| seed % 2 == 0) {
        live(seed, false).await;
    }
}

#[tokio::test(start_paused = true)]
async fn with_two_outputs_each_gets_everything() {
    for seed in (0..seeds()).filter(|seed| seed % 2 == 1) {
        live(seed, true).await;
    }
}

/// A backlog and faults as the dice fall.
fn options(seed: u64, dice: &mut Rng) -> Options {
    let is_late = dice.bool();
    let mut chance = |most: f64| if dice.bool() { most * dice.f64() } else { 0.0 };
    let faults = Knobs {
        late: if is_late { 0.3 } else { 0.0 },
        equal_seconds: chance(0.5),
        repeated_listing: chance(0.5),
        empty_page: chance(0.3),
        server_error: chance(0.2),
        throttled: chance(0.1),
        unauthorized: chance(0.1),
        truncated: chance(0.2),
        invalid_json: chance(0.2),
        reset: chance(0.2),
        login_error: chance(0.5),
        ..Knobs::default()
    };
    Options {
        seed,
        content_types: FEEDS.map(str::to_owned).to_vec(),
        backlog: hours(dice.u64(3..50)),
        blobs_per_type: Some(dice.usize(5..40)),
        events_per_blob: dice.usize(1..6),
        page_size: dice.usize(4..30),
        faults,
        ..Options::default()
    }
}

async fn live(seed: u64, has_two: bool) {
    fastrand::seed(seed);
    let mut dice = Rng::with_seed(seed);
    let options = options(seed, &mut dice);
    let size = options.events_per_blob;
    let overlap = if options.faults.late > 0.0 { "overlap: 6h, interval: 5m" } else { "overlap: 0s, interval: 5m" };
    let mut world = World::of(options).feed(FEEDS[0]).feed(FEEDS[1]).input(overlap);
    if has_two {
        world = world.two_outputs();
    }
    let outputs: Vec<Recorder> =
        [world.output.clone(), world.second.clone()].into_iter().take(1 + usize::from(has_two)).collect();
    for output in &outputs {
        output.take(Duration::from_millis(dice.u64(0..3000)));
        if dice.bool() {
            output.be_safe_later();
        }
    }
    let mut in_flight = BTreeSet::new();
    for _ in 0..dice.usize(1..5) {
        for output in &outputs {
            output.fail(dice.u32(0..3));
        }
        world.run_for(Duration::from_millis(dice.u64(0..15_000))).await;
        world.crash().await;
        in_flight.extend(check_books(seed, &world, &outputs, size).await);
    }
    let late = Knobs { late: world.microsoft.knobs().late, ..Knobs::default() };
    *world.microsoft.knobs() = late;
    for output in &outputs {
        output.fail(0);
    }
    world.run_for(hours(3)).await;
    world.stop().await;
    check_books(seed, &world, &outputs, size).await;
    for output in &outputs {
        let counts = output.counts();
        let lost: Vec<_> =
            world.microsoft.ledger().all_record_ids().into_iter().filter(|id| !counts.contains_key(id)).collect();
        assert!(lost.is_empty(), "seed {seed}: {} records are lost, e.g. {}", lost.len(), lost[0]);
        let twice: Vec<_> = counts.iter().filter(|(id, count)| **count > 1 && !in_flight.contains(*id)).collect();
        assert!(
            twice.is_empty(),
            "seed {seed}: {} records are repeated without need, e.g. {:?}",
            twice.len(),
            twice[0]
        );
    }
}

/// No item is acknowledged of which an output lacks a record. Gives the records of those that are not acknowledged.
async fn check_books(seed: u64, world: &World, outputs: &[Recorder], size: usize) -> BTreeSet<String> {
    let books = world.books().await;
    let mut in_flight = BTreeSet::new();
    for output in outputs {
        let items = output.items();
        for (name, feed) in &books.feeds {
            assert_eq!(feed.record.lost, 0, "seed {seed}: {name} gave items up");
            for id in feed.acknowledged_ids.keys() {
                let written = items.get(id).map_or(0, BTreeSet::len);
                assert_eq!(written, size, "seed {seed}: {name} acknowledged {id} too early");
            }
        }
        let is_done = |id: &String| books.feeds.values().any(|feed| feed.acknowledged_ids.contains_key(id));
        in_flight.extend(items.into_iter().filter(|(id, _)| !is_done(id)).flat_map(|(_, records)| records));
    }
    in_flight
}
