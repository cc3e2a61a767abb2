//! Records from files instead of from Microsoft.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::build::{self, Surroundings};
use super::error::AppError;
use crate::collector::options::InputOptions;
use crate::config::Config;
use crate::control;
use crate::event::{Origin, Splitter};
use crate::outputs::{DeadLetters, Receipt, Worker};
use crate::pipeline::Pipeline;
use crate::processors::Chain;

/// So much of a file is read at a time.
const CHUNK: usize = 256 * 1024;

/// Sends records of files through the processors to the outputs.
pub struct Replay {
    pipeline: Pipeline,
    workers: Vec<Worker>,
}

impl Replay {
    /// Builds what `config` says, with the mapping of its first input.
    pub fn build(config: &Config, surroundings: Surroundings) -> Result<Self, AppError> {
        let Surroundings { clock, destination, stats, .. } = surroundings;
        let letters = DeadLetters::new(&config.path.data, clock.clone());
        let (doors, workers) = build::outputs(config, destination, &letters, &clock, &stats)?;
        let input = config.inputs.first().cloned().unwrap_or_else(InputOptions::default);
        let chain = Chain::new(build::chain_options(config, &input), clock);
        Ok(Self { pipeline: Pipeline::new(chain, doors), workers })
    }

    /// Sends the records of all files, in their order; gives their number when every output has written them.
    pub async fn run(self, files: Vec<PathBuf>) -> Result<usize, AppError> {
        let Self { pipeline, workers } = self;
        let (_surrender, give_up) = control::stop();
        let mut writers = JoinSet::new();
        for worker in workers {
            writers.spawn(worker.run(give_up.clone()));
        }
        let mut count = 0;
        for file in &files {
            count += send(file, &pipeline).await?;
        }
        drop(pipeline);
        while writers.join_next().await.is_some() {}
        Ok(count)
    }
}

async fn send(path: &Path, pipeline: &Pipeline) -> Result<usize, AppError> {
    let unreadable = |source| AppError::Replay { path: path.to_owned(), source };
    let is_standard_input = path == Path::new("-");
    let mut reader: Box<dyn Read + Send> = if is_standard_input {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(path).map_err(unreadable)?)
    };
    let origin = Arc::new(Origin { item: path.display().to_string().into(), ..Origin::default() });
    let mut splitter = None;
    let mut receipts = Vec::new();
    let mut count = 0;
    let mut chunk = vec![0; CHUNK];
    loop {
        let length = match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        let splitter = splitter.get_or_insert_with(|| begin(&chunk[..length]));
        let mut rest = &chunk[..length];
        while !rest.is_empty() {
            rest = &rest[splitter.push(rest).map_err(|error| unreadable(std::io::Error::other(error)))?..];
            if splitter.is_full() {
                count += deliver(splitter, pipeline, &origin, &mut receipts).await?;
            }
        }
    }
    if let Some(splitter) = splitter {
        // A file ends where it ends: a torn last record is delivered marked.
        if let Some(records) = splitter.salvage() {
            count += records.records.len();
            let deliveries = pipeline.deliver(&records, &origin, |_| false).await.map_err(|_| AppError::OutputEnded)?;
            receipts.extend(deliveries.into_iter().map(|delivery| delivery.receipt));
        }
    }
    for receipt in receipts {
        receipt.await.map_err(|_| AppError::OutputEnded)?;
    }
    Ok(count)
}

/// An array begins with its bracket; lines of records are taken as one whose bracket was left out.
fn begin(chunk: &[u8]) -> Splitter {
    let first = chunk.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf));
    if first == Some(&b'[') { Splitter::new() } else { Splitter::within() }
}

async fn deliver(
    splitter: &mut Splitter,
    pipeline: &Pipeline,
    origin: &Arc<Origin>,
    receipts: &mut Vec<Receipt>,
) -> Result<usize, AppError> {
    let Some(records) = splitter.take() else { return Ok(0) };
    let deliveries = pipeline.deliver(&records, origin, |_| false).await.map_err(|_| AppError::OutputEnded)?;
    receipts.extend(deliveries.into_iter().map(|delivery| delivery.receipt));
    Ok(records.records.len())
}
