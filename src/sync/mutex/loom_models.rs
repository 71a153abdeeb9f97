//! Models of the mutex: its value has one owner at a time, and the owner hands over.

use super::Mutex;
use crate::sync::loom_tools::{block_on, check, spawn};
use loom::cell::Cell;

/// Two threads that lock are never at the value at once, and the second sees what the first wrote.
/// Mutant that fails it: `sync_mutex_two_permits`.
#[test]
fn one_at_a_time() {
    check(|| {
        let mutex = loom::sync::Arc::new(Mutex::new(Cell::new(0)));
        let same = mutex.clone();
        let other = spawn(move || count(&block_on(same.lock())));
        count(&block_on(mutex.lock()));
        other.join().unwrap();
        assert_eq!(mutex.try_lock().unwrap().get(), 2);
    });
}

/// An owned guard, whole or mapped, unlocks for whoever waits.
/// Mutant that fails it: `sync_held_keeps_its_permits` (gives none of them back).
#[test]
fn an_owned_guard_unlocks() {
    use super::OwnedMutexGuard;
    use std::sync::Arc;

    check(|| {
        let mutex = Arc::new(Mutex::new(Cell::new(0)));
        let same = mutex.clone();
        let other = spawn(move || {
            let guard = block_on(same.lock_owned());
            count(&OwnedMutexGuard::map(guard, |value| value));
        });
        count(&block_on(mutex.clone().lock_owned()));
        other.join().unwrap();
        assert!(mutex.try_lock().is_ok());
    });
}

/// A thread that waits in `blocking_lock` is woken by the unlock.
/// Mutant that fails it: `sync_park_rings_before_it_says_so`.
#[test]
fn a_blocked_thread_is_woken() {
    check(|| {
        let mutex = loom::sync::Arc::new(Mutex::new(Cell::new(0)));
        let same = mutex.clone();
        let other = spawn(move || count(&same.blocking_lock()));
        count(&mutex.blocking_lock());
        other.join().unwrap();
    });
}

/// loom reports it if two are at the value.
fn count(value: &Cell<u32>) {
    value.set(value.get() + 1);
}
