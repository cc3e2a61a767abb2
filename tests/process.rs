//! The real program over real sockets: killed, started again, told to stop.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use o365collector::registry::Registry;
use o365collector::simulator::{Options, Simulator};
use o365collector::time::{self, Clock};
use rustix::process::{Pid, Signal, kill_process};

const BLOBS: usize = 40;
const EVENTS: usize = 20;
const SEED: u64 = 9;
/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program that ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Program {
    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.0.id() as i32).expect("a process has a number");
        kill_process(pid, signal).expect("our own process");
    }

    async fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        until("the program ends", || {
            status = self.0.try_wait().expect("our own process");
            status.is_some()
        })
        .await;
        status.expect("it has ended")
    }
}

/// Looks again and again. Sockets and processes know no simulated time.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = time::ticks();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

struct House {
    folder: tempfile::TempDir,
    _microsoft: Program,
    settings: String,
}

impl House {
    fn new() -> Self {
        let (blobs, events, seed) = (BLOBS.to_string(), EVENTS.to_string(), SEED.to_string());
        let mut child = Command::new(env!("CARGO_BIN_EXE_o365collector"))
            .args([
                "simulate",
                "--listen",
                "127.0.0.1:0",
                "--rate",
                "0",
                "--server-error",
                "0.05",
                "--truncated",
                "0.05",
            ])
            .args(["--blobs-per-type", &blobs, "--events-per-blob", &events, "--seed", &seed])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("cargo built the command");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut settings = String::new();
        for line in lines.map(|line| line.expect("text")).take_while(|line| !line.starts_with("path.data")) {
            if line.starts_with("output.") {
                continue;
            }
            settings.push_str(&line.replace("interval: 10s", "interval: 1s"));
            settings.push('\n');
        }
        let folder = tempfile::tempdir().expect("a place for temporary files");
        Self { folder, _microsoft: Program(child), settings }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the collector; its log goes into the file `log`.
    fn collect(&self, output: &str) -> Program {
        let file = self.path("settings.yml");
        let text = format!("{}{output}\npath.data: {}\n", self.settings, self.path("data").display());
        fs::write(&file, text).expect("a folder of ours");
        let log = File::options().create(true).append(true).open(self.path("log")).expect("a folder of ours");
        let child = Command::new(env!("CARGO_BIN_EXE_o365collector"))
            .args(["run", "-e", "--strict.perms=false", "-c"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        Program(child.expect("cargo built the command"))
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    async fn acknowledged(&self) -> BTreeSet<String> {
        let Ok(registry) = Registry::open(&self.path("data")) else { return BTreeSet::new() };
        let books = registry.export().await.expect("a registry that can be read");
        books.feeds.into_values().flat_map(|feed| feed.acknowledged_ids.into_keys()).collect()
    }
}

/// Item and record of every line; each must be whole.
fn events(text: &str) -> Vec<(String, String)> {
    let parse = |line: &str| -> (String, String) {
        let event: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let text = |pointer| event.pointer(pointer).and_then(|value| value.as_str()).expect("a text").to_owned();
        (text("/o365/metadata/content_id"), text("/event/id"))
    };
    text.lines().map(parse).collect()
}

fn expected() -> BTreeSet<String> {
    let options = Options { blobs_per_type: Some(BLOBS), events_per_blob: EVENTS, seed: SEED, ..Options::default() };
    let collected = ["Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General"];
    let ledger = Simulator::new(options, Clock::system()).ledger();
    collected.into_iter().flat_map(|content_type| ledger.record_ids(content_type)).collect()
}

#[tokio::test]
async fn a_collector_that_is_killed_again_and_again_delivers_everything() {
    let house = House::new();
    let output = format!("output.file: {{path: {}, rotate_every_kb: 0}}", house.folder.path().display());
    let file = house.path("o365collector");
    let size = || fs::metadata(&file).map_or(0, |about| about.len());
    let mut in_flight = BTreeSet::new();
    for kill in 0..5_u64 {
        let (collector, before) = (house.collect(&output), size());
        // Each time somewhere else: before the first byte, in the middle of a line, between two syncs.
        if kill > 0 {
            until("the file grows", || size() > before + kill * 50_000 || size() > 6_000_000).await;
        }
        collector.signal(Signal::KILL);
        drop(collector);
        let acknowledged = house.acknowledged().await;
        let text = fs::read_to_string(&file).unwrap_or_default();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        in_flight.extend(events(whole).into_iter().filter(|(item, _)| !acknowledged.contains(item)));
    }
    let mut collector = house.collect(&output);
    let expected = expected();
    let (mut seen, mut read) = (BTreeSet::new(), 0);
    until("everything is there", || {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let whole = text[read..].rsplit_once('\n').map_or("", |(whole, _)| whole);
        seen.extend(events(whole).into_iter().map(|(_, id)| id));
        read += if whole.is_empty() { 0 } else { whole.len() + 1 };
        seen.len() >= expected.len()
    })
    .await;
    collector.signal(Signal::TERM);
    assert_eq!(collector.ended().await.code(), Some(0), "{}", house.log());

    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let text = fs::read_to_string(&file).expect("the output");
    assert!(text.ends_with('\n'), "the last line is whole");
    for event in events(&text) {
        *counts.entry(event).or_default() += 1;
    }
    let delivered: BTreeSet<String> = counts.keys().map(|(_, id)| id.clone()).collect();
    assert_eq!(delivered, expected);
    let needless = counts.iter().filter(|(event, count)| **count > 1 && !in_flight.contains(*event)).count();
    assert_eq!(needless, 0, "records repeated that were not in flight");
}

#[tokio::test]
async fn the_first_signal_drains_and_the_second_leaves_at_once() {
    let house = House::new();
    // Somebody who listens and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let output = format!("output.elasticsearch: {{hosts: ['http://{}']}}", silent.local_addr().expect("an address"));
    silent.set_nonblocking(true).expect("a socket of ours");
    let mut collector = house.collect(&output);
    let mut connection = None;
    until("it has something to write", || {
        connection = silent.accept().ok();
        connection.is_some()
    })
    .await;
    collector.signal(Signal::TERM);
    until("it drains", || house.log().contains("stopping")).await;
    assert!(collector.0.try_wait().expect("our own process").is_none(), "it waits for the output");
    collector.signal(Signal::TERM);
    let begun = time::ticks();
    assert_eq!(collector.ended().await.code(), Some(1));
    assert!(begun.elapsed() < Duration::from_secs(2), "at once");
}
