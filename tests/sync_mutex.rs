//! The mutex: who has the value, who is next, and what becomes of it when the next one has gone.

mod by_hand;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use by_hand::{ByHand, now};
use toque::sync::{MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard};

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
    let mutex = Arc::new(Mutex::new(()));
    let guard = now(mutex.clone().lock_owned());
    let first = ByHand::waiting(mutex.clone().lock_owned());
    let second = ByHand::waiting(mutex.clone().lock_owned());
    drop(first);
    drop(guard);
    drop(second.ready_after_a_wake());
    assert_eq!(Arc::strong_count(&mutex), 1);
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
    let mutex = Arc::new(Mutex::new(1));
    let guard = mutex.try_lock().unwrap();
    let map = || MutexGuard::map(guard, |_| -> &mut i32 { panic!("in map") });
    assert!(catch_unwind(AssertUnwindSafe(|| drop(map()))).is_err());
    let guard = mutex.clone().try_lock_owned().unwrap();
    let map = || OwnedMutexGuard::map(guard, |_| -> &mut i32 { panic!("in map") });
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
fn an_owned_mapped_guard_keeps_the_mutex_alive() {
    let mutex = Arc::new(Mutex::new(String::from("soup")));
    let guard = mutex.clone().try_lock_owned().unwrap();
    let text = OwnedMutexGuard::map(guard, |text| text.as_mut_str());
    let text = OwnedMappedMutexGuard::try_map(text, |_| None::<&mut str>).unwrap_err();
    assert!(mutex.try_lock().is_err());
    drop(mutex);
    assert_eq!(&*text, "soup");
}

#[test]
fn a_value_without_a_size_can_be_locked() {
    let mutex: Arc<Mutex<[i32]>> = Arc::new(Mutex::new([1, 2, 3]));
    assert_eq!(now(mutex.lock()).len(), 3);
    assert_eq!(now(mutex.lock_owned()).len(), 3);
}

#[test]
fn a_locked_mutex_can_be_printed() {
    let mutex = Mutex::new("soup");
    assert_eq!(format!("{mutex:?}"), r#"Mutex { data: "soup" }"#);
    let _guard = mutex.try_lock().unwrap();
    assert_eq!(format!("{mutex:?}"), "Mutex { data: <locked> }");
}

#[test]
fn blocked_threads_have_the_value_one_at_a_time() {
    let mutex = Arc::new(Mutex::new(0));
    let threads = [0; 4].map(|_| {
        let mutex = mutex.clone();
        std::thread::spawn(move || {
            for _ in 0..100 {
                *mutex.blocking_lock() += 1;
                *mutex.clone().blocking_lock_owned() += 1;
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(*now(mutex.lock()), 800);
}
