//! Outputs that are stuck, slow, broken or picky: downloads stop, memory stays bounded, nothing is lost.

use std::collections::BTreeSet;

use o365collector::simulator::{Blob, Options};

use crate::world::{World, hours, minutes, seconds, sorted};

const EXCHANGE: &str = "Audit.Exchange";

fn backlog(blobs: usize, events: usize) -> World {
    let options = Options {
        content_types: vec![EXCHANGE.to_owned()],
        blobs_per_type: Some(blobs),
        events_per_blob: events,
        ..Options::default()
    };
    World::of(options).feed(EXCHANGE)
}

fn expected(world: &World) -> BTreeSet<String> {
    world.microsoft.ledger().all_record_ids().into_iter().collect()
}

fn delivered(world: &World) -> BTreeSet<String> {
    world.output.ids().into_iter().collect()
}

#[tokio::test(start_paused = true)]
async fn a_stuck_output_stops_the_downloads() {
    let mut world = backlog(200, 50).settings("queue.mem.events: 1000");
    world.output.stick();
    world.run_for(hours(1)).await;
    let fetched = world.microsoft.ledger().fetched().len();
    // Half a bulk's worth twice: one in the queue, one under way, and what waits at the door.
    assert!(fetched * 50 <= 1000 + 1000 + 16 * 50, "{fetched} blobs of 50 events");
    world.run_for(hours(5)).await;
    assert_eq!(world.microsoft.ledger().fetched().len(), fetched, "and nothing more");
    world.output.free();
    world.run_for(minutes(10)).await;
    assert_eq!(delivered(&world), expected(&world));
    assert_eq!(world.output.ids().len(), 10_000, "nothing twice");
}

#[tokio::test(start_paused = true)]
async fn a_stuck_output_with_huge_blobs_repeats_nothing_when_it_goes_on() {
    let mut world = World::new().feed(EXCHANGE);
    for id in ["a", "b"] {
        world.microsoft.publish(Blob::new(EXCHANGE, id).events(6_000).created(world.ago(minutes(9))));
    }
    world.run_for(seconds(1)).await;
    world.output.stick();
    world.run_for(hours(5)).await;
    world.output.free();
    world.run_for(hours(1)).await;
    assert_eq!(world.output.counts().len(), 12_000);
    assert_eq!(world.output.ids().len(), 12_000, "nothing twice");
}

#[tokio::test(start_paused = true)]
async fn an_output_that_fails_gets_everything_later_and_in_order() {
    let mut world = backlog(20, 10);
    world.output.fail(12);
    world.run_for(hours(1)).await;
    assert_eq!(delivered(&world), expected(&world));
    assert_eq!(world.output.ids().len(), 200);
}

