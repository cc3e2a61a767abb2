//! How many requests a publisher may make.

use std::collections::HashMap;

use crate::time::Timestamp;

/// A token bucket for each who asks: it holds a minute's requests and refills steadily.
#[derive(Default)]
pub(super) struct Buckets {
    buckets: HashMap<String, Bucket>,
}

struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Buckets {
    /// Takes one request out of a bucket, if there is one.
    pub(super) fn take(&mut self, bucket: String, per_minute: u32, now: Timestamp) -> bool {
        let full = f64::from(per_minute);
        let bucket = self.buckets.entry(bucket).or_insert(Bucket { left: full, at: now });
        let seconds = (now - bucket.at).num_milliseconds().max(0) as f64 / 1_000.0;
        bucket.left = (bucket.left + seconds * full / 60.0).min(full);
        bucket.at = now;
        let granted = bucket.left >= 1.0;
        if granted {
            bucket.left -= 1.0;
        }
        granted
    }
}
