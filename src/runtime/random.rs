//! Chance: the current runtime's generator, so that its seed repeats a run.
//! Asked by `select!`, for its first branch.

use super::current;
use crate::rng::Rng;

thread_local! {
    /// For code that some other executor polls.
    static ELSEWHERE: Rng = Rng::new(Rng::any_seed());
}

/// A number from 0 up to `limit`, which it never is.
pub(crate) fn random_below(limit: u32) -> u32 {
    match current::get() {
        Some(core) => core.rng.below(limit),
        None => ELSEWHERE.with(|rng| rng.below(limit)),
    }
}
