//! One output with its worker, queue, receipts and dead letters.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use o365collector::control::{self, Stopper};
use o365collector::event::{Batch, Event, Origin};
use o365collector::outputs::{DeadLetters, Output, Parcel, Receipt, Worker, WorkerOptions};
use o365collector::stats::OutputStats;
use o365collector::time::Clock;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// A queue into a worker that writes to an output.
pub struct Line {
    queue: mpsc::Sender<Arc<Parcel>>,
    worker: JoinSet<()>,
    pub stats: Arc<OutputStats>,
    folder: tempfile::TempDir,
    _stopper: Stopper,
}

impl Line {
    /// The output starts at once, and tries again without much waiting.
    pub fn new(output: impl Output + 'static, options: WorkerOptions) -> Self {
        let options =
            WorkerOptions { first_wait: Duration::from_millis(1), longest_wait: Duration::from_millis(5), ..options };
        let folder = tempfile::tempdir().unwrap();
        let letters = DeadLetters::new(folder.path(), Clock::system());
        let stats = Arc::new(OutputStats::default());
        let (queue, receiver) = mpsc::channel(100);
        let (stopper, stop) = control::stop();
        let worker = Worker::new(Box::new(output), receiver, options, letters, Arc::clone(&stats));
        let mut tasks = JoinSet::new();
        tasks.spawn(worker.run(stop));
        Self { queue, worker: tasks, stats, folder, _stopper: stopper }
    }

    /// Sends events as one batch.
    pub async fn send(&self, events: Vec<Event>) -> Receipt {
        let bytes = events.iter().map(|event| event.to_json().len()).sum();
        let origin = Origin { feed: "contoso/Audit.Exchange".into(), item: "blob-1".into(), ..Origin::default() };
        let batch = Batch { origin: Arc::new(origin), events, bytes, first: 0 };
        let (parcel, receipt) = Parcel::new(Arc::new(batch), Vec::new());
        self.queue.send(parcel).await.unwrap();
        receipt
    }

    /// Sends events and waits until they are settled.
    pub async fn deliver(&self, events: Vec<Event>) {
        let receipt = self.send(events).await;
        tokio::time::timeout(Duration::from_mins(1), receipt).await.expect("in time").expect("delivered");
    }

    /// The lines of the dead-letter file.
    pub fn letters(&self) -> Vec<serde_json::Value> {
        letters(&self.folder.path().join("dead_letters.ndjson"))
    }

    /// Ends the queue and waits for the worker's end.
    pub async fn end(mut self) {
        drop(self.queue);
        self.worker.join_next().await.expect("one task").expect("no panic");
    }
}

/// The lines of a file of letters; none if there is no file.
pub fn letters(file: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("whole lines of JSON")).collect()
}

/// An event with an id, a time and a text.
pub fn event(id: &str, message: &str) -> Event {
    let fields = serde_json::json!({"@timestamp": "2026-11-21T09:30:00.000Z", "event": {"id": id}, "message": message});
    let mut event = Event::from_json(fields.to_string()).unwrap();
    event.put("@metadata._id", id.to_owned()).unwrap();
    event
}

/// Events with the ids `prefix-0`, `prefix-1`, …
pub fn events(prefix: &str, count: usize) -> Vec<Event> {
    (0..count).map(|at| event(&format!("{prefix}-{at}"), "a message of some length")).collect()
}
