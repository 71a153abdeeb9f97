//! Models of the semaphore: no permit is lost, none is given twice, and everyone who waits hears of it.

use std::pin::pin;

use super::Semaphore;
use crate::sync::loom_tools::{block_on, check, poll_once, spawn};
use loom::cell::Cell;
use loom::sync::Arc;

/// Whoever waits for a permit gets it when it comes back, however the two meet.
/// Mutant that fails it: `sync_semaphore_queues_without_looking` (queues for all it wants, whatever is free by then).
#[test]
fn a_permit_that_comes_back_reaches_who_waits() {
    check(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let same = semaphore.clone();
        let other = spawn(move || drop(block_on(same.acquire()).unwrap()));
        drop(block_on(semaphore.acquire()).unwrap());
        other.join().unwrap();
        assert_eq!(semaphore.available_permits(), 1);
    });
}

/// A permit is with one holder at a time, and what that wrote is seen by the next.
/// Mutant that fails it: `sync_semaphore_gives_twice` (what the queue got goes back to the pool as well).
#[test]
fn a_permit_has_one_holder() {
    check(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        // loom reports it if two are at it.
        let counter = Arc::new(Cell::new(0));
        let count = |semaphore: &Semaphore, counter: &Cell<u32>| {
            let _permit = block_on(semaphore.acquire()).unwrap();
            counter.set(counter.get() + 1);
        };
        let (same, shared) = (semaphore.clone(), counter.clone());
        let other = spawn(move || count(&same, &shared));
        count(&semaphore, &counter);
        other.join().unwrap();
        let _permit = semaphore.try_acquire().unwrap();
        assert!(semaphore.try_acquire().is_err());
        assert_eq!(counter.get(), 2);
    });
}

/// One who wants many permits gets them as they come, and is woken by the last, whoever gives it.
/// Mutant that fails it: `sync_semaphore_forgets_the_last_permit` (stops when it has no more to give, before it sees
/// that the first in the queue needs no more).
#[test]
fn many_permits_are_gathered_one_by_one() {
    check(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let same = semaphore.clone();
        let other = spawn(move || same.add_permits(1));
        let same = semaphore.clone();
        let third = spawn(move || same.add_permits(1));
        drop(block_on(semaphore.acquire_many(2)).unwrap());
        other.join().unwrap();
        third.join().unwrap();
        assert_eq!(semaphore.available_permits(), 2);
    });
}

/// A future that is dropped while a permit comes for it passes it on to the next in the queue.
/// Mutant that fails it: `sync_semaphore_keeps_the_cancelled` (what it had been given goes with it).
#[test]
fn a_cancelled_waiter_passes_its_permit_on() {
    check(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let mut first = Box::pin(semaphore.acquire_raw(1));
        assert!(poll_once(first.as_mut()).is_pending());
        let same = semaphore.clone();
        let giver = spawn(move || same.add_permits(1));
        let same = semaphore.clone();
        let next = spawn(move || drop(block_on(same.acquire()).unwrap()));
        drop(first);
        giver.join().unwrap();
        next.join().unwrap();
        assert_eq!(semaphore.available_permits(), 1);
    });
}

/// Who waits when the semaphore is closed, or is about to, gets the error.
/// Mutant that fails it: `sync_semaphore_queues_after_close` (does not look again once it has the lock).
#[test]
fn close_reaches_everyone() {
    check(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let same = semaphore.clone();
        let waiter = spawn(move || assert!(block_on(same.acquire()).is_err()));
        semaphore.close();
        waiter.join().unwrap();
    });
}

/// A waiter that has its permit already and finds the semaphore closed gets the error, and the permit is back.
/// Mutant that fails it: `sync_semaphore_keeps_the_cancelled`.
#[test]
fn close_after_a_permit_loses_none() {
    check(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let same = semaphore.clone();
        let giver = spawn(move || {
            same.add_permits(1);
            same.close();
        });
        let permit = {
            let acquire = pin!(semaphore.acquire());
            block_on(acquire)
        };
        drop(permit);
        giver.join().unwrap();
        assert_eq!(semaphore.available_permits(), 1);
    });
}

/// A permit is taken or forgotten, and never both.
/// Mutant that fails it: `sync_semaphore_forgets_in_two_steps`.
#[test]
fn a_permit_is_taken_or_forgotten() {
    check(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let same = semaphore.clone();
        let other = spawn(move || same.try_acquire().map(|permit| permit.forget()).is_ok());
        let forgotten = semaphore.forget_permits(1);
        assert_eq!(usize::from(other.join().unwrap()) + forgotten, 1);
        assert_eq!(semaphore.available_permits(), 0);
    });
}
