//! Who has subscribed to what, and what they miss because they had stopped.

use std::{ops::Range, time::Duration};

use super::refusal::Refusal;
use crate::time::Timestamp;

/// The state of a subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subscription {
    /// There has never been one.
    #[default]
    None,
    /// Content is available.
    Enabled,
    /// It was stopped, or an administrator disabled it.
    Disabled,
}

/// The subscription of a tenant's application to a content type, with its history.
///
/// What became available before the first start can be listed, as live tenants show; what becomes available between a
/// stop and the next start can never be.
#[derive(Default)]
pub(super) struct Enrolment {
    state: Subscription,
    started: Option<Timestamp>,
    stopped: Option<Timestamp>,
    gaps: Vec<Range<Timestamp>>,
}

impl Enrolment {
    pub(super) fn state(&self) -> Subscription {
        self.state
    }

    /// Sets the state whatever it was.
    pub(super) fn force(&mut self, state: Subscription, now: Timestamp) {
        match state {
            Subscription::Enabled => self.enable(now),
            Subscription::Disabled => self.disable(now),
            Subscription::None => *self = Self::default(),
        }
    }

    pub(super) fn start(&mut self, now: Timestamp, gate: Duration) -> Result<(), Refusal> {
        if self.state == Subscription::Enabled {
            return Err(Refusal::AlreadyEnabled);
        }
        let wait = self.started.and_then(|started| (started + gate - now).to_std().ok()).unwrap_or_default();
        if !wait.is_zero() {
            return Err(Refusal::StartTooFrequent { wait });
        }
        self.started = Some(now);
        self.enable(now);
        Ok(())
    }

    pub(super) fn stop(&mut self, now: Timestamp) -> Result<(), Refusal> {
        if self.state == Subscription::None {
            return Err(Refusal::NoSubscription);
        }
        self.disable(now);
        Ok(())
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        match self.state {
            Subscription::Enabled => Ok(()),
            Subscription::Disabled => Err(Refusal::SubscriptionDisabled),
            Subscription::None => Err(Refusal::NoSubscription),
        }
    }

    /// Whether what became visible at this instant can be listed.
    pub(super) fn shows(&self, visible: Timestamp) -> bool {
        !self.gaps.iter().any(|gap| gap.contains(&visible))
    }

    fn enable(&mut self, now: Timestamp) {
        self.gaps.extend(self.stopped.take().map(|stopped| stopped..now));
        self.state = Subscription::Enabled;
    }

    fn disable(&mut self, now: Timestamp) {
        self.stopped.get_or_insert(now);
        self.state = Subscription::Disabled;
    }
}
