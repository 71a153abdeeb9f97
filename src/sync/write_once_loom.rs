//! Models of the place that is written once: loom sees a read beside the write, and a second write.

use super::WriteOnce;
use crate::sync::loom_tools::{check, spawn};
use loom::sync::Arc;

/// Whoever sees that there is a value sees the value.
/// Mutant that fails it: `sync_write_once_tells_too_early` (`FULL` is stored `Relaxed`).
#[test]
fn who_sees_it_full_sees_the_value() {
    check(|| {
        let place = Arc::new(WriteOnce::new(None));
        let same = place.clone();
        let writer = spawn(move || same.set(1).unwrap());
        assert!(matches!(place.get(), None | Some(1)));
        writer.join().unwrap();
        assert_eq!(place.get(), Some(&1));
    });
}

/// Of two that write one succeeds, and the other has its value back.
/// Mutant that fails it: `sync_write_once_lets_both_write` (does not care who was chosen).
#[test]
fn one_of_two_writes() {
    check(|| {
        let place = Arc::new(WriteOnce::new(None));
        let same = place.clone();
        let other = spawn(move || same.set(1).is_ok());
        let written = place.set(2);
        assert!(matches!(written, Ok(()) | Err(2)));
        assert!(written.is_ok() != other.join().unwrap());
        assert_eq!(place.get(), Some(if written.is_ok() { &2 } else { &1 }));
    });
}
