//! Faults of answers: they come, and they pass.

use super::*;

/// Downloads the first blob until it comes whole; tells what came before.
async fn failures(world: &World) -> Vec<Answer> {
    let uri = format!("audit/{}", world.simulator.ledger().blobs(SHAREPOINT)[0]);
    let mut failures = Vec::new();
    loop {
        let answer = world.get(&uri).await;
        if answer.status == 200 && serde_json::from_slice::<Value>(&answer.body).is_ok() {
            return failures;
        }
        failures.push(answer);
        assert!(failures.len() < 10, "a fault passes");
    }
}

#[tokio::test(start_paused = true)]
async fn server_errors_pass() {
    let failures = failures(&World::with_faults(Knobs { server_error: 1.0, ..Knobs::default() }).await).await;
    assert!(!failures.is_empty() && failures.iter().all(|answer| answer.status.is_server_error()));
}

#[tokio::test(start_paused = true)]
async fn throttling_passes() {
    let failures = failures(&World::with_faults(Knobs { throttled: 1.0, ..Knobs::default() }).await).await;
    assert!(!failures.is_empty() && failures.iter().all(|answer| answer.refusal() == (403, "AF429".into())));
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_passes() {
    let failures = failures(&World::with_faults(Knobs { unauthorized: 1.0, ..Knobs::default() }).await).await;
    assert!(!failures.is_empty() && failures.iter().all(|answer| answer.status == 401));
}

#[tokio::test(start_paused = true)]
async fn broken_bodies_pass() {
    for (faults, announces_length) in
        [(Knobs { truncated: 1.0, ..Knobs::default() }, true), (Knobs { reset: 1.0, ..Knobs::default() }, false)]
    {
        let failures = failures(&World::with_faults(faults).await).await;
        assert!(!failures.is_empty() && failures.iter().all(Answer::is_broken));
        assert!(failures.iter().all(|answer| answer.header("content-length").is_some() == announces_length));
    }
}

#[tokio::test(start_paused = true)]
async fn cut_json_passes() {
    let failures = failures(&World::with_faults(Knobs { invalid_json: 1.0, ..Knobs::default() }).await).await;
    assert!(!failures.is_empty() && failures.iter().all(|answer| answer.status == 200 && !answer.is_broken()));
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_takes_its_time() {
    let world = World::with_faults(Knobs { slow: 1.0, ..Knobs::default() }).await;
    world.get("subscriptions/list").await;
    assert!(world.clock.now() >= noon() + Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn a_blob_fails_as_its_test_says() {
    let world = World::new().await;
    world.simulator.publish(Blob::new(SHAREPOINT, "a").failing([Fault::Throttled, Fault::Truncated]));
    assert_eq!(world.get("audit/a").await.refusal().1, "AF429");
    assert!(world.get("audit/a").await.is_broken());
    assert_eq!(world.get("audit/a").await.json().as_array().map(Vec::len), Some(2));
    let ledger = world.simulator.ledger();
    assert_eq!((ledger.faults(Fault::Truncated), ledger.fetched()["a"], ledger.requests(Operation::Blob)), (1, 1, 3));
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_fails_the_same_way() {
    let faults = Knobs { server_error: 0.5, reset: 0.5, ..Knobs::default() };
    let mut runs = Vec::new();
    for _ in 0..2 {
        let world = World::with_faults(faults.clone()).await;
        let statuses: Vec<_> = failures(&world).await.iter().map(|answer| answer.status).collect();
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
}
