//! Which windows to list next: pure.

use chrono::{Duration, DurationRound};

use crate::time::Timestamp;

/// Microsoft lists what became available within the last seven days,
const RETENTION: Duration = Duration::days(7);
/// and refuses windows that reach back further, so the first one keeps this distance.
const MARGIN: Duration = Duration::minutes(1);
/// The longest window that the API takes.
const LONGEST: Duration = Duration::hours(24);
/// So far behind the server's clock a window ends: what becomes available in this second may still grow.
const BEHIND: Duration = Duration::seconds(2);

/// A half-open span of availability, in whole seconds: `start <= contentCreated < end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Inclusive.
    pub start: Timestamp,
    /// Exclusive.
    pub end: Timestamp,
}

/// One pass over what a feed may have become since the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Where the next window begins.
    cursor: Timestamp,
    /// The time between the watermark and what can still be listed; nobody can collect it any more.
    pub gap: Option<Window>,
}

impl Pass {
    /// Begins a pass at `now` by the server's clock: at the watermark less `overlap`, or `lookback` ago at first.
    pub fn new(now: Timestamp, watermark: Option<Timestamp>, overlap: Duration, lookback: Duration) -> Self {
        let floor = floor(now);
        // A wrong clock may have carried the watermark into the future; it must not silence the feed until then.
        let cursor = watermark.map_or(now - lookback, |watermark| watermark.min(now) - overlap);
        let gap = watermark.filter(|watermark| *watermark < floor).map(|start| Window { start, end: floor });
        Self { cursor: whole_seconds(cursor.max(floor)), gap }
    }

    /// The next window, at most a day long and never older than Microsoft allows; `None` when the pass is over.
    pub fn next(&mut self, now: Timestamp) -> Option<Window> {
        let start = self.cursor.max(floor(now));
        let end = whole_seconds(now - BEHIND).min(start + LONGEST);
        if start >= end {
            return None;
        }
        self.cursor = end;
        Some(Window { start, end })
    }

    /// Whether more than a day is left to list, so that today would have to wait.
    pub fn is_behind(&self, now: Timestamp) -> bool {
        now - self.cursor > LONGEST
    }
}

/// The last day, for looking at it while older windows are still being listed.
pub fn fresh(now: Timestamp) -> Window {
    let end = whole_seconds(now - BEHIND);
    Window { start: end - LONGEST, end }
}

fn floor(now: Timestamp) -> Timestamp {
    whole_seconds(now - RETENTION + MARGIN)
}

fn whole_seconds(time: Timestamp) -> Timestamp {
    time.duration_trunc(Duration::seconds(1)).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time;

    const OVERLAP: Duration = Duration::hours(6);

    fn at(text: &str) -> Timestamp {
        time::parse(text).expect("a literal")
    }

    fn windows(now: &str, watermark: Option<&str>) -> Vec<(String, String)> {
        let now = at(now);
        let mut pass = Pass::new(now, watermark.map(at), OVERLAP, Duration::days(7));
        let mut all = Vec::new();
        while let Some(window) = pass.next(now) {
            all.push((window.start.to_string(), window.end.to_string()));
        }
        all.iter().map(|(start, end)| (start[5..19].to_owned(), end[5..19].to_owned())).collect()
    }

    #[test]
    fn a_pass_lists_the_overlap_again_and_ends_behind_the_servers_clock() {
        let all = windows("2026-11-21T12:00:00.700", Some("2026-11-21T11:59:00"));
        assert_eq!(all, [("11-21 05:59:00".to_owned(), "11-21 11:59:58".to_owned())]);
    }

    #[test]
    fn the_first_pass_walks_through_seven_days_without_a_gap_or_an_overlap() {
        let all = windows("2026-11-21T12:00:00", None);
        assert_eq!(all.len(), 7);
        assert_eq!(all[0].0, "11-14 12:01:00");
        assert_eq!(all[6].1, "11-21 11:59:58");
        assert!(all.windows(2).all(|pair| pair[0].1 == pair[1].0));
    }

    #[test]
    fn after_ten_days_of_downtime_the_gap_is_known() {
        let now = at("2026-11-21T12:00:00");
        let pass = Pass::new(now, Some(now - Duration::days(10)), OVERLAP, Duration::days(7));
        let gap = pass.gap.expect("three days are gone");
        assert_eq!((gap.start, gap.end), (now - Duration::days(10), now - RETENTION + MARGIN));
        assert!(pass.is_behind(now));
    }

    #[test]
    fn a_slow_pass_moves_its_start_with_the_clock() {
        let now = at("2026-11-21T12:00:00");
        let mut pass = Pass::new(now, None, OVERLAP, Duration::days(7));
        let later = now + Duration::hours(2);
        let window = pass.next(later).expect("a window");
        assert_eq!(window.start, later - RETENTION + MARGIN);
    }

    #[test]
    fn a_server_whose_clock_stands_still_has_no_new_window() {
        let now = at("2026-11-21T12:00:00");
        assert_eq!(Pass::new(now, Some(now), Duration::zero(), Duration::days(7)).next(now), None);
    }
}
