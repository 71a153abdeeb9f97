//! What a mutex does, of whichever family: who has the value, who is next, and what becomes of it when the next one has
//! gone.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Waker};

use crate::by_hand::{ByHand, now};
use crate::family::{MappedMutexGuard, Mutex, MutexGuard};
use crate::sync_support::intruder;

#[test]
fn the_value_goes_to_those_who_came_first() {
    let mutex = Mutex::new(0);
    let mut guard = now(mutex.lock());
    let first = ByHand::waiting(mutex.lock());
    let second = ByHand::waiting(mutex.lock());
    *guard += 1;
    drop(guard);
    assert!(mutex.try_lock().is_err(), "it is the turn of the first");
    assert_eq!((first.wakes(), second.wakes()), (1, 0));
    assert_eq!(*first.ready_after_a_wake(), 1);
    assert_eq!(*second.ready_after_a_wake(), 1);
}

/// moonbitlang/async PR 160: woken, and cancelled at once, it swallowed its turn.
#[test]
fn one_who_is_woken_and_cancelled_passes_the_lock_on() {
    let mutex = Mutex::new(());
    let guard = now(mutex.lock());
    let first = ByHand::waiting(mutex.lock());
    let second = ByHand::waiting(mutex.lock());
    drop(guard);
    assert!(first.is_woken());
    drop(first);
    drop(second.ready_after_a_wake());
    assert!(mutex.try_lock().is_ok());
}

#[test]
fn one_who_is_cancelled_in_the_queue_leaves_it() {
    let mutex = Mutex::new(());
    let guard = now(mutex.lock());
    let first = ByHand::waiting(mutex.lock());
    let second = ByHand::waiting(mutex.lock());
    drop(first);
    drop(guard);
    drop(second.ready_after_a_wake());
    assert!(mutex.try_lock().is_ok());
}

#[test]
fn a_panic_with_the_guard_unlocks() {
    let mutex = Mutex::new(1);
    let result = catch_unwind(AssertUnwindSafe(|| {
        let _guard = mutex.try_lock().unwrap();
        panic!("in the kitchen");
    }));
    assert!(result.is_err());
    assert_eq!(*mutex.try_lock().unwrap(), 1);
}

#[test]
fn a_panic_in_map_unlocks() {
    let mutex = Mutex::new(1);
    let guard = mutex.try_lock().unwrap();
    let map = || MutexGuard::map(guard, |_| -> &mut i32 { panic!("in map") });
    assert!(catch_unwind(AssertUnwindSafe(|| drop(map()))).is_err());
    assert!(mutex.try_lock().is_ok());
}

#[test]
fn a_mapped_guard_holds_the_lock_until_it_is_dropped() {
    let mutex = Mutex::new((1, [2, 3]));
    let array = MutexGuard::map(mutex.try_lock().unwrap(), |value| &mut value.1);
    let mut slice = MappedMutexGuard::map(array, |array| &mut array[..]);
    slice[0] = 4;
    assert!(mutex.try_lock().is_err());
    let first = MappedMutexGuard::try_map(slice, |slice| slice.get_mut(0)).unwrap();
    assert_eq!(format!("{first:?} {first}"), "4 4");
    drop(first);
    assert_eq!(mutex.try_lock().unwrap().1, [4, 3]);
}

#[test]
fn a_value_without_a_size_can_be_locked() {
    let mutex: Box<Mutex<[i32]>> = Box::new(Mutex::new([1, 2, 3]));
    assert_eq!(now(mutex.lock()).len(), 3);
}

#[test]
fn a_locked_mutex_can_be_printed() {
    let mutex = Mutex::new("soup");
    assert_eq!(format!("{mutex:?}"), r#"Mutex { data: "soup" }"#);
    let _guard = mutex.try_lock().unwrap();
    assert_eq!(format!("{mutex:?}"), "Mutex { data: <locked> }");
}

#[test]
fn a_waker_may_use_the_mutex_it_waits_for() {
    let mutex: &'static Mutex<u32> = Box::leak(Box::new(Mutex::new(0)));
    let poll = |lock: Pin<&mut _>| {
        let waker = intruder(|| drop(mutex.try_lock()));
        Future::poll(lock, &mut Context::from_waker(&waker))
    };
    let guard = now(mutex.lock());
    let (mut first, mut second) = (Box::pin(mutex.lock()), Box::pin(mutex.lock()));
    for _ in 0..2 {
        assert!(poll(first.as_mut()).is_pending());
        assert!(poll(second.as_mut()).is_pending());
    }
    drop(guard);
    drop(first); // its turn, and with it that of the second
    assert!(poll(second.as_mut()).is_ready());
}

/// Here its wake is the next poll: the borrow must have ended before the lock is handed on.
#[test]
fn a_waker_may_take_the_lock_when_it_is_woken() {
    let mutex: &'static Mutex<u32> = Box::leak(Box::new(Mutex::new(0)));
    let guard = now(mutex.lock());
    let lock = &*Box::leak(Box::new(RefCell::new(Box::pin(mutex.lock()))));
    let taken: &'static Cell<bool> = Box::leak(Box::default());
    let waker = intruder(|| {
        if !taken.get() {
            let mut cx = Context::from_waker(Waker::noop());
            taken.set(lock.borrow_mut().as_mut().poll(&mut cx).is_ready());
        }
    });
    let mut cx = Context::from_waker(&waker);
    assert!(lock.borrow_mut().as_mut().poll(&mut cx).is_pending());
    drop(guard);
    assert!(taken.get());
}

/// A value is foreign code too: here it uses the mutex while it is replaced, and so dropped, under the lock.
#[test]
fn a_value_may_use_the_mutex_when_it_is_dropped() {
    struct Curious(&'static Mutex<Option<Curious>>);
    impl Drop for Curious {
        fn drop(&mut self) {
            assert!(self.0.try_lock().is_err());
        }
    }
    let mutex: &'static Mutex<Option<Curious>> = Box::leak(Box::default());
    *now(mutex.lock()) = Some(Curious(mutex));
    *now(mutex.lock()) = None;
    assert!(now(mutex.lock()).is_none());
}
