//! The lock for readers and writers: who reads together, who waits behind whom.

mod by_hand;
mod sync_support;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Context;

use by_hand::{ByHand, now};
use sync_support::panicking_waker;
use toque::sync::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
};

#[test]
fn readers_read_together_and_a_writer_alone() {
    let lock = RwLock::new(1);
    let readers = (now(lock.read()), now(lock.read()));
    assert!(lock.try_write().is_err());
    let writer = ByHand::waiting(lock.write());
    drop(readers.0);
    assert!(!writer.is_woken());
    drop(readers.1);
    let writer = writer.ready_after_a_wake();
    assert!(lock.try_read().is_err());
    drop(writer);
    assert!(lock.try_read().is_ok());
}

#[test]
fn a_reader_does_not_overtake_a_waiting_writer() {
    let lock = RwLock::new(1);
    let reader = now(lock.read());
    let writer = ByHand::waiting(lock.write());
    assert!(lock.try_read().is_err());
    let second = ByHand::waiting(lock.read());
    drop(reader);
    assert!(!second.is_woken());
    *writer.ready_after_a_wake() = 2;
    assert_eq!(*second.ready_after_a_wake(), 2);
}

/// moonbitlang/async PR 160, for a writer: its turn goes to those behind it.
#[test]
fn a_writer_that_is_woken_and_cancelled_lets_the_readers_in() {
    let lock = RwLock::new(1);
    let first = now(lock.write());
    let writer = ByHand::waiting(lock.write());
    let readers = [lock.read(), lock.read()].map(ByHand::waiting);
    drop(first);
    assert!(writer.is_woken());
    drop(writer);
    let readers = readers.map(ByHand::ready_after_a_wake);
    assert_eq!(readers.map(|reader| *reader), [1, 1]);
    assert!(lock.try_write().is_ok());
}

#[test]
fn a_writer_that_is_cancelled_in_the_queue_lets_the_readers_in() {
    let lock = RwLock::new(1);
    let reader = now(lock.read());
    let writer = ByHand::waiting(lock.write());
    let second = ByHand::waiting(lock.read());
    drop(writer);
    drop(second.ready_after_a_wake());
    drop(reader);
    assert!(lock.try_write().is_ok());
}

#[test]
fn a_reader_that_is_woken_and_cancelled_passes_its_permit_on() {
    let lock = RwLock::with_max_readers(1, 1);
    let writer = now(lock.write());
    let first = ByHand::waiting(lock.read());
    let second = ByHand::waiting(lock.read());
    drop(writer);
    assert!(first.is_woken() && !second.is_woken());
    drop(first);
    drop(second.ready_after_a_wake());
    assert!(lock.try_write().is_ok());
}

#[test]
fn a_downgraded_writer_lets_readers_in_and_keeps_writers_out() {
    let lock = Arc::new(RwLock::new(1));
    let writer = now(lock.write());
    let reader = ByHand::waiting(lock.read());
    let other = ByHand::waiting(lock.write());
    let downgraded = writer.downgrade();
    assert_eq!((reader.wakes(), other.wakes()), (1, 0));
    drop(reader.ready_after_a_wake());
    assert!(!other.is_woken());
    drop(downgraded);
    drop(other.ready_after_a_wake());

    let downgraded = now(lock.clone().write_owned()).downgrade();
    assert!(lock.try_read().is_ok() && lock.try_write().is_err());
    drop(downgraded);
    assert!(lock.try_write().is_ok());
}

/// tokio-rs/tokio PR 8076: with no readers allowed everyone could write at once.
#[test]
fn no_readers_are_refused() {
    assert!(catch_unwind(|| RwLock::with_max_readers(1, 0)).is_err());
    assert!(catch_unwind(|| RwLock::const_with_max_readers(1, 0)).is_err());
    assert!(catch_unwind(|| RwLock::with_max_readers(1, (u32::MAX >> 3) + 1)).is_err());
}

