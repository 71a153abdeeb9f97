//! The generator: numbers that look random, and are the same again for the same seed.
//! The runtime has one, so that its seed repeats what was left to chance.
//!
//! SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): one addition and two
//! multiplications a number, and no seed is a bad one.

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// The odd number next to 2^64 divided by the golden ratio: the steps go through all 2^64 states.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// Not for secrets: who sees two numbers knows the rest.
#[derive(Debug)]
pub(crate) struct Rng {
    /// Counts in steps. What is given out is this, mixed.
    state: Cell<u64>,
}

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: Cell::new(seed),
        }
    }

    /// A seed that nobody has chosen: std's hash maps ask the operating system for it.
    pub(crate) fn any_seed() -> u64 {
        RandomState::new().hash_one(0)
    }

    /// The next number.
    pub(crate) fn next(&self) -> u64 {
        let state = self.state.get().wrapping_add(STEP);
        self.state.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to `limit`, which it never is. 0 if that is the limit.
    pub(crate) fn below(&self, limit: u32) -> u32 {
        // The upper half as a fraction of 2^32, times the limit: no division.
        let fraction = self.next() >> 32;
        ((fraction * u64::from(limit)) >> 32) as u32
    }
}

#[cfg(test)]
#[path = "rng_tests.rs"]
mod tests;
