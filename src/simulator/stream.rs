//! The generated content of one tenant and content type: computed from the seed whenever it is asked for, never stored.

use std::{ops::Range, time::Duration};

use chrono::{DateTime, TimeDelta};
use uuid::Uuid;

use super::{
    Knobs, Options, Poison,
    company::Company,
    dice::{dice, happens, hash, mix},
    template::{Scene, Templates},
};
use crate::time::Timestamp;

/// No more blobs than this share one `contentCreated`, so that an instant can be found without going back for ever.
const LONGEST_TIE: u64 = 50;

/// The blobs of one tenant and content type, numbered in the order of their creation.
///
/// All facts of a blob follow from its number, so a week of backlog costs no memory and a live stream no task.
pub(super) struct Stream {
    seed: u64,
    shape: Knobs,
    first: Timestamp,
    began: Timestamp,
    backlog: u64,
    backlog_step: TimeDelta,
    live_step: Option<TimeDelta>,
    records: usize,
    record_bytes: Option<usize>,
    retention: Duration,
    templates: Templates,
}

/// What is known about a generated blob before its body is written.
pub(super) struct Facts {
    pub(super) created: Timestamp,
    pub(super) visible: Timestamp,
    pub(super) expires: Timestamp,
    pub(super) records: usize,
}

/// What becomes of a record.
enum Fate {
    /// It is the record at this place: usually its own, or one of the preceding blob.
    At(u64, usize),
    Poisoned(Poison),
}