#[tokio::test(start_paused = true)]
async fn an_output_that_fails_while_events_are_not_yet_safe_repeats_them_and_loses_none() {
    let mut world = backlog(50, 10);
    world.output.be_safe_later();
    world.run_for(seconds(1)).await;
    world.output.fail(2);
    world.run_for(hours(1)).await;
    assert_eq!(delivered(&world), expected(&world));
    world.stop().await;
    assert!(world.books().await.feeds.values().all(|feed| feed.pending.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_was_partly_taken_when_the_output_failed_is_fetched_again() {
    for call in 1..=4 {
        let mut world = World::new().feed(EXCHANGE);
        world.output.be_safe_later();
        world.output.fail_at(call);
        // Three bulks of a thousand, with batches that lie across their borders.
        world.microsoft.publish(Blob::new(EXCHANGE, "a").events(2_500).created(world.ago(minutes(9))));
        world.run_for(hours(1)).await;
        assert_eq!(world.output.counts().len(), 2_500, "at call {call}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_output_that_is_stuck_does_not_hold_the_inputs_of_another() {
    // Bodies that are held whole, and bodies that are handed over while they come.
    for (blobs, events) in [(100, 10), (12, 2_000)] {
        let settings = "queue.mem.events: 200\nmax_concurrent_fetches: 10";
        let mut world = World::new().each_to_its_own(EXCHANGE, "Audit.General").settings(settings);
        for number in 0..blobs {
            for (content_type, letter) in [(EXCHANGE, 'e'), ("Audit.General", 'g')] {
                let blob = Blob::new(content_type, format!("{letter}{number}")).events(events);
                world.microsoft.publish(blob.created(world.ago(minutes(9))));
            }
        }
        world.output.stick();
        world.run_for(minutes(30)).await;
        assert_eq!(world.output.counts().len(), 0);
        assert_eq!(world.second.counts().len(), blobs * events, "the other one goes on");
        world.output.free();
        world.run_for(minutes(30)).await;
        assert_eq!(world.output.counts().len(), blobs * events);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_acknowledged_before_it_is_safe() {
    let mut world = backlog(50, 10);
    world.output.stick();
    world.run_for(minutes(5)).await;
    world.crash().await;
    let books = world.books().await;
    let feed = books.feeds.values().next().unwrap();
    assert_eq!((feed.pending.len(), feed.acknowledged_ids.len()), (50, 0));
}

#[tokio::test(start_paused = true)]
async fn a_refused_record_lies_in_the_dead_letter_file_and_holds_nobody() {
    let mut world = World::new().feed(EXCHANGE);
    world.microsoft.publish(Blob::new(EXCHANGE, "a").created(world.ago(minutes(9))));
    world.output.refuse("a-0");
    world.run_for(minutes(5)).await;
    assert_eq!(world.output.ids(), ["a-1"]);
    world.stop().await;
    assert!(world.books().await.feeds.values().all(|feed| feed.pending.is_empty()));
    let text: String = std::fs::read_dir(world.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|kind| kind != "redb") && path.is_file())
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    assert!(text.contains("a-0") && text.contains("it displeases me"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn one_stuck_output_of_two_gets_everything_after_a_restart_and_the_other_no_repeats() {
    let mut world = backlog(40, 10).two_outputs();
    world.second.stick();
    world.run_for(minutes(10)).await;
    assert_eq!(world.output.counts().len(), 400, "the first one goes on");
    assert!(world.second.ids().is_empty());
    world.crash().await;
    world.second.free();
    world.run_for(minutes(10)).await;
    assert_eq!(world.second.counts().len(), 400);
    assert_eq!(world.second.ids().len(), 400);
    assert_eq!(world.output.ids().len(), 400, "what had confirmed before is not written again");
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_what_is_under_way() {
    let mut world = backlog(20, 10);
    world.output.take(seconds(5));
    world.run_for(seconds(3)).await;
    world.stop().await;
    let before = world.output.ids();
    assert!(!before.is_empty());
    let books = world.books().await;
    let acknowledged: usize = books.feeds.values().map(|feed| feed.acknowledged_ids.len()).sum();
    assert_eq!(acknowledged * 10, before.len(), "what was written is acknowledged");
    world.run_for(hours(1)).await;
    assert_eq!(world.output.ids().len(), 200, "nothing twice");
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_for_a_stuck_output_for_ever() {
    let mut world = backlog(20, 10);
    world.output.stick();
    world.run_for(minutes(1)).await;
    let begun = world.clock.now();
    world.stop().await;
    assert!(world.clock.now() - begun <= chrono::Duration::seconds(61));
    world.output.free();
    world.run_for(hours(1)).await;
    assert_eq!(sorted(world.output.ids()).len(), 200);
}

#[tokio::test(start_paused = true)]
async fn two_outputs_never_write_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    std::fs::create_dir(&path).unwrap();
    let taken = std::fs::File::create(path.join("o365collector")).unwrap();
    taken.lock().unwrap();
    let mut world = backlog(5, 10).outputs(&format!("output.file: {{path: {}}}", path.display()));
    world.run_for(minutes(10)).await;
    assert_eq!(std::fs::read_to_string(path.join("o365collector")).unwrap(), "", "somebody else's");
    taken.unlock().unwrap();
    world.run_for(minutes(10)).await;
    assert_eq!(std::fs::read_to_string(path.join("o365collector")).unwrap().lines().count(), 50);
}

#[tokio::test(start_paused = true)]
async fn an_output_that_is_not_required_may_lag() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("blocked");
    std::fs::write(&blocked, "a file where a folder should be").unwrap();
    let settings = format!(
        "outputs:\n  kept: {{type: file, path: {}}}\n  lagging: {{type: file, path: {}, required: false}}\nqueue.mem.events: 500",
        folder.path().join("kept").display(),
        blocked.join("inside").display(),
    );
    let options = Options {
        content_types: vec![EXCHANGE.to_owned()],
        blobs_per_type: Some(300),
        events_per_blob: 10,
        ..Options::default()
    };
    let mut world = World::of(options).feed(EXCHANGE).outputs(&settings);
    world.run_for(minutes(30)).await;
    let text = std::fs::read_to_string(folder.path().join("kept/o365collector")).unwrap();
    assert_eq!(text.lines().count(), 3000);
    assert!(world.stats.output("lagging").dropped.get() >= 2000);
    assert_eq!(world.stats.feed("contoso/Audit.Exchange").items_acknowledged.get(), 300);
}
