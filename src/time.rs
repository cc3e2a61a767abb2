//! The one place that reads a clock.
//!
//! Everything else asks a [`Clock`], so that tests live through days in milliseconds: a simulated clock follows
//! Tokio's paused time, which jumps ahead whenever every task waits.

use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};

/// An instant in UTC, as Microsoft and ECS write it.
pub type Timestamp = DateTime<Utc>;

/// Tells the time, and waits for it.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    simulation: Option<Simulation>,
}

#[derive(Clone, Copy, Debug)]
struct Simulation {
    start: Timestamp,
    origin: tokio::time::Instant,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that shows `start` now and runs with Tokio's time, which a test may pause.
    pub fn simulated(start: Timestamp) -> Self {
        Self { simulation: Some(Simulation { start, origin: ticks() }) }
    }

    /// The same clock, wrong by `offset` (positive: ahead). The simulator uses it to disagree with us.
    pub fn skewed(&self, offset: chrono::Duration) -> Self {
        let start = self.now() + offset;
        Self { simulation: Some(Simulation { start, origin: ticks() }) }
    }

    /// The present instant.
    #[expect(clippy::disallowed_methods, reason = "this is the one reader")]
    pub fn now(&self) -> Timestamp {
        match &self.simulation {
            None => Utc::now(),
            Some(Simulation { start, origin }) => *start + origin.elapsed(),
        }
    }

    /// Waits for `duration`.
    pub async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    /// Waits until `instant` has come.
    pub async fn sleep_until(&self, instant: Timestamp) {
        self.sleep((instant - self.now()).to_std().unwrap_or_default()).await;
    }
}

/// A monotonic instant, for measuring how long something took.
#[expect(clippy::disallowed_methods, reason = "this is the one reader")]
pub fn ticks() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

/// Reads a timestamp as Microsoft writes it: `2026-11-21T09:30:00`, with or without fraction, `Z` or offset.
///
/// Without a zone it is UTC ([Management Activity API schema](https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema#common-schema)).
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.with_timezone(&Utc))
        .or_else(|_| text.parse::<chrono::NaiveDateTime>().map(|time| time.and_utc()))
        .ok()
}

/// Writes a timestamp as ECS wants it: `2026-11-21T09:30:00.000Z`.
pub fn format(time: Timestamp) -> String {
    time.trunc_subsecs(3).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_without_zone_is_utc() {
        let expected = parse("2026-11-21T09:30:00Z");
        assert!(expected.is_some());
        for text in
            ["2026-11-21T09:30:00", "2026-11-21T09:30:00.000", "2026-11-21T10:30:00+01:00", " 2026-11-21T09:30:00 "]
        {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!(parse("yesterday"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_simulated_clock_follows_tokio() {
        let start = parse("2026-11-21T00:00:00Z").expect("a valid literal");
        let clock = Clock::simulated(start);
        clock.sleep(Duration::from_hours(24)).await;
        assert_eq!(clock.now(), start + chrono::Duration::days(1));
    }
}
