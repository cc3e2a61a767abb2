//! A tenant's budget: requests a minute, requests in flight, and rest after "too many requests".

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::net::Backoff;
use crate::time;

/// The rest after the first "too many requests", doubled with each further one: one complaint may be a stray, but a
/// budget that is really spent is refilled by the minute.
const FIRST_REST: Duration = Duration::from_millis(500);
/// The longest rest.
const LONGEST_REST: Duration = Duration::from_mins(1);
/// So many answers without complaint show that the budget is not spent: the next rest is a short one again.
const CALM: usize = 3;
/// So many win back one request in flight.
const RECOVERY: usize = 10;

/// Lets requests through as the tenant's budget allows; shared by all feeds of a tenant.
///
/// A minute's worth of requests is usable as a burst. Concurrency adapts: halved when the API complains, won back one
/// by one.
#[derive(Debug)]
pub struct Throttle {
    clock: Ticks,
    rate: RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Nanos>>,
    most: usize,
    lanes: Mutex<Lanes>,
    freed: Notify,
}

#[derive(Debug)]
struct Lanes {
    limit: usize,
    in_flight: usize,
    calm: usize,
    resting_until: Option<Instant>,
    rest: Backoff,
}

/// One request's way; held until its answer has come whole.
#[derive(Debug)]
pub struct Permit(Arc<Throttle>);

impl Throttle {
    /// `per_minute` requests, at most `most` of them in flight.
    pub fn new(per_minute: NonZeroU32, most: usize) -> Arc<Self> {
        let most = most.max(1);
        let clock = Ticks(time::ticks());
        Arc::new(Self {
            rate: RateLimiter::direct_with_clock(Quota::per_minute(per_minute), clock.clone()),
            clock,
            most,
            lanes: Mutex::new(Lanes {
                limit: most,
                in_flight: 0,
                calm: 0,
                resting_until: None,
                rest: Backoff::new(FIRST_REST, LONGEST_REST),
            }),
            freed: Notify::new(),
        })
    }

    /// Waits for a turn.
    pub async fn permit(self: &Arc<Self>) -> Permit {
        let permit = self.lane().await;
        while let Err(until) = self.rate.check() {
            tokio::time::sleep(until.wait_time_from(self.clock.now())).await;
        }
        permit
    }

    async fn lane(self: &Arc<Self>) -> Permit {
        loop {
            let freed = self.freed.notified();
            let rest = {
                let mut lanes = self.lanes();
                let rest = lanes.resting_until.map(|until| until.saturating_duration_since(time::ticks()));
                match rest.filter(|rest| !rest.is_zero()) {
                    Some(rest) => Some(rest),
                    None if lanes.in_flight < lanes.limit => {
                        lanes.in_flight += 1;
                        return Permit(Arc::clone(self));
                    }
                    None => None,
                }
            };
            match rest {
                Some(rest) => tokio::time::sleep(rest).await,
                None => freed.await,
            }
        }
    }

    /// How many requests may be in flight now.
    pub fn limit(&self) -> usize {
        self.lanes().limit
    }

    fn lanes(&self) -> std::sync::MutexGuard<'_, Lanes> {
        self.lanes.lock().expect("nothing panics while it is locked")
    }
}

impl Permit {
    /// The API answered as it should.
    pub fn welcomed(&self) {
        let mut lanes = self.0.lanes();
        lanes.calm += 1;
        if lanes.calm == CALM {
            lanes.rest.reset();
        }
        if lanes.calm >= RECOVERY {
            lanes.calm = 0;
            if lanes.limit < self.0.most {
                lanes.limit += 1;
                self.0.freed.notify_one();
            }
        }
    }

    /// The API complained about too many requests: all of the tenant's feeds rest.
    pub fn throttled(&self, asked: Option<Duration>) {
        let mut lanes = self.0.lanes();
        let now = time::ticks();
        lanes.calm = 0;
        // Answers to requests of the same moment are one complaint.
        if lanes.resting_until.is_some_and(|until| now < until) {
            return;
        }
        lanes.limit = (lanes.limit / 2).max(1);
        let retry = asked.map_or(crate::net::Retry::Backoff, crate::net::Retry::After);
        let rest = lanes.rest.next(retry);
        lanes.resting_until = Some(now + rest);
        tracing::warn!(target: "api", ?rest, in_flight = lanes.limit, "throttled, resting");
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.lanes().in_flight -= 1;
        self.0.freed.notify_one();
    }
}

/// Tokio's time for `governor`, so that tests can simulate it.
#[derive(Clone, Debug)]
struct Ticks(Instant);

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Self::Instant {
        (time::ticks() - self.0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(per_minute: u32, most: usize) -> Arc<Throttle> {
        Throttle::new(NonZeroU32::new(per_minute).expect("not zero"), most)
    }

    #[tokio::test(start_paused = true)]
    async fn a_minutes_worth_is_a_burst_and_then_the_rate_holds() {
        let throttle = throttle(60, 8);
        let start = time::ticks();
        for _ in 0..60 {
            throttle.permit().await.welcomed();
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..10 {
            throttle.permit().await.welcomed();
        }
        assert!((9..=11).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_complaint_rests_everybody_and_halves_what_is_in_flight() {
        let throttle = throttle(6_000, 8);
        let first = throttle.permit().await;
        let second = throttle.permit().await;
        first.throttled(None);
        second.throttled(None);
        drop((first, second));
        assert_eq!(throttle.limit(), 4);
        let start = time::ticks();
        let permit = throttle.permit().await;
        assert!((250..=500).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
        for _ in 0..4 * RECOVERY {
            permit.welcomed();
        }
        assert_eq!(throttle.limit(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn a_free_lane_wakes_one_who_waits() {
        let throttle = throttle(6_000, 1);
        let held = throttle.permit().await;
        let waiting = throttle.permit();
        tokio::pin!(waiting);
        assert!(tokio::time::timeout(Duration::from_secs(5), &mut waiting).await.is_err());
        drop(held);
        assert!(tokio::time::timeout(Duration::from_secs(5), waiting).await.is_ok());
    }
}
