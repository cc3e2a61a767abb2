//! Listing content.

use super::*;

#[tokio::test(start_paused = true)]
async fn windows_have_rules() {
    let world = World::new().await;
    for (window, code) in [
        ("&startTime=2026-11-21T00:00:00&endTime=2026-11-21T12:00:00", ""),
        ("&startTime=2026-11-21&endTime=2026-11-22", ""),
        ("&startTime=2026-11-21T00:00&endTime=2026-11-21T12:00:00Z", ""),
        ("&startTime=2026-11-14T11:30&endTime=2026-11-14T12:00", ""),
        ("&startTime=2026-11-21T00:00:00", "AF20030"),
        ("&endTime=2026-11-21T00:00:00", "AF20030"),
        ("&startTime=2026-11-21T12:00:00&endTime=2026-11-21T12:00:00", "AF20055"),
        ("&startTime=2026-11-20T11:59:59&endTime=2026-11-21T12:00:00", "AF20055"),
        ("&startTime=2026-11-14T10:00&endTime=2026-11-14T12:00", "AF20055"),
        ("&startTime=yesterday&endTime=2026-11-21", "AF20002"),
        ("&startTime=2026-11-21T00:00:00.500&endTime=2026-11-22", "AF20002"),
    ] {
        for operation in ["content", "notifications"] {
            let answer = world.get(&format!("subscriptions/{operation}?contentType=Audit.SharePoint{window}")).await;
            assert_eq!(answer.refusal().1, code, "{operation} {window}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn windows_are_half_open() {
    let world = World::new().await;
    for (id, time) in [("first", "10:00:00"), ("middle", "10:59:59"), ("next", "11:00:00")] {
        world.simulator.publish(Blob::new(SHAREPOINT, id).created(at(&format!("2026-11-21T{time}Z"))));
    }
    let window =
        "subscriptions/content?contentType=Audit.SharePoint&startTime=2026-11-21T10:00:00&endTime=2026-11-21T11:00:00";
    let listed = world.get(window).await.json();
    assert_eq!(ids(listed.as_array().unwrap()), ["first", "middle"]);
    assert_eq!(listed[0]["contentCreated"], "2026-11-21T10:00:00.000Z");
    assert_eq!(listed[0]["contentExpiration"], "2026-11-28T10:00:00.000Z");
    let uri = format!("http://simulator.invalid/api/v1.0/{}/activity/feed/audit/first", world.tenant.tenant_id);
    assert_eq!(listed[0]["contentUri"], uri);
}

#[tokio::test(start_paused = true)]
async fn a_late_blob_is_listed_late() {
    let world = World::new().await;
    world.simulator.publish(
        Blob::new(SHAREPOINT, "late").created(noon() - hours(1)).visible_after(hours(1) + Duration::from_mins(1)),
    );
    assert!(world.list_all(SHAREPOINT).await.is_empty());
    assert_eq!(world.get("audit/late").await.status, 400);
    world.clock.sleep(Duration::from_mins(1)).await;
    assert_eq!(ids(&world.list_all(SHAREPOINT).await), ["late"]);
}

#[tokio::test(start_paused = true)]
async fn pages_lead_to_the_next() {
    let world = World::with(Options { blobs_per_type: Some(25), page_size: 10, ..Options::default() }).await;
    let first = world.get("subscriptions/content?contentType=Audit.SharePoint").await;
    let next = first.header("nextpageuri").unwrap();
    assert!(
        next.starts_with(&format!("http://simulator.invalid/api/v1/{}/activity/feed/", world.tenant.tenant_id)),
        "{next}"
    );
    assert!(!next.contains("PublisherIdentifier"));

    let all = world.list_all(SHAREPOINT).await;
    let mut unique = ids(&all);
    unique.sort_unstable();
    unique.dedup();
    assert_eq!((all.len(), unique.len()), (25, 25));
    assert_eq!(world.simulator.ledger().listed().len(), 25);
}

#[tokio::test(start_paused = true)]
async fn a_page_token_belongs_to_its_listing() {
    let world = World::with(Options { blobs_per_type: Some(25), page_size: 10, ..Options::default() }).await;
    let first = world.get("subscriptions/content?contentType=Audit.SharePoint").await;
    let next = first.header("nextpageuri").unwrap();
    for spoilt in [
        next.replace("SharePoint", "Exchange"),
        format!("{next}0"),
        format!("{next}ä"),
        next.replace("nextPage=", "nextPage=9"),
    ] {
        let spoilt = spoilt.replace('ä', "%C3%A4");
        assert_eq!(world.get(&spoilt).await.refusal(), (400, "AF20031".into()), "{spoilt}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_may_be_empty_and_still_lead_on() {
    let world = World::with_faults(Knobs { empty_page: 1.0, ..Knobs::default() }).await;
    let first = world.get("subscriptions/content?contentType=Audit.SharePoint").await;
    assert!(first.text() == "[]" && first.header("nextpageuri").is_some());
    assert_eq!(world.list_all(SHAREPOINT).await.len(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_blob_may_be_listed_twice() {
    let world = World::with_faults(Knobs { repeated_listing: 1.0, ..Knobs::default() }).await;
    assert_eq!(world.list_all(SHAREPOINT).await.len(), 40);
}

#[tokio::test(start_paused = true)]
async fn addresses_may_lead_elsewhere() {
    let world = World::with(Options { page_size: 5, ..Options::default() }).await;
    world.simulator.knobs().foreign_host = Some("https://evil.example".into());
    world.simulator.knobs().next_page_header = "NextPageUrl".into();
    let first = world.get("subscriptions/content?contentType=Audit.SharePoint").await;
    assert!(first.header("nextpageurl").unwrap().starts_with("https://evil.example/api/v1/"));
    assert!(first.json()[0]["contentUri"].as_str().unwrap().starts_with("https://evil.example/api/v1.0/"));
}

#[tokio::test(start_paused = true)]
async fn new_blobs_appear_at_the_chosen_rate() {
    let world = World::with(Options { rate: 5.0, backlog: Duration::ZERO, ..Options::default() }).await;
    assert!(world.list_all(SHAREPOINT).await.is_empty());
    world.clock.sleep(Duration::from_secs(1_805)).await;
    assert_eq!(world.list_all(SHAREPOINT).await.len(), 180, "one event a second for each type, in blobs of ten");
    assert_eq!(world.simulator.ledger().record_ids(SHAREPOINT).len(), 1_800);
}
