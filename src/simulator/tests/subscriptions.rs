//! Subscriptions.

use super::*;

const START: &str = "subscriptions/start?contentType=Audit.SharePoint";
const STOP: &str = "subscriptions/stop?contentType=Audit.SharePoint";
const CONTENT: &str = "subscriptions/content?contentType=Audit.SharePoint";

async fn unsubscribed() -> World {
    let world = World::new().await;
    world.simulator.subscribe(&world.tenant.tenant_id, SHAREPOINT, Subscription::None);
    world
}

#[tokio::test(start_paused = true)]
async fn content_needs_a_subscription() {
    let world = unsubscribed().await;
    assert_eq!(world.get(CONTENT).await.refusal(), (400, "AF20022".into()));
    assert_eq!(world.post(STOP).await.refusal(), (400, "AF20022".into()));
    let started = world.post(START).await.json();
    assert_eq!(started, serde_json::json!({"contentType": SHAREPOINT, "status": "enabled", "webhook": null}));
    assert_eq!(world.get(CONTENT).await.text(), "[]");
    assert_eq!(world.simulator.ledger().starts(), [(world.tenant.tenant_id.clone(), SHAREPOINT.into())]);
}

#[tokio::test(start_paused = true)]
async fn starting_again_changes_nothing() {
    assert_eq!(World::new().await.post(START).await.refusal(), (400, "AF20024".into()));
}

#[tokio::test(start_paused = true)]
async fn starts_come_a_quarter_of_an_hour_apart() {
    let world = unsubscribed().await;
    world.post(START).await;
    world.post(STOP).await;
    world.clock.sleep(Duration::from_secs(374)).await;
    let refused = world.post(START).await;
    assert_eq!(refused.refusal(), (403, "429".into()));
    assert!(refused.text().contains("Please retry again after 8m 4"), "{}", refused.text());
    world.clock.sleep(Duration::from_secs(527)).await;
    assert_eq!(world.post(START).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn what_comes_while_stopped_is_lost() {
    let mut world = World::new().await;
    world.simulator.publish(Blob::new(SHAREPOINT, "before"));
    world.clock.sleep(hours(1)).await;
    world.log_in().await;
    world.post(STOP).await;
    world.simulator.publish(Blob::new(SHAREPOINT, "missed"));
    assert_eq!(world.get(CONTENT).await.refusal(), (400, "AF20023".into()));
    world.clock.sleep(Duration::from_mins(1)).await;
    assert_eq!(world.post(START).await.status, 200);
    world.simulator.publish(Blob::new(SHAREPOINT, "after"));
    world.clock.sleep(Duration::from_mins(1)).await;
    assert_eq!(ids(&world.list_all(SHAREPOINT).await), ["before", "after"]);
    assert_eq!(world.get("audit/missed").await.refusal(), (404, "AF20050".into()));
}

#[tokio::test(start_paused = true)]
async fn subscriptions_are_listed_with_their_state() {
    let world = World::new().await;
    world.simulator.subscribe(&world.tenant.domain, SHAREPOINT, Subscription::Disabled);
    let listed = world.get("subscriptions/list").await.json();
    let state = |content_type| {
        let found = listed.as_array().unwrap().iter().find(|entry| entry["contentType"] == content_type);
        found.map(|entry| entry["status"].as_str().unwrap())
    };
    assert_eq!((state("Audit.Exchange"), state(SHAREPOINT)), (Some("enabled"), Some("disabled")));
}

#[tokio::test(start_paused = true)]
async fn content_types_are_spelled_exactly() {
    let world = World::new().await;
    assert_eq!(world.post("subscriptions/start?contentType=audit.sharepoint").await.refusal(), (400, "AF20020".into()));
    assert_eq!(world.post("subscriptions/start").await.refusal(), (400, "AF20001".into()));
}
