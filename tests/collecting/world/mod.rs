//! A simulated Microsoft 365, a collector and its outputs in one process, and a clock that jumps.

mod recorder;
mod wire;

use std::time::Duration;

use o365collector::app::{App, AppError, Destination, Surroundings};
use o365collector::collector::Outcome;
use o365collector::config::{Config, Sources, Variables};
use o365collector::control::{self, Stopper};
use o365collector::net::Transport;
use o365collector::outputs::Output;
use o365collector::registry::{Archive, Registry, RegistryError};
use o365collector::simulator::{Options, Simulator};
use o365collector::stats::Stats;
use o365collector::time::{self, Clock, Timestamp};
use tokio::task::JoinSet;

pub use recorder::{Recorder, Written};
pub use wire::Wire;

/// Where the simulated Microsoft 365 believes to be.
pub const MICROSOFT: &str = "http://127.0.0.1:8365";
/// A Saturday morning.
const BEGINNING: &str = "2026-11-21T09:00:00Z";

pub fn hours(count: u64) -> Duration {
    Duration::from_hours(count)
}

pub fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}

pub fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub fn days(count: u64) -> Duration {
    hours(24 * count)
}

/// Everything that a story needs. The collector starts when time first passes.
pub struct World {
    pub microsoft: Simulator,
    pub wire: Wire,
    pub clock: Clock,
    /// The first output, and the only one unless the story asks for another.
    pub output: Recorder,
    /// The second output.
    pub second: Recorder,
    pub stats: Stats,
    pub folder: tempfile::TempDir,
    feeds: Vec<String>,
    input: String,
    settings: String,
    secret: Option<String>,
    outputs: Outputs,
    running: Option<Running>,
}

#[derive(Clone, Copy, PartialEq)]
enum Outputs {
    One,
    Two,
    Configured,
}

struct Running {
    // The one task: dropping it drops the collector wherever it stands.
    app: JoinSet<Result<Outcome, AppError>>,
    stopper: Stopper,
}

impl World {
    /// A Microsoft 365 that holds only what a story publishes.
    pub fn new() -> Self {
        Self::of(Options { content_types: Vec::new(), ..Options::default() })
    }

    /// A Microsoft 365 with content of its own.
    pub fn of(options: Options) -> Self {
        let clock = Clock::simulated(time::parse(BEGINNING).expect("a literal"));
        let microsoft = Simulator::new(options, clock.clone());
        microsoft.set_base_url(MICROSOFT);
        Self {
            wire: Wire::new(microsoft.router()),
            microsoft,
            output: Recorder::new(&clock),
            second: Recorder::new(&clock),
            clock,
            stats: Stats::default(),
            folder: folder(),
            feeds: Vec::new(),
            input: String::new(),
            settings: "outputs.console: {}".to_owned(),
            secret: None,
            outputs: Outputs::One,
            running: None,
        }
    }

    /// Collects this content type.
    pub fn feed(mut self, content_type: &str) -> Self {
        self.feeds.push(content_type.to_owned());
        self
    }

    /// Adds settings of the input, e.g. `overlap: 0s`.
    pub fn input(mut self, settings: &str) -> Self {
        self.input = format!(", {settings}");
        self
    }

    /// Adds top-level settings.
    pub fn settings(mut self, settings: &str) -> Self {
        self.settings = format!("{}\n{settings}", self.settings);
        self
    }

    /// Sends every event to a second output too.
    pub fn two_outputs(mut self) -> Self {
        self.outputs = Outputs::Two;
        self
    }

    /// Collects two content types: the first into the first output, the second into the second.
    pub fn each_to_its_own(mut self, first: &str, second: &str) -> Self {
        self.outputs = Outputs::Two;
        "outputs: {first: {type: console}, second: {type: console}}".clone_into(&mut self.settings);
        self.input = format!(", output: [first]}}, {{content_types: [{second}], output: [second]");
        self.feed(first)
    }

    /// Sends events to the outputs of these settings.
    pub fn outputs(mut self, settings: &str) -> Self {
        (self.outputs, self.settings) = (Outputs::Configured, settings.to_owned());
        self
    }

