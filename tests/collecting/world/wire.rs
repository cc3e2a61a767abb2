//! What stands between the collector and Microsoft: it listens, and may answer itself.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use o365collector::time;
use tokio::time::Instant;

/// A request that the collector made.
#[derive(Clone, Debug)]
pub struct Asked {
    pub host: String,
    pub path: String,
    pub query: String,
    pub has_token: bool,
    pub at: Instant,
}

type Interceptor = Box<dyn FnMut(&Asked) -> Option<Response> + Send>;

/// The wire. Clones are the same one.
#[derive(Clone)]
pub struct Wire {
    far_side: Router,
    ear: Arc<Mutex<Ear>>,
}

#[derive(Default)]
struct Ear {
    asked: Vec<Asked>,
    interceptor: Option<Interceptor>,
}

impl Wire {
    pub fn new(far_side: Router) -> Self {
        Self { far_side, ear: Arc::default() }
    }

    /// Answers instead of Microsoft whatever `answer` has an answer for.
    pub fn intercept(&self, answer: impl FnMut(&Asked) -> Option<Response> + Send + 'static) {
        self.ear.lock().expect("nothing panics while it is locked").interceptor = Some(Box::new(answer));
    }

    /// Nothing reaches Microsoft any more.
    pub fn cut(&self) {
        self.intercept(|_| Some((StatusCode::BAD_GATEWAY, "<html>").into_response()));
    }

    /// Everything reaches Microsoft again.
    pub fn mend(&self) {
        self.ear.lock().expect("nothing panics while it is locked").interceptor = None;
    }

    /// Every request so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.ear.lock().expect("nothing panics while it is locked").asked.clone()
    }

    /// Requests whose path holds `part`.
    pub fn asked_for(&self, part: &str) -> usize {
        self.asked().iter().filter(|asked| asked.path.contains(part)).count()
    }

    pub fn router(&self) -> Router {
        self.far_side.clone().layer(middleware::from_fn_with_state(Arc::clone(&self.ear), listen))
    }
}

async fn listen(State(ear): State<Arc<Mutex<Ear>>>, request: Request, next: Next) -> Response {
    let asked = Asked {
        host: request.uri().authority().map(ToString::to_string).unwrap_or_default(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        has_token: request.headers().contains_key(header::AUTHORIZATION),
        at: time::ticks(),
    };
    let answer = {
        let mut ear = ear.lock().expect("nothing panics while it is locked");
        ear.asked.push(asked.clone());
        ear.interceptor.as_mut().and_then(|answer| answer(&asked))
    };
    match answer {
        Some(answer) => answer,
        None => next.run(request).await,
    }
}
