//! A running server, and a client to look into it that is not ours.

use std::time::Duration;

use o365collector::event::Event;
use o365collector::net::{Limits, Transport, TransportOptions};
use o365collector::outputs::elasticsearch::{Elasticsearch, Options};
use o365collector::settings::{ProxyOptions, TlsOptions};
use serde_json::{Value, json};

use crate::line::Line;

/// Where it is and how it is spoken to as its administrator.
pub struct Server {
    pub url: String,
    pub authority: Option<String>,
    transport: Transport,
}

impl Server {
    /// The server whose URL stands in this variable.
    pub fn plain(variable: &str) -> Self {
        Self::new(given(variable), None)
    }

    /// The server with TLS and users whose URL and authority stand in variables of this beginning.
    pub fn secure(start: &str) -> Self {
        Self::new(given(&format!("{start}_SECURE")), Some(given(&format!("{start}_CA"))))
    }

    fn new(url: String, authority: Option<String>) -> Self {
        let tls = TlsOptions { certificate_authorities: authority.iter().cloned().collect(), ..TlsOptions::default() };
        let options = TransportOptions::new(Limits::default(), &ProxyOptions::default(), &tls).unwrap();
        Self { url, authority, transport: Transport::wire(&options).unwrap() }
    }

    /// One call of its API as administrator.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("content-type", "application/json")
            // alice:alice-secret
            .header("authorization", "Basic YWxpY2U6YWxpY2Utc2VjcmV0")
            .body(body.into())
            .unwrap();
        let answer = self.transport.send(request).await.unwrap();
        let status = answer.status;
        let text = String::from_utf8(answer.bytes(64 << 20).await.unwrap()).unwrap();
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// A data stream `logs-o365.NAME-default` for this test alone, with these fields.
    pub async fn stream(&self, name: &str, fields: Value) -> Stream<'_> {
        let dataset = format!("o365.{name}{}", fastrand::u32(..));
        let index = format!("logs-{dataset}-default");
        let mut mappings = json!({"properties": {"@timestamp": {"type": "date"}}});
        mappings["properties"].as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap_or_default());
        let template =
            json!({"index_patterns": [index], "data_stream": {}, "priority": 500, "template": {"mappings": mappings}});
        self.call("PUT", &format!("/_index_template/{dataset}"), template).await;
        Stream { server: self, dataset, index }
    }

    /// The output's settings for this server.
    pub fn options(&self, mut settings: Value) -> Options {
        settings["hosts"] = json!([self.url]);
        serde_json::from_value(settings).unwrap()
    }

    /// An output and its worker.
    pub fn line(&self, settings: Value) -> Line {
        let options = self.options(settings);
        Line::new(Elasticsearch::new(&options).unwrap(), options.worker_options("es"))
    }
}

/// A data stream of one test.
pub struct Stream<'a> {
    server: &'a Server,
    dataset: String,
    pub index: String,
}

impl Stream<'_> {
    /// Events for it, with ids of their own; `fields` are added to each.
    pub fn events(&self, count: usize, fields: &Value) -> Vec<Event> {
        (0..count).map(|at| self.event(&format!("{}-{at}", self.dataset), fields)).collect()
    }

    pub fn event(&self, id: &str, fields: &Value) -> Event {
        let mut event = json!({
            "@timestamp": "2026-11-21T09:30:00.000Z",
            "event": {"id": id},
            "data_stream": {"type": "logs", "dataset": self.dataset, "namespace": "default"},
        });
        event.as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap_or_default());
        let mut event = Event::from_json(event.to_string()).unwrap();
        event.put("@metadata._id", id.to_owned()).unwrap();
        event
    }

    /// How many documents it holds.
    pub async fn count(&self) -> u64 {
        self.server.call("POST", &format!("/{}/_refresh", self.index), Value::Null).await;
        self.server.call("GET", &format!("/{}/_count", self.index), Value::Null).await["count"].as_u64().unwrap()
    }

    /// One of its documents, as a search gives it.
    pub async fn any(&self) -> Value {
        let found = self.server.call("GET", &format!("/{}/_search?size=1", self.index), Value::Null).await;
        found["hits"]["hits"][0].clone()
    }
}

fn given(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("`{variable}` is not set, see tests/servers/README.md"))
}

/// How long something took, for a person who reads the test's output.
pub async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let start = o365collector::time::ticks();
    let done = work.await;
    (done, start.elapsed())
}
