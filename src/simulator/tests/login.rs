//! The token endpoints.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::*;

const V1: &str = "oauth2/token";
const V2: &str = "oauth2/v2.0/token";
const RESOURCE: (&str, &str) = ("resource", "https://manage.office.com");
const SCOPE: (&str, &str) = ("scope", "https://manage.office.com/.default");

fn claims(token: &Value) -> Value {
    let payload = token["access_token"].as_str().and_then(|token| token.split('.').nth(1)).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn version_one_writes_numbers_as_texts() {
    let token = World::new().await.ask_for_token(V1, &[RESOURCE]).await.json();
    assert_eq!((&token["expires_in"], &token["resource"]), (&"3600".into(), &"https://manage.office.com".into()));
    assert_eq!(token["expires_on"], (noon().timestamp() + 3_600).to_string());
}

#[tokio::test(start_paused = true)]
async fn version_two_writes_numbers() {
    let token = World::new().await.ask_for_token(V2, &[SCOPE]).await.json();
    assert_eq!((&token["expires_in"], &token["resource"]), (&3_600.into(), &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn a_token_tells_tenant_audience_and_roles() {
    let world = World::new().await;
    let claims_with_roles = claims(&world.ask_for_token(V2, &[SCOPE]).await.json());
    assert_eq!(claims_with_roles["tid"], world.tenant.tenant_id);
    assert_eq!(claims_with_roles["aud"], "https://manage.office.com");
    assert_eq!(claims_with_roles["roles"][0], "ActivityFeed.Read");

    world.simulator.knobs().roles.clear();
    assert_eq!(claims(&world.ask_for_token(V2, &[SCOPE]).await.json()).get("roles"), None);
}

#[tokio::test(start_paused = true)]
async fn mistakes_have_their_numbers() {
    let world = World::new().await;
    let expired = world.tenant.expired_secret.clone();
    for (endpoint, form, status, error, code) in [
        (V1, vec![RESOURCE, ("client_secret", "wrong")], 401, "invalid_client", 7_000_215),
        (V1, vec![RESOURCE, ("client_secret", &expired)], 401, "invalid_client", 7_000_222),
        (V1, vec![RESOURCE, ("client_id", "stranger")], 400, "unauthorized_client", 700_016),
        (V1, vec![], 400, "invalid_request", 900_144),
        (V1, vec![RESOURCE, ("grant_type", "password")], 400, "unsupported_grant_type", 70_003),
        (V1, vec![("resource", "https://reports.office365.com")], 400, "invalid_resource", 500_011),
        (V2, vec![SCOPE, RESOURCE], 400, "invalid_request", 901_002),
        (V2, vec![("scope", "https://manage.office.com")], 400, "invalid_scope", 70_011),
        (V2, vec![("scope", "https://a/.default https://b/.default")], 400, "invalid_request", 700_022),
    ] {
        let answer = world.ask_for_token(endpoint, &form).await;
        let body = answer.json();
        assert_eq!(
            (answer.status.as_u16(), &body["error"], &body["error_codes"][0]),
            (status, &error.into(), &code.into())
        );
        assert!(body["error_description"].as_str().unwrap().starts_with(&format!("AADSTS{code}: ")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_must_be_there() {
    let world = World::new().await;
    let form = format!("grant_type=client_credentials&client_id={}", world.tenant.client_id);
    let request = Request::post(format!("/{}/{V1}", world.tenant.domain)).body(form.into()).unwrap();
    assert_eq!(world.send(request).await.json()["error_codes"][0], 7_000_218);
}

#[tokio::test(start_paused = true)]
async fn only_known_tenants_log_in() {
    let mut world = World::new().await;
    for (tenant, code) in [("common", 9_001_023), ("00000000-0000-0000-0000-000000000000", 90_002)] {
        world.tenant.tenant_id = tenant.into();
        assert_eq!(world.ask_for_token(V1, &[RESOURCE]).await.json()["error_codes"][0], code);
    }
    let request = Request::get(format!("/{}/{V2}", world.tenant.domain)).body(Body::empty()).unwrap();
    assert_eq!(world.send(request).await.json()["error_codes"][0], 900_561);
}

#[tokio::test(start_paused = true)]
async fn the_login_recovers_from_its_faults() {
    let world = World::new().await;
    world.simulator.knobs().login_error = 1.0;
    let mut failed = 0;
    while world.ask_for_token(V1, &[RESOURCE]).await.status != 200 {
        failed += 1;
    }
    assert!((1..=2).contains(&failed));

    *world.simulator.knobs() = Knobs { login_malformed: 1.0, ..Knobs::default() };
    let answer = world.ask_for_token(V1, &[RESOURCE]).await;
    assert!(answer.status == 200 && serde_json::from_slice::<Value>(&answer.body).is_err());
}
