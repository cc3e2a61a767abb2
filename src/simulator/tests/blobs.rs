//! Downloading blobs.

use std::collections::HashSet;

use super::*;

fn record_ids(answer: &Answer) -> Vec<String> {
    let records = answer.json();
    records.as_array().unwrap().iter().map(|record| record["Id"].as_str().unwrap().into()).collect()
}

#[tokio::test(start_paused = true)]
async fn everything_that_is_listed_can_be_fetched_and_is_in_the_ledger() {
    let world = World::with_faults(Knobs::default()).await;
    let mut collected = HashSet::new();
    for content_type in CONTENT_TYPES {
        for blob in world.list_all(content_type).await {
            collected.extend(record_ids(&world.fetch(&blob).await));
        }
    }
    let ledger = world.simulator.ledger();
    assert_eq!(collected.len(), 1_000);
    assert_eq!(collected, ledger.all_record_ids());
    assert_eq!((ledger.fetched().len(), ledger.blobs(SHAREPOINT).len()), (100, 20));
}

#[tokio::test(start_paused = true)]
async fn a_test_chooses_the_records() {
    let world = World::new().await;
    world.simulator.publish(Blob::new(SHAREPOINT, "plain"));
    world.simulator.publish(Blob::new("DLP.All", "own").records(vec![serde_json::json!({"Id": "mine"})]));
    world.simulator.publish(Blob::new(SHAREPOINT, "raw").raw_body("nonsense"));
    assert_eq!(record_ids(&world.get("audit/plain").await), ["plain-0", "plain-1"]);
    assert_eq!(record_ids(&world.get("audit/own").await), ["mine"]);
    assert_eq!(world.get("audit/raw").await.text(), "nonsense");
    assert_eq!(world.simulator.ledger().record_ids(SHAREPOINT), ["plain-0", "plain-1"].map(String::from).into());
}

#[tokio::test(start_paused = true)]
async fn a_blob_expires() {
    let world = World::new().await;
    world.simulator.publish(Blob::new(SHAREPOINT, "old").expires(noon() + Duration::from_mins(1)));
    assert_eq!(world.get("audit/old").await.status, 200);
    world.clock.sleep(Duration::from_mins(1)).await;
    assert_eq!(world.get("audit/old").await.refusal(), (410, "AF20051".into()));
}

#[tokio::test(start_paused = true)]
async fn what_never_was_cannot_be_fetched() {
    let world = World::with_faults(Knobs::default()).await;
    let known = world.list_all(SHAREPOINT).await[0]["contentId"].as_str().unwrap().to_string();
    assert_eq!(world.get(&format!("audit/{known}x")).await.refusal(), (404, "AF20050".into()));
    assert_eq!(world.get("audit/nonsense").await.refusal(), (400, "AF20052".into()));
    assert_eq!(world.get(&format!("audit/{}", known.replace('$', "%24"))).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_blob_is_fetched_only_by_its_tenant_and_while_subscribed() {
    let world = World::with(Options { tenants: 2, content_types: Vec::new(), ..Options::default() }).await;
    let other = world.simulator.tenants()[1].domain.clone();
    world.simulator.publish(Blob::new(SHAREPOINT, "a$theirs").tenant(other));
    assert_eq!(world.get("audit/a$theirs").await.refusal(), (404, "AF20050".into()));
    world.simulator.publish(Blob::new(SHAREPOINT, "a$ours"));
    world.simulator.subscribe(&world.tenant.domain, SHAREPOINT, Subscription::Disabled);
    assert_eq!(world.get("audit/a$ours").await.refusal(), (400, "AF20023".into()));
}

#[tokio::test(start_paused = true)]
async fn expired_blobs_are_listed_but_lost() {
    let world = World::with_faults(Knobs { expired: 1.0, ..Knobs::default() }).await;
    let listed = world.list_all(SHAREPOINT).await;
    assert_eq!((listed.len(), world.fetch(&listed[0]).await.refusal()), (20, (410, "AF20051".into())));
    assert!(world.simulator.ledger().record_ids(SHAREPOINT).is_empty());
}

#[tokio::test(start_paused = true)]
async fn bodies_are_compressed_for_who_can_read_it() {
    let world = World::with_faults(Knobs { gzip: true, ..Knobs::default() }).await;
    let blob = &world.list_all(SHAREPOINT).await[0];
    let mut request = world.request("GET", blob["contentUri"].as_str().unwrap());
    request.headers_mut().insert("accept-encoding", "gzip".parse().unwrap());
    let answer = world.send(request).await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(answer.body.as_slice()), &mut text).unwrap();
    assert_eq!(text, world.fetch(blob).await.text());
}

#[tokio::test(start_paused = true)]
async fn a_body_may_start_with_a_byte_order_mark() {
    let world = World::with_faults(Knobs { bom: 1.0, ..Knobs::default() }).await;
    let blob = &world.list_all(SHAREPOINT).await[0];
    assert!(world.fetch(blob).await.body.starts_with(b"\xef\xbb\xbf[{"));
}

#[tokio::test(start_paused = true)]
async fn what_dlp_matched_is_shown_to_its_own_role_only() {
    let mut world = World::with_faults(Knobs::default()).await;
    let blob = &world.list_all("DLP.All").await[0];
    assert!(world.fetch(blob).await.text().contains("DetectedValues"));
    world.simulator.knobs().roles.retain(|role| role != "ActivityFeed.ReadDlp");
    world.log_in().await;
    let without = world.fetch(blob).await;
    assert_eq!(record_ids(&without).len(), 10);
    assert!(!without.text().contains("DetectedValues"));
}

#[tokio::test(start_paused = true)]
async fn poison_is_served_as_it_is() {
    let world = World::with_faults(Knobs { poison: 1.0, ..Knobs::default() }).await;
    let blob = &world.list_all(SHAREPOINT).await[0];
    let [first, again] = [world.fetch(blob).await, world.fetch(blob).await];
    assert_eq!(first.status, 200);
    assert_eq!(first.body, again.body, "poison is for good");
}
