//! The generator against published numbers, and its evenness.

use super::Rng;

/// From the reference implementation, <https://prng.di.unimi.it/splitmix64.c>, with the seed 1234567.
#[test]
fn the_numbers_are_those_of_the_reference() {
    let rng = Rng::new(1_234_567);
    let numbers = [rng.next(), rng.next(), rng.next()];
    assert_eq!(
        numbers,
        [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423
        ]
    );
}

#[test]
fn numbers_stay_below_the_limit_and_meet_each_one_evenly() {
    let rng = Rng::new(0);
    let mut met = [0; 7];
    for _ in 0..7_000 {
        met[rng.below(7) as usize] += 1;
    }
    assert!(met.iter().all(|met| (850..1_150).contains(met)), "{met:?}");
}

#[test]
fn two_runtimes_get_two_seeds() {
    assert_ne!(Rng::any_seed(), Rng::any_seed());
}
