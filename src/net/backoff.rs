//! When to try again.

use std::time::Duration;

/// What an error says about trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The same again will fail the same.
    Never,
    /// It may pass by itself soon: wait as [`Backoff`] says.
    Backoff,
    /// The far side named a time.
    After(Duration),
    /// Somebody has to mend something first: look again in minutes.
    Slowly,
}

/// Growing waits: the first at most [`Self::FIRST`], doubled each time up to [`Self::LONGEST`], each with jitter.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new(Self::FIRST, Self::LONGEST)
    }
}

impl Backoff {
    /// The first wait.
    pub const FIRST: Duration = Duration::from_millis(500);
    /// The longest wait.
    pub const LONGEST: Duration = Duration::from_mins(1);
    /// The wait where a person has to act, with jitter.
    pub const SLOW: Duration = Duration::from_mins(5);

    /// A far side that asks for more is asked again all the same.
    pub const LONGEST_ASKED: Duration = Duration::from_hours(1);

    /// Waits that begin at `first` and end at `longest`.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, failures: 0 }
    }

    /// How many waits there were since the last success.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Things work again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// The wait before the next try. A time that the far side named is kept, with a little jitter on top.
    pub fn next(&mut self, retry: Retry) -> Duration {
        let doublings = self.failures.min(20);
        self.failures = self.failures.saturating_add(1);
        match retry {
            Retry::After(wait) => {
                let wait = wait.min(Self::LONGEST_ASKED);
                wait + wait.mul_f64(0.1 * fastrand::f64())
            }
            Retry::Slowly => Self::SLOW.mul_f64(0.8 + 0.4 * fastrand::f64()),
            Retry::Backoff | Retry::Never => {
                let wait = self.first.saturating_mul(1 << doublings).min(self.longest);
                wait.mul_f64(0.5 + 0.5 * fastrand::f64())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_half_a_second_to_a_minute() {
        let mut backoff = Backoff::default();
        let waits: Vec<f64> = (0..12).map(|_| backoff.next(Retry::Backoff).as_secs_f64()).collect();
        for (at, wait) in waits.iter().enumerate() {
            let full = (0.5 * f64::from(1 << at)).min(60.0);
            assert!((full / 2.0..=full).contains(wait), "wait {at} is {wait}");
        }
        backoff.reset();
        assert!(backoff.next(Retry::Backoff) <= Backoff::FIRST);
    }

    #[test]
    fn a_named_time_is_kept() {
        let wait = Backoff::default().next(Retry::After(Duration::from_secs(30)));
        assert!((30.0..=33.0).contains(&wait.as_secs_f64()));
    }
}