impl Stream {
    /// The stream number `number` of `streams`, seen from `now`: before it lies the backlog, after it live events.
    pub(super) fn new(options: &Options, number: u64, content_type: &str, now: Timestamp) -> Self {
        let streams = options.tenants * options.content_types.len();
        let live_step = (options.rate > 0.0)
            .then(|| options.events_per_blob as f64 * streams as f64 / options.rate)
            .and_then(|seconds| TimeDelta::from_std(Duration::from_secs_f64(seconds)).ok());
        let backlog_length = TimeDelta::from_std(options.backlog).expect("a backlog of days, not of eons");
        let usual_step = live_step.unwrap_or(TimeDelta::minutes(15)).num_milliseconds().max(1);
        let backlog =
            options.blobs_per_type.map_or(backlog_length.num_milliseconds() / usual_step, |blobs| blobs as i64);
        let now = DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now);
        Self {
            seed: hash(options.seed, &[number]),
            shape: options.faults.clone(),
            first: now - backlog_length,
            began: now,
            backlog: backlog as u64,
            backlog_step: backlog_length / (backlog.clamp(1, i64::from(i32::MAX)) as i32),
            live_step,
            records: options.events_per_blob,
            record_bytes: options.record_bytes,
            retention: options.retention,
            templates: Templates::of(content_type),
        }
    }

    /// The numbers of the blobs with `start <= contentCreated < end`.
    pub(super) fn created_within(&self, start: Timestamp, end: Timestamp) -> Range<u64> {
        self.first_created_from(start)..self.first_created_from(end)
    }

    /// When a blob was created, when it can be seen, and how many records it has. There may be none yet of this number.
    pub(super) fn facts(&self, index: u64) -> Facts {
        let mut dice = dice(hash(self.seed, &[index]));
        let created = self.created(index);
        let lateness = self.shape.max_lateness.mul_f64(dice.f64());
        let visible = if happens(&mut dice, self.shape.late) { created + lateness } else { created };
        let expires = if happens(&mut dice, self.shape.expired) { visible } else { visible + self.retention };
        let records = if happens(&mut dice, self.shape.empty_blob) {
            0
        } else if happens(&mut dice, self.shape.huge) {
            self.shape.huge_events
        } else {
            self.records
        };
        Facts { created, visible, expires, records }
    }

    /// Whether the backlog, or a live stream, has a blob of this number.
    pub(super) fn has(&self, index: u64) -> bool {
        index < self.backlog || self.live_step.is_some()
    }

    /// The `Id` of each record of a blob that carries one.
    pub(super) fn record_ids(&self, index: u64) -> impl Iterator<Item = Uuid> {
        (0..self.facts(index).records).filter_map(move |position| match self.fate(index, position) {
            Fate::At(index, position) => Some(self.record_id(index, position)),
            Fate::Poisoned(Poison::NoObject) => None,
            Fate::Poisoned(_) => Some(self.record_id(index, position)),
        })
    }

    /// Writes the body of a blob.
    pub(super) fn body(&self, index: u64, company: &Company) -> Vec<u8> {
        let records = self.facts(index).records;
        let mut body = Vec::with_capacity(2 + records * self.record_bytes.unwrap_or(1_536));
        body.push(b'[');
        for position in 0..records {
            if position > 0 {
                body.push(b',');
            }
            match self.fate(index, position) {
                Fate::At(index, position) => self.write_record(index, position, company, &mut body),
                Fate::Poisoned(poison) => {
                    poison.write(self.record_id(index, position), self.happened(index, position), &mut body);
                }
            }
        }
        body.push(b']');
        body
    }

    fn write_record(&self, index: u64, position: usize, company: &Company, body: &mut Vec<u8>) {
        let start = body.len();
        let scene = Scene {
            company,
            id: self.record_id(index, position),
            time: self.happened(index, position),
            dice: dice(hash(self.seed, &[index, 1 + position as u64])),
        };
        self.templates.write(scene, body);
        let missing = self.record_bytes.unwrap_or(0).saturating_sub(body.len() - start);
        if missing > PADDING.len() {
            body.pop();
            body.extend_from_slice(PADDING);
            body.resize(body.len() + missing - PADDING.len() - 1, b'x');
            body.extend_from_slice(b"\"}");
        }
    }

    /// A GUID that no other record of any stream of this seed has.
    fn record_id(&self, index: u64, position: usize) -> Uuid {
        Uuid::from_u64_pair(mix(self.seed ^ index), mix(mix(self.seed) ^ mix(index) ^ position as u64))
    }

    /// An event happens some minutes before its blob is created, in no order.
    fn happened(&self, index: u64, position: usize) -> Timestamp {
        let seconds = 60 + hash(self.seed, &[index, position as u64]) % 1_500;
        self.created(index) - Duration::from_secs(seconds)
    }

    fn fate(&self, index: u64, position: usize) -> Fate {
        if self.shape.poison <= 0.0 && self.shape.repeated <= 0.0 {
            return Fate::At(index, position);
        }
        let mut dice = dice(hash(self.seed, &[u64::MAX, index, position as u64]));
        if happens(&mut dice, self.shape.poison) {
            return Fate::Poisoned(Poison::ALL[dice.usize(..Poison::ALL.len())]);
        }
        let repeats = index > 0 && happens(&mut dice, self.shape.repeated);
        Fate::At(index - u64::from(repeats), position)
    }

    fn first_created_from(&self, instant: Timestamp) -> u64 {
        let (mut low, mut high) = (0, self.slots_before(instant));
        while low < high {
            let middle = low + (high - low) / 2;
            if self.created(middle) < instant { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn created(&self, index: u64) -> Timestamp {
        let mut origin = index;
        while !origin.is_multiple_of(LONGEST_TIE) && self.is_tied(origin) {
            origin -= 1;
        }
        let (slot, step) = self.slot(origin);
        let jitter = hash(self.seed, &[origin, u64::MAX]) % (step.num_milliseconds() / 2).max(1) as u64;
        slot + TimeDelta::milliseconds(jitter as i64)
    }

    fn is_tied(&self, index: u64) -> bool {
        happens(&mut dice(hash(self.seed, &[index, index])), self.shape.equal_seconds)
    }

    /// The earliest instant at which a blob may have been created, and how long its turn lasts.
    fn slot(&self, index: u64) -> (Timestamp, TimeDelta) {
        if index < self.backlog {
            return (advance(self.first, self.backlog_step, index), self.backlog_step);
        }
        let step = self.live_step.unwrap_or(TimeDelta::days(1));
        (advance(self.began, step, index - self.backlog + 1), step)
    }

    /// At least as many blobs as have a slot before `instant`, and at most one more of the backlog and one live.
    fn slots_before(&self, instant: Timestamp) -> u64 {
        let turns = |since: Timestamp, step: TimeDelta| {
            let microseconds = (instant - since).num_microseconds().unwrap_or(i64::MAX).max(0);
            (microseconds / step.num_microseconds().unwrap_or(i64::MAX).max(1)) as u64 + 1
        };
        let live = self.live_step.map_or(0, |step| turns(self.began + step, step));
        turns(self.first, self.backlog_step).min(self.backlog) + live
    }
}

const PADDING: &[u8] = br#","Padding":""#;

fn advance(from: Timestamp, step: TimeDelta, steps: u64) -> Timestamp {
    let microseconds = step.num_microseconds().unwrap_or(i64::MAX).saturating_mul(steps as i64);
    from + TimeDelta::milliseconds(microseconds / 1_000)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn noon() -> Timestamp {
        crate::time::parse("2026-11-21T12:00:00Z").expect("a valid literal")
    }

    fn stream(options: &Options) -> Stream {
        Stream::new(options, 0, "Audit.SharePoint", noon())
    }

    fn faulty(faults: Knobs) -> Stream {
        stream(&Options { blobs_per_type: Some(100), faults, ..Options::default() })
    }

    #[test]
    fn the_backlog_lies_in_the_past_in_order() {
        let stream = stream(&Options { blobs_per_type: Some(500), ..Options::default() });
        let created: Vec<_> = (0..500).map(|index| stream.facts(index).created).collect();
        assert!(created.is_sorted() && created[0] >= noon() - TimeDelta::days(1) && created[499] < noon());
        assert_eq!(stream.created_within(noon() - TimeDelta::days(1), noon() + TimeDelta::days(1)), 0..500);
        assert!(!stream.has(500));
    }

    #[test]
    fn windows_are_half_open() {
        let stream = stream(&Options::default());
        let tenth = stream.facts(10).created;
        assert_eq!(stream.created_within(tenth, tenth), 10..10);
        assert_eq!(stream.created_within(tenth, tenth + TimeDelta::milliseconds(1)), 10..11);
        assert_eq!(stream.created_within(noon() - TimeDelta::days(2), tenth), 0..10);
    }

    #[test]
    fn a_rate_brings_new_blobs_for_ever() {
        let stream = stream(&Options { rate: 5.0, backlog: Duration::ZERO, ..Options::default() });
        // 5 events a second over 5 content types in blobs of 10: a blob every 10 seconds.
        assert_eq!(stream.created_within(noon(), noon() + TimeDelta::seconds(1_005)), 0..100);
    }

    #[test]
    fn tied_blobs_share_their_instant() {
        let stream = faulty(Knobs { equal_seconds: 1.0, ..Knobs::default() });
        let instants: HashSet<_> = (0..100).map(|index| stream.facts(index).created).collect();
        assert_eq!(instants.len(), 2);
        assert_eq!(stream.created_within(stream.facts(0).created, noon()), 0..100);
    }

    #[test]
    fn late_blobs_are_seen_at_most_so_late() {
        let stream = faulty(Knobs { late: 1.0, ..Knobs::default() });
        let late = |index| stream.facts(index).visible - stream.facts(index).created;
        assert!((0..100).all(|index| late(index) < TimeDelta::hours(2)) && late(1) > TimeDelta::zero());
    }

    #[test]
    fn a_body_holds_the_records_whose_ids_are_known() {
        let options = Options { record_bytes: Some(3_000), ..Options::default() };
        let (stream, company) = (stream(&options), Company::new(1, 0));
        let body = stream.body(3, &company);
        let records: Vec<serde_json::Value> = serde_json::from_slice(&body).expect("a JSON array");
        let ids: Vec<String> = stream.record_ids(3).map(|id| id.to_string()).collect();
        assert_eq!(records.iter().filter_map(|record| record["Id"].as_str()).collect::<Vec<_>>(), ids);
        assert!((30_000..31_000).contains(&body.len()), "{}", body.len());
    }

    #[test]
    fn ids_are_unique_unless_records_are_repeated() {
        let ids = |stream: &Stream| {
            (0..100).flat_map(|index| stream.record_ids(index).collect::<Vec<_>>()).collect::<HashSet<_>>()
        };
        assert_eq!(ids(&faulty(Knobs::default())).len(), 1_000);
        let repeated = ids(&faulty(Knobs { repeated: 0.2, ..Knobs::default() })).len();
        assert!((600..950).contains(&repeated), "{repeated}");
    }

    #[test]
    fn poisoned_records_keep_their_neighbours() {
        let stream = faulty(Knobs { poison: 0.3, ..Knobs::default() });
        let ids: usize = (0..100).map(|index| stream.record_ids(index).count()).sum();
        assert!((930..1_000).contains(&ids), "only records that are no objects have no id: {ids}");
    }

    #[test]
    fn blobs_can_be_huge_or_empty() {
        let huge = faulty(Knobs { huge: 1.0, huge_events: 5_000, ..Knobs::default() });
        assert_eq!(huge.record_ids(0).count(), 5_000);
        let empty = faulty(Knobs { empty_blob: 1.0, ..Knobs::default() });
        assert_eq!(empty.body(0, &Company::new(1, 0)), b"[]");
    }
}
