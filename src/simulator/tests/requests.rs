//! What every request to the Management API must bring, and what every answer has.

use super::*;

const LIST: &str = "subscriptions/list";

#[tokio::test(start_paused = true)]
async fn a_good_token_passes() {
    let answer = World::new().await.get(LIST).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    assert_eq!(answer.header("date"), Some("Sat, 21 Nov 2026 12:00:00 GMT"));
}

#[tokio::test(start_paused = true)]
async fn a_token_expires() {
    let world = World::new().await;
    world.clock.sleep(hours(1)).await;
    let answer = world.get(LIST).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.text(), r#"{"Message":"Authorization has been denied for this request."}"#);
}

#[tokio::test(start_paused = true)]
async fn a_token_for_another_service_or_from_elsewhere_is_refused() {
    let mut world = World::new().await;
    let graph = world.ask_for_token("oauth2/token", &[("resource", "https://graph.microsoft.com")]).await.json();
    for token in [graph["access_token"].as_str().unwrap(), "", "a.b.c"] {
        world.token = token.into();
        assert_eq!(world.get(LIST).await.status, 401);
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_is_needed() {
    let mut world = World::new().await;
    world.simulator.knobs().roles = vec!["ServiceHealth.Read".into()];
    world.log_in().await;
    assert_eq!(world.get(LIST).await.refusal(), (403, "AF10001".into()));
}

#[tokio::test(start_paused = true)]
async fn the_tenant_is_a_guid_and_the_tokens_own() {
    let mut world = World::with(Options { tenants: 2, ..Options::default() }).await;
    world.tenant.tenant_id = world.simulator.tenants()[1].tenant_id.clone();
    assert_eq!(world.get(LIST).await.refusal(), (403, "AF20010".into()));
    world.tenant.tenant_id = world.tenant.domain.clone();
    assert_eq!(
        world
            .get("http://simulator.invalid/api/v1.0/larkspurmarine.example/activity/feed/subscriptions/list")
            .await
            .refusal(),
        (400, "AF20013".into())
    );
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_are_refused_until_the_bucket_refills() {
    let world = World::new().await;
    world.simulator.knobs().requests_per_minute = 3;
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(world.get(LIST).await.status.as_u16());
    }
    assert_eq!(codes, [200, 200, 200, 403]);
    let refused = world.get("audit/any").await;
    assert_eq!(refused.refusal().1, "AF429");
    assert!(refused.text().contains("Method=GetBlob, PublisherId="));
    assert_eq!(refused.header("retry-after"), None);

    world.clock.sleep(Duration::from_secs(20)).await;
    assert_eq!(world.get(LIST).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn without_a_publisher_all_share_one_pool() {
    let world = World::new().await;
    world.simulator.knobs().shared_requests_per_minute = 1;
    world.simulator.knobs().throttle_status = 429;
    world.simulator.knobs().retry_after = Some(Duration::from_secs(30));
    let anonymous = || {
        let mut request = world.request("GET", LIST);
        *request.uri_mut() = request.uri().path().parse().unwrap();
        request
    };
    assert_eq!(world.send(anonymous()).await.status, 200);
    let refused = world.send(anonymous()).await;
    assert_eq!((refused.refusal(), refused.header("retry-after")), ((429, "AF429".into()), Some("30")));
    assert_eq!(world.get(LIST).await.status, 200, "who names a publisher has a pool of their own");
}

#[tokio::test(start_paused = true)]
async fn the_date_follows_a_skewed_clock() {
    let world = World::new().await;
    world.simulator.knobs().clock_skew = chrono::Duration::minutes(7);
    assert_eq!(world.get(LIST).await.header("date"), Some("Sat, 21 Nov 2026 12:07:00 GMT"));
}

#[tokio::test(start_paused = true)]
async fn sensitive_types_come_in_one_language() {
    let world = World::new().await;
    for (language, code) in [("de-DE", ""), ("de-DE, en-US", "AF20053"), ("_", "AF20054")] {
        let mut request = world.request("GET", "resources/dlpSensitiveTypes");
        request.headers_mut().insert("accept-language", language.parse().unwrap());
        assert_eq!(world.send(request).await.refusal().1, code, "{language}");
    }
    assert_eq!(world.get("resources/dlpSensitiveTypes").await.json()[0]["name"], "Credit Card Number");
}

#[tokio::test(start_paused = true)]
async fn the_ledger_counts_requests() {
    let world = World::new().await;
    world.get(LIST).await;
    let ledger = world.simulator.ledger();
    assert_eq!(
        (ledger.token_requests(), ledger.requests(Operation::List), ledger.requests(Operation::Blob)),
        (1, 1, 0)
    );
}
