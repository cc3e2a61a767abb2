//! A server that answers like Elasticsearch, does what a test asks for, and remembers what it was given.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::Read;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use o365collector::outputs::elasticsearch::{Elasticsearch, Options};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// The fake and what it holds.
pub struct Fake {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    _server: JoinSet<()>,
}

struct Shared {
    world: Mutex<World>,
    /// A bulk that was read takes one of these before it is answered.
    answers: Semaphore,
    /// Has one for each bulk that was read.
    reads: Semaphore,
}

/// What a test may set and see.
#[derive(Default)]
pub struct World {
    /// Stored documents by index and id.
    pub docs: BTreeMap<(String, String), Value>,
    /// Answers to the next bulks as a whole, instead of storing them.
    pub whole: VecDeque<Whole>,
    /// Answers for documents with these ids, `true`: only the first time.
    pub items: HashMap<&'static str, (u16, &'static str, &'static str, bool)>,
    /// Larger bodies are refused with 413.
    pub limit: Option<usize>,
    /// Heads of all bulks.
    pub heads: Vec<HeaderMap>,
}

/// Status, headers and body.
type Whole = (StatusCode, Vec<(&'static str, &'static str)>, String);

impl Fake {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let world = Mutex::new(World::default());
        let shared = Arc::new(Shared { world, answers: Semaphore::new(1_000_000), reads: Semaphore::new(0) });
        let banner = || async { r#"{"version":{"number":"8.19.1"},"tagline":"You Know, for Search"}"# };
        let router = Router::new().route("/", get(banner)).route("/_bulk", post(bulk));
        let router = router.layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&shared));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, shared, _server: server }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world.lock().unwrap()
    }

    /// Bulks are read and stored, and get no answer until [`Self::answer`].
    pub fn hold(&self) {
        self.shared.answers.forget_permits(1_000_000);
    }

    pub fn answer(&self) {
        self.shared.answers.add_permits(1_000_000);
    }

    /// Waits until a bulk was read.
    pub async fn read(&self) {
        self.shared.reads.acquire().await.unwrap().forget();
    }

    pub fn ids(&self) -> Vec<String> {
        self.world().docs.keys().map(|(_, id)| id.clone()).collect()
    }

    /// The next bulk as a whole gets this answer.
    pub fn refuse(&self, status: u16, headers: &[(&'static str, &'static str)], body: impl Into<String>) {
        self.world().whole.push_back((StatusCode::from_u16(status).unwrap(), headers.to_vec(), body.into()));
    }

    /// The output for this server, with more settings as JSON members.
    pub fn output(&self, settings: Value) -> Elasticsearch {
        Elasticsearch::new(&options(&[self.address], settings)).unwrap()
    }
}

/// Settings for these nodes.
pub fn options(nodes: &[SocketAddr], mut settings: Value) -> Options {
    settings["hosts"] = nodes.iter().map(|node| format!("http://{node}")).collect();
    settings["backoff"] = json!({"init": "1ms", "max": "5ms"});
    serde_json::from_value(settings).unwrap()
}

async fn bulk(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = shared.world.lock().unwrap().take(headers, &body);
    shared.reads.add_permits(1);
    shared.answers.acquire().await.unwrap().forget();
    answer
}

impl World {
    fn take(&mut self, headers: HeaderMap, body: &[u8]) -> Response {
        let mut text = String::new();
        if headers.get("content-encoding").is_some_and(|encoding| encoding == "gzip") {
            flate2::read::GzDecoder::new(body).read_to_string(&mut text).unwrap();
        } else {
            text = String::from_utf8(body.to_vec()).unwrap();
        }
        self.heads.push(headers);
        if let Some((status, headers, body)) = self.whole.pop_front() {
            return (status, axum::response::AppendHeaders(headers), body).into_response();
        }
        if self.limit.is_some_and(|limit| text.len() > limit) {
            return (StatusCode::PAYLOAD_TOO_LARGE, "<html>413 Request Entity Too Large</html>").into_response();
        }
        assert!(text.ends_with('\n'), "the last line must end");
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let items: Vec<Value> = lines.chunks(2).map(|pair| self.store(&pair[0]["create"], &pair[1])).collect();
        let errors = items.iter().any(|item| item["create"]["error"].is_object());
        axum::Json(json!({"errors": errors, "items": items})).into_response()
    }

    fn store(&mut self, action: &Value, document: &Value) -> Value {
        let (index, id) = (action["_index"].as_str().unwrap(), action["_id"].as_str().unwrap());
        let failed = |status: u16, kind: &str, reason: &str| json!({"create": {"status": status, "error": {"type": kind, "reason": reason}}});
        if let Some((status, kind, reason, is_once)) = self.items.get(id).copied() {
            if is_once {
                self.items.remove(id);
            }
            return failed(status, kind, reason);
        }
        let key = (index.to_owned(), id.to_owned());
        if self.docs.contains_key(&key) {
            return failed(409, "version_conflict_engine_exception", "document already exists");
        }
        self.docs.insert(key, document.clone());
        json!({"create": {"status": 201}})
    }
}

/// How a connection through a [`Wire`] ends. Sizes count what the client has sent over it.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// Before anything.
    AtOnce,
    /// When the client has sent so much.
    Within(usize),
    /// When the client has sent so much and the server begins to answer it.
    BeforeTheAnswerTo(usize),
}

/// A wire to a server that is cut as a test asks for, one cut a connection; later ones are whole.
pub struct Wire {
    pub address: SocketAddr,
    _task: JoinSet<()>,
}

impl Wire {
    pub async fn to(server: SocketAddr, cuts: Vec<Cut>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let (mut cuts, mut connections) = (VecDeque::from(cuts), JoinSet::new());
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(carry(client, server, cuts.pop_front()));
            }
        });
        Self { address, _task: task }
    }
}

async fn carry(mut client: TcpStream, server: SocketAddr, cut: Option<Cut>) {
    if matches!(cut, Some(Cut::AtOnce)) {
        return;
    }
    let mut server = TcpStream::connect(server).await.unwrap();
    let (mut there, mut back, mut sent) = ([0; 1024], [0; 1024], 0);
    loop {
        tokio::select! {
            read = client.read(&mut there) => {
                let count = read.unwrap_or(0);
                sent += count;
                let is_cut = matches!(cut, Some(Cut::Within(most)) if sent > most);
                if count == 0 || is_cut || server.write_all(&there[..count]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut back) => {
                let count = read.unwrap_or(0);
                let is_cut = matches!(cut, Some(Cut::BeforeTheAnswerTo(least)) if sent > least);
                if count == 0 || is_cut || client.write_all(&back[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}