    /// Logs in with this secret.
    pub fn secret(mut self, secret: &str) -> Self {
        self.secret = Some(secret.to_owned());
        self
    }

    /// An instant in the past.
    pub fn ago(&self, duration: Duration) -> Timestamp {
        self.clock.now() - duration
    }

    /// Collects for so long.
    pub async fn run_for(&mut self, duration: Duration) {
        self.start();
        self.clock.sleep(duration).await;
        let app = &mut self.running.as_mut().expect("just started").app;
        if let Some(ended) = app.try_join_next() {
            panic!("the collector ended by itself: {ended:?}");
        }
    }

    /// Time passes, whether a collector runs or not.
    pub async fn pass(&self, duration: Duration) {
        self.clock.sleep(duration).await;
    }

    /// Collects with `--once`.
    pub async fn run_once(&mut self) -> Result<Outcome, AppError> {
        let (_stopper, stop) = control::stop();
        self.app(true).run(stop).await
    }

    /// Asks the collector to stop and waits until it has drained.
    pub async fn stop(&mut self) {
        let Running { mut app, stopper } = self.running.take().expect("a running collector");
        stopper.stop();
        app.join_next().await.expect("one task").expect("no panic").expect("a clean end");
        drop(self.registry().await);
    }

    /// Stops it, and starts it again on the same registry.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start();
    }

    /// Drops the collector wherever it stands, and what it had not yet made durable with it.
    pub async fn crash(&mut self) {
        drop(self.running.take().expect("a running collector"));
        // Waits until the last task is gone, so that it cannot write any more.
        drop(self.registry().await);
        self.output.forget_unsafe();
        self.second.forget_unsafe();
    }

    /// What the registry of a collector that does not run holds.
    pub async fn books(&self) -> Archive {
        assert!(self.running.is_none(), "a running collector has locked its registry");
        self.registry().await.export().await.expect("a registry that can be read")
    }

    fn start(&mut self) {
        if self.running.is_none() {
            let (stopper, stop) = control::stop();
            let mut app = JoinSet::new();
            app.spawn(self.app(false).run(stop));
            self.running = Some(Running { app, stopper });
        }
    }

    fn app(&self, once: bool) -> App {
        let given = |name: &str, output: &Recorder| (name.to_owned(), Box::new(output.mailbox()) as Box<dyn Output>);
        let destination = match self.outputs {
            Outputs::One => Destination::Given(vec![given("first", &self.output)]),
            Outputs::Two => Destination::Given(vec![given("first", &self.output), given("second", &self.second)]),
            Outputs::Configured => Destination::Configured,
        };
        let surroundings = Surroundings {
            clock: self.clock.clone(),
            transport: Some(Transport::router(self.wire.router())),
            destination,
            stats: self.stats.clone(),
        };
        App::build(&self.config(), once, surroundings).expect("a collector that can be built")
    }

    fn config(&self) -> Config {
        let tenant = &self.microsoft.tenants()[0];
        let text = format!(
            "connections: [{{id: contoso, tenant_id: {}, client_id: {}, client_secret: '{}', \
             login_url: '{MICROSOFT}', management_url: '{MICROSOFT}'}}]\n\
             inputs: [{{content_types: [{}]{}}}]\n\
             path.data: {}\n{}\n",
            tenant.tenant_id,
            tenant.client_id,
            self.secret.as_ref().unwrap_or(&tenant.client_secret),
            self.feeds.join(", "),
            self.input,
            self.folder.path().display(),
            self.settings,
        );
        let sources = Sources { variables: Variables::fixed([]), ..Sources::default() };
        Config::from_text(&text, "world.yml", &sources).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
    }

    /// Opens the registry as soon as the last task of an ended collector has let go of it.
    async fn registry(&self) -> Registry {
        for _ in 0..10_000 {
            match Registry::open(self.folder.path()) {
                Err(RegistryError::Locked { .. }) => self.clock.sleep(Duration::from_millis(1)).await,
                opened => return opened.expect("a registry that can be opened"),
            }
        }
        panic!("somebody holds the registry");
    }
}

/// In memory where there is such a place: a commit waits for the disk, and hours hold thousands of them.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a place for temporary files")
}

/// Ids in an order that does not depend on what was fetched first.
pub fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}
