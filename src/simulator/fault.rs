//! Faults of answers: planned from the seed, met one after the other, then over.

use std::collections::{HashMap, VecDeque};

use super::{
    Knobs,
    dice::{dice, happens, hash_text},
};

/// Something that goes wrong with one answer, and goes right when asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// 401 for a good token.
    Unauthorized,
    /// 500 `AF50000`, or 502, 503, 504 with HTML; at the login, its ways to be unavailable.
    ServerError,
    /// `AF429`.
    Throttled,
    /// The answer waits.
    Slow,
    /// The body breaks off before its `Content-Length`.
    Truncated,
    /// The body is cut, though HTTP thinks it complete.
    InvalidJson,
    /// The connection is reset mid-body.
    Reset,
}

impl Fault {
    /// Whether the answer starts well and its body ends badly.
    pub(super) fn breaks_body(self) -> bool {
        matches!(self, Self::Truncated | Self::InvalidJson | Self::Reset)
    }
}

/// How probable each fault is.
pub(super) type Odds = [(Fault, f64)];

impl Knobs {
    /// The faults of the Management API.
    pub(super) fn activity_odds(&self) -> [(Fault, f64); 7] {
        [
            (Fault::Unauthorized, self.unauthorized),
            (Fault::ServerError, self.server_error),
            (Fault::Throttled, self.throttled),
            (Fault::Slow, self.slow),
            (Fault::Truncated, self.truncated),
            (Fault::InvalidJson, self.invalid_json),
            (Fault::Reset, self.reset),
        ]
    }

    /// The faults of the login.
    pub(super) fn login_odds(&self) -> [(Fault, f64); 3] {
        [
            (Fault::ServerError, self.login_error),
            (Fault::InvalidJson, self.login_malformed),
            (Fault::Slow, self.login_slow),
        ]
    }
}

/// Decides for each request what goes wrong with it.
///
/// The faults of a request are planned when it first comes: each kind that happens, once or twice. The request repeated
/// meets them in turn, then succeeds, and only then is planned anew. The plan depends on the seed and the request alone,
/// not on the order in which requests come.
#[derive(Default)]
pub(super) struct Plans {
    plans: HashMap<String, Plan>,
}

#[derive(Default)]
struct Plan {
    round: u64,
    ahead: VecDeque<Fault>,
    under_way: bool,
}

impl Plans {
    /// Plans faults that shall come whatever the odds.
    pub(super) fn script(&mut self, request: &str, faults: &[Fault]) {
        let plan = self.plans.entry(request.into()).or_default();
        plan.ahead.extend(faults);
        plan.under_way = true;
    }

    /// What goes wrong with this request.
    pub(super) fn next(&mut self, seed: u64, request: &str, odds: &Odds) -> Option<Fault> {
        let none_likely = odds.iter().all(|(_, probability)| *probability <= 0.0);
        if none_likely && !self.plans.contains_key(request) {
            return None;
        }
        let plan = self.plans.entry(request.into()).or_default();
        if !plan.under_way {
            plan.ahead = draw(hash_text(seed ^ plan.round, request), odds);
        }
        let fault = plan.ahead.pop_front();
        plan.under_way = fault.is_some();
        plan.round += u64::from(fault.is_none());
        fault
    }
}

fn draw(hash: u64, odds: &Odds) -> VecDeque<Fault> {
    let mut dice = dice(hash);
    let mut faults = VecDeque::new();
    for (fault, probability) in odds {
        if happens(&mut dice, *probability) {
            faults.extend(std::iter::repeat_n(*fault, dice.usize(1..=2)));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_a_certain_fault_passes() {
        let mut plans = Plans::default();
        let odds = [(Fault::ServerError, 1.0), (Fault::Truncated, 1.0)];
        let mut met = Vec::new();
        while let Some(fault) = plans.next(1, "blob", &odds) {
            met.push(fault);
        }
        assert!((2..=4).contains(&met.len()) && met.is_sorted(), "{met:?}");
        assert!(plans.next(1, "blob", &odds).is_some(), "and comes again");
    }

    #[test]
    fn a_probability_is_kept() {
        let mut plans = Plans::default();
        let odds = [(Fault::Reset, 0.3)];
        let faulty = (0..1_000).filter(|number| plans.next(1, &number.to_string(), &odds).is_some()).count();
        assert!((250..350).contains(&faulty), "{faulty}");
    }

    #[test]
    fn a_script_comes_first() {
        let mut plans = Plans::default();
        plans.script("blob", &[Fault::Reset, Fault::Slow]);
        let met: Vec<_> = (0..3).map(|_| plans.next(1, "blob", &[])).collect();
        assert_eq!(met, [Some(Fault::Reset), Some(Fault::Slow), None]);
    }
}
