//! TLS, users and API keys: servers that were started with `SECURITY=1`.

use o365collector::outputs::elasticsearch::Elasticsearch;
use o365collector::outputs::{Output, WriteError};
use serde_json::{Value, json};

use super::server::Server;
use crate::line::Line;

/// The user who may do everything, over TLS that trusts the server's authority.
fn alice(server: &Server) -> Value {
    json!({
        "ssl": {"certificate_authorities": [server.authority]},
        "username": "alice",
        "password": "alice-secret",
    })
}

async fn opened(server: &Server, settings: Value) -> Result<(), WriteError> {
    Elasticsearch::new(&server.options(settings))?.open().await
}

async fn users_and_trust_are_checked(server: &Server) {
    opened(server, alice(server)).await.expect("alice may");

    let mut wrong = alice(server);
    wrong["password"] = json!("guess");
    let error = opened(server, wrong).await.expect_err("a wrong password");
    assert!(matches!(error, WriteError::Refused { status: 401, .. }), "{error}");
    assert!(error.hint().contains("keys expire") && !format!("{error:?}").contains("guess"), "{error}");

    let mut stranger = alice(server);
    stranger["ssl"] = json!({});
    let error = opened(server, stranger).await.expect_err("an unknown authority");
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    assert!(error.hint().contains("`ssl.certificate_authorities`"), "{}", error.hint());

    let text = std::fs::read_to_string(server.authority.as_ref().unwrap().replace("ca.crt", "server.crt")).unwrap();
    let mut pinned = alice(server);
    pinned["ssl"] = json!({"ca_trusted_fingerprint": fingerprint(&text)});
    opened(server, pinned).await.expect("the server's own certificate, pinned");

    let plain = json!({"username": "alice", "password": "alice-secret", "allow_insecure": true});
    let mut options = server.options(plain);
    options.hosts = vec![server.url.replace("https", "http").as_str().into()];
    let error = Elasticsearch::new(&options).unwrap().open().await.expect_err("no TLS");
    println!("http:// to a TLS port: {error}; {}", error.hint());
}

fn fingerprint(pem: &str) -> String {
    use base64::Engine as _;
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, &der);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

mod elasticsearch_secure {
    use super::*;

    fn server() -> Server {
        Server::secure("O365_TEST_ELASTICSEARCH")
    }

    #[tokio::test]
    #[ignore = "needs Elasticsearch with SECURITY=1"]
    async fn users_and_trust_are_checked() {
        super::users_and_trust_are_checked(&server()).await;
    }

    #[tokio::test]
    #[ignore = "needs Elasticsearch with SECURITY=1"]
    async fn an_api_key_writes_where_it_may_and_loses_nothing_elsewhere() {
        let server = server();
        let (mine, other) = (server.stream("mine", json!({})).await, server.stream("other", json!({})).await);
        let role = json!({"cluster": ["monitor"], "indices": [{"names": [mine.index], "privileges": ["create_doc", "auto_configure"]}]});
        let key = json!({"name": "o365", "role_descriptors": {"writer": role}});
        let key = server.call("POST", "/_security/api_key", key).await;
        let settings = |form: String| json!({"api_key": form, "ssl": {"certificate_authorities": [server.authority]}, "max_retries": 1});
        let (id, secret, encoded) = (&key["id"], &key["api_key"], key["encoded"].as_str().unwrap());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        for form in [encoded.to_owned(), format!("{}:{}", text(id), text(secret))] {
            let options = server.options(settings(form));
            let line = Line::new(Elasticsearch::new(&options).unwrap(), options.worker_options("es"));
            let mut events = mine.events(3, &json!({}));
            events.push(other.event("elsewhere", &json!({})));
            line.deliver(events).await;
            assert_eq!((line.stats.written.get(), line.stats.retried.get()), (3, 1));
            let reason = text(&line.letters()[0]["reason"]);
            assert!(
                reason.starts_with("given up after 1 retries: security_exception: action […] is unauthorized")
                    || reason.contains("security_exception"),
                "{reason}"
            );
            assert!(!reason.contains(secret.as_str().unwrap()));
            println!("{reason}");
        }
        assert_eq!(mine.count().await, 3);
    }
}

mod opensearch_secure {
    use super::*;

    fn server() -> Server {
        Server::secure("O365_TEST_OPENSEARCH")
    }

    #[tokio::test]
    #[ignore = "needs OpenSearch with SECURITY=1"]
    async fn users_and_trust_are_checked() {
        super::users_and_trust_are_checked(&server()).await;
    }

    #[tokio::test]
    #[ignore = "needs OpenSearch with SECURITY=1"]
    async fn a_user_with_a_narrow_role_writes() {
        let server = server();
        let stream = server.stream("narrow", json!({})).await;
        let mut bob = alice(&server);
        (bob["username"], bob["password"]) = (json!("bob"), json!("bob-secret"));
        let line = server.line(bob);
        line.deliver(stream.events(10, &json!({}))).await;
        assert_eq!(stream.count().await, 10);
    }
}
