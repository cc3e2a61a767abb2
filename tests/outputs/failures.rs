//! Connections that break, nodes that are away, servers that refuse us.

use o365collector::net::{Retry, Transport};
use o365collector::outputs::elasticsearch::{Elasticsearch, Options};
use o365collector::outputs::{Output, WorkerOptions};
use serde_json::json;

use crate::fake::{Cut, Fake, Wire, options};
use crate::line::{Line, events};

#[tokio::test]
async fn a_connection_lost_before_within_or_after_a_write_costs_nothing() {
    // `GET /` is some 150 bytes, the bulk about 10,000.
    for cut in [Cut::AtOnce, Cut::Within(4000), Cut::BeforeTheAnswerTo(4000)] {
        let fake = Fake::start().await;
        let wire = Wire::to(fake.address, vec![cut, cut]).await;
        let output = Elasticsearch::new(&options(&[wire.address], json!({"compression_level": 0}))).unwrap();
        let line = Line::new(output, WorkerOptions::default());
        line.deliver(events("a", 50)).await;
        assert_eq!(fake.ids().len(), 50, "{cut:?}");
        assert_eq!(line.stats.written.get(), 50, "{cut:?}");
        let was_stored_before = matches!(cut, Cut::BeforeTheAnswerTo(_));
        assert_eq!(line.stats.duplicates.get(), if was_stored_before { 50 } else { 0 }, "{cut:?}");
        assert!(line.letters().is_empty());
    }
}

#[tokio::test]
async fn a_busy_or_broken_server_gets_the_events_later() {
    for (status, headers) in [
        (429, &[][..]),
        (429, &[("retry-after", "0")]),
        (502, &[]),
        (503, &[("retry-after", "0")]),
        (504, &[]),
        (401, &[]),
        (403, &[]),
        (404, &[]),
        (400, &[]),
        (200, &[]),
    ] {
        let fake = Fake::start().await;
        fake.refuse(status, headers, "not now");
        fake.refuse(status, headers, "not now");
        let line = Line::new(fake.output(json!({})), WorkerOptions::default());
        line.deliver(events("a", 5)).await;
        assert_eq!((fake.ids().len(), line.letters().len()), (5, 0), "{status}");
        assert_eq!(line.stats.retried.get(), 10, "{status}");
    }
}

#[tokio::test]
async fn a_node_that_is_away_is_avoided() {
    let (away, fake) = (Fake::start().await, Fake::start().await);
    let gone = Wire::to(away.address, vec![Cut::AtOnce; 1000]).await;
    for loadbalance in [true, false] {
        let settings = options(&[gone.address, fake.address], json!({"loadbalance": loadbalance}));
        let workers = settings.worker_options("es");
        assert_eq!(workers.in_flight, if loadbalance { 2 } else { 1 });
        let line = Line::new(Elasticsearch::new(&settings).unwrap(), WorkerOptions { bulk_events: 10, ..workers });
        line.deliver(events(if loadbalance { "a" } else { "b" }, 100)).await;
        assert_eq!(line.stats.written.get(), 100);
    }
    assert_eq!((fake.ids().len(), away.ids().len()), (200, 0));
}

#[tokio::test]
async fn all_nodes_share_the_work() {
    let (one, two) = (Fake::start().await, Fake::start().await);
    one.hold();
    two.hold();
    let settings = options(&[one.address, two.address], json!({"worker": 2, "bulk_max_size": 10}));
    let line = Line::new(Elasticsearch::new(&settings).unwrap(), settings.worker_options("es"));
    let receipt = line.send(events("a", 40)).await;
    for _ in 0..2 {
        one.read().await;
        two.read().await;
    }
    assert_eq!((one.ids().len(), two.ids().len()), (20, 20), "four requests are under way");
    one.answer();
    two.answer();
    receipt.await.expect("delivered");
}

#[tokio::test]
async fn whoever_is_no_elasticsearch_is_told_apart() {
    for (body, text) in [
        ("<html>Kibana</html>", "is neither Elasticsearch nor OpenSearch"),
        (r#"{"version":{"number":"6.8.23"}}"#, "is Elasticsearch 6.8.23, which has no data streams"),
    ] {
        let router = axum::Router::new().route("/", axum::routing::get(move || async move { body }));
        let settings = options(&[([127, 0, 0, 1], 9200).into()], json!({}));
        let mut output = Elasticsearch::with_transport(&settings, Transport::router(router)).unwrap();
        let error = output.open().await.expect_err(text);
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_remedy_and_no_secret() {
    let refusing = |status: u16, body: &'static str| {
        let status = axum::http::StatusCode::from_u16(status).unwrap();
        axum::Router::new()
            .route("/", axum::routing::get(move || async move { (status, [("retry-after", "7")], body) }))
    };
    let settings: Options = serde_json::from_value(json!({
        "hosts": ["https://elastic:s3cret@es.example.org"],
        "headers": {"X-Token": "s3cret"},
    }))
    .unwrap();
    for (status, body, hint) in [
        (401, "Unauthorized", "keys expire"),
        (503, r#"{"error":{"type":"x","reason":"y"}}"#, "health"),
        (404, "", "`hosts` and `path`"),
    ] {
        let mut output = Elasticsearch::with_transport(&settings, Transport::router(refusing(status, body))).unwrap();
        let error = output.open().await.expect_err("refused");
        assert!(error.to_string().starts_with(&format!("es.example.org:9200 answers {status}: ")), "{error}");
        assert!(error.hint().contains(hint), "{}", error.hint());
        assert_eq!(error.retry(), Retry::After(std::time::Duration::from_secs(7)));
        assert!(!format!("{error} {error:?} {settings:?}").contains("s3cret"));
    }
    let nobody = json!({"password": "s3cret", "username": "elastic", "proxy_disable": true});
    let mut output = Elasticsearch::new(&options(&[([127, 0, 0, 1], 1).into()], nobody)).unwrap();
    let error = output.open().await.expect_err("nobody listens");
    assert!(error.to_string().starts_with("cannot connect to `127.0.0.1:1`"), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}
