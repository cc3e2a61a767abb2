//! Chance that repeats: everything random in the simulator is drawn here, from the seed.

use fastrand::Rng;

/// Scrambles a number; different numbers stay different (the finaliser of `SplitMix64`).
pub(super) fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// One number for a seed and a list of numbers.
pub(super) fn hash(seed: u64, numbers: &[u64]) -> u64 {
    numbers.iter().fold(mix(seed), |hash, number| mix(hash ^ number))
}

/// One number for a seed and a text.
pub(super) fn hash_text(seed: u64, text: &str) -> u64 {
    text.bytes().fold(mix(seed), |hash, byte| mix(hash ^ u64::from(byte)))
}

/// A generator whose draws depend on nothing but `hash`.
pub(super) fn dice(hash: u64) -> Rng {
    Rng::with_seed(hash)
}

/// Whether an event of this probability (0.0 never, 1.0 always) happens.
pub(super) fn happens(dice: &mut Rng, probability: f64) -> bool {
    dice.f64() < probability
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same() {
        assert_eq!(hash(7, &[1, 2]), hash(7, &[1, 2]));
        assert_ne!(hash(7, &[1, 2]), hash(7, &[2, 1]));
        assert_ne!(hash_text(7, "a"), hash_text(8, "a"));
    }

    #[test]
    fn never_is_never_and_always_is_always() {
        let mut dice = dice(1);
        assert!((0..1_000).all(|_| !happens(&mut dice, 0.0) && happens(&mut dice, 1.0)));
    }
}
