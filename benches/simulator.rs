//! How fast the simulator writes records: it shares the processor with the collector it measures.

use axum::{Router, body::Body};
use divan::{Bencher, counter::BytesCount, counter::ItemsCount};
use http::Request;
use http_body_util::BodyExt as _;
use o365collector::{
    simulator::{CONTENT_TYPES, Knobs, Options, Simulator, Subscription},
    time::Clock,
};
use serde_json::Value;
use tower::ServiceExt as _;

const RECORDS: usize = 500;

fn main() {
    divan::main();
}

/// Downloads one blob of 500 records, in the same process.
#[divan::bench(args = CONTENT_TYPES)]
fn download(bencher: Bencher, content_type: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime starts");
    let (router, request) = runtime.block_on(listed_blob(content_type));
    let bytes = runtime.block_on(fetch(&router, &request)).len();
    bencher
        .counter(ItemsCount::new(RECORDS))
        .counter(BytesCount::new(bytes))
        .bench_local(|| runtime.block_on(fetch(&router, &request)));
}

/// The router, and a request for a blob of this content type.
async fn listed_blob(content_type: &str) -> (Router, impl Fn() -> Request<Body>) {
    let faults = Knobs { requests_per_minute: u32::MAX, ..Knobs::default() };
    let options = Options { blobs_per_type: Some(10), events_per_blob: RECORDS, faults, ..Options::default() };
    let simulator = Simulator::new(options, Clock::system());
    let tenant = simulator.tenants().remove(0);
    simulator.subscribe(&tenant.tenant_id, content_type, Subscription::Enabled);
    let router = simulator.router();

    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &tenant.client_id)
        .append_pair("client_secret", &tenant.client_secret)
        .append_pair("resource", "https://manage.office.com")
        .finish();
    let login = || {
        Request::post(format!("/{}/oauth2/token", tenant.domain)).body(form.clone().into()).expect("a valid request")
    };
    let token: Value = serde_json::from_slice(&fetch(&router, &login).await).expect("a token");
    let authorization = format!("Bearer {}", token["access_token"].as_str().expect("a token"));

    let blob = &simulator.ledger().blobs(content_type)[0];
    let (tenant, publisher) = (&tenant.tenant_id, &tenant.tenant_id);
    let path = format!("/api/v1.0/{tenant}/activity/feed/audit/{blob}?PublisherIdentifier={publisher}");
    let get = move || {
        Request::get(&path).header("authorization", &authorization).body(Body::empty()).expect("a valid request")
    };
    (router, get)
}

async fn fetch(router: &Router, request: &impl Fn() -> Request<Body>) -> bytes::Bytes {
    let response = router.clone().oneshot(request()).await.expect("a router always answers");
    assert!(response.status().is_success(), "{response:?}");
    response.into_body().collect().await.expect("a whole body").to_bytes()
}
