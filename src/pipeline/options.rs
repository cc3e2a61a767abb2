//! The settings of the queue before each output.

use serde::{Deserialize, Serialize};

use crate::settings::{ByteSize, Duration, Problems};

/// The settings below `queue`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueueOptions {
    /// The queue in memory. There is none on disk: Microsoft keeps seven days.
    pub mem: MemoryQueueOptions,
}

/// The settings below `queue.mem`: how much may wait for each output before downloads stop.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemoryQueueOptions {
    /// Events that may wait; default 4096.
    pub events: usize,
    /// Memory that waiting events may take; default 16MiB.
    pub bytes: ByteSize,
    /// When an output is given what waits.
    pub flush: FlushOptions,
}

/// The settings below `queue.mem.flush`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct FlushOptions {
    /// Events worth waiting for, for at most `timeout`; default 0: whatever is there goes at once.
    pub min_events: usize,
    /// How long to wait for them; default 0s.
    pub timeout: Duration,
}

impl Default for MemoryQueueOptions {
    fn default() -> Self {
        Self { events: 4096, bytes: ByteSize::mebibytes(16), flush: FlushOptions::default() }
    }
}

impl QueueOptions {
    /// Notes what is wrong with them.
    pub fn check(&self, problems: &mut Problems) {
        if self.mem.events == 0 {
            problems.add("mem.events", "expected at least 1");
        }
        if self.mem.bytes < ByteSize::mebibytes(1) {
            problems.add("mem.bytes", format!("expected at least 1MiB, found {}", self.mem.bytes));
        }
        if self.mem.flush != FlushOptions::default() {
            problems
                .add("mem.flush", "nothing waits to be gathered yet; it comes in a later version")
                .hint("leave it out");
        }
    }
}
