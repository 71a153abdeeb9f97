//! The mutex across threads: all that `channels/mutex.rs` says of both families, and what only this one has.

#[path = "channels/mutex.rs"]
mod both_families;
mod by_hand;
mod sync_support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use by_hand::{ByHand, now};
use toque::sync as family;
use toque::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};

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
#[test]
fn one_who_is_cancelled_in_the_queue_lets_go_of_the_mutex() {
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
fn a_panic_in_map_of_an_owned_guard_unlocks() {
    let mutex = Arc::new(Mutex::new(1));
    let guard = mutex.clone().try_lock_owned().unwrap();
    let map = || OwnedMutexGuard::map(guard, |_| -> &mut i32 { panic!("in map") });
    assert!(catch_unwind(AssertUnwindSafe(|| drop(map()))).is_err());
    assert!(mutex.try_lock().is_ok());
}

#[test]
fn a_value_without_a_size_can_be_locked_by_an_owned_guard() {
    let mutex: Arc<Mutex<[i32]>> = Arc::new(Mutex::new([1, 2, 3]));
    assert_eq!(now(mutex.lock_owned()).len(), 3);
}