#[test]
fn more_readers_than_allowed_wait() {
    let lock = RwLock::with_max_readers(1, 2);
    let readers = (now(lock.read()), now(lock.read()));
    let third = ByHand::waiting(lock.read());
    drop(readers.0);
    drop(third.ready_after_a_wake());
}

#[test]
fn mapped_guards_hold_the_lock_until_they_are_dropped() {
    let lock = Arc::new(RwLock::new((1, [2, 3])));
    let array = RwLockWriteGuard::map(lock.try_write().unwrap(), |value| &mut value.1);
    assert!(lock.try_read().is_err());
    drop(array);
    let array = RwLockReadGuard::map(lock.try_read().unwrap(), |value| &value.1);
    assert!(lock.try_write().is_err() && lock.try_read().is_ok());
    drop(array);
    let guard = lock.clone().try_write_owned().unwrap();
    let array = OwnedRwLockWriteGuard::map(guard, |value| &mut value.1);
    assert!(lock.try_read().is_err());
    drop(array);
    let guard = lock.clone().try_read_owned().unwrap();
    let array = OwnedRwLockReadGuard::map(guard, |value| &value.1);
    assert!(lock.try_write().is_err() && lock.try_read().is_ok());
    drop(array);
    assert!(lock.try_write().is_ok());
}

#[test]
fn a_panic_in_map_unlocks() {
    let lock = Arc::new(RwLock::new(1));
    let guard = lock.try_write().unwrap();
    let map = || RwLockWriteGuard::map(guard, |_| -> &mut i32 { panic!("in map") });
    assert!(catch_unwind(AssertUnwindSafe(|| drop(map()))).is_err());
    let guard = lock.clone().try_write_owned().unwrap();
    let map = || OwnedRwLockWriteGuard::downgrade_map(guard, |_| -> &i32 { panic!("in map") });
    assert!(catch_unwind(AssertUnwindSafe(|| drop(map()))).is_err());
    assert!(lock.try_write().is_ok());
}

#[test]
fn blocked_readers_and_writers_take_turns() {
    let lock = Arc::new(RwLock::new((0, 0)));
    let same = lock.clone();
    let writer = std::thread::spawn(move || {
        for _ in 0..200 {
            let mut pair = same.blocking_write();
            pair.0 += 1;
            pair.1 += 1;
        }
    });
    for _ in 0..200 {
        let pair = lock.blocking_read();
        assert_eq!(pair.0, pair.1);
    }
    writer.join().unwrap();
    assert_eq!(*now(lock.read_owned()), (200, 200));
}

/// What is taken of the value is taken by a writer still: nobody reads meanwhile.
#[test]
fn a_part_is_taken_before_others_may_read() {
    let lock = Arc::new(RwLock::new((1, 2)));
    let alone = |value: &(i32, i32)| {
        assert!(lock.try_read().is_err());
        value.1
    };
    let part = RwLockWriteGuard::downgrade_map(now(lock.write()), |value| {
        alone(value);
        &value.1
    });
    assert_eq!((*part, lock.try_read().is_ok()), (2, true));
    drop(part);
    let guard = now(lock.clone().write_owned());
    let part = OwnedRwLockWriteGuard::downgrade_map(guard, |value| {
        alone(value);
        &value.1
    });
    assert_eq!((*part, lock.try_read().is_ok()), (2, true));
}

/// Seen to fail: permits that went back before they were counted off went back twice, and a writer was not alone.
#[test]
fn a_waker_that_panics_within_a_downgrade_leaves_the_lock_whole() {
    let lock = Arc::new(RwLock::new(1));
    let guard = now(lock.clone().write_owned());
    let waker = panicking_waker();
    let mut read = Box::pin(lock.read());
    let mut cx = Context::from_waker(&waker);
    assert!(read.as_mut().poll(&mut cx).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| guard.downgrade())).is_err());
    drop(read);
    let writer = now(lock.write());
    assert!(lock.try_read().is_err());
    drop(writer);
}
