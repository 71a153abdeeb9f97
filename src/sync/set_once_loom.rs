//! A model of `SetOnce`: the value finds all who wait for it.

use super::SetOnce;
use crate::sync::loom_tools::{block_on, check, spawn};
use loom::sync::Arc;

/// Whoever waits gets the value, also if it comes while they queue; of two that set it one succeeds.
/// Mutant that fails it: `sync_set_once_wakes_nobody`.
#[test]
fn the_value_reaches_who_waits() {
    check(|| {
        let cell = Arc::new(SetOnce::new());
        let same = cell.clone();
        let setter = spawn(move || same.set(1).is_ok());
        let same = cell.clone();
        let other = spawn(move || same.set(2).is_ok());
        let value = *block_on(cell.wait());
        let set = [setter.join().unwrap(), other.join().unwrap()];
        assert_eq!(set, [value == 1, value == 2]);
    });
}
