//! `SetOnce`: the value reaches all who wait, and only one can set it.

mod by_hand;
mod sync_support;

use std::future::Future;
use std::task::Context;

use by_hand::{ByHand, now};
use sync_support::{cloned_by_an_intruder, intruder};
use toque::sync::{SetOnce, SetOnceError};

#[test]
fn the_value_wakes_all_who_wait() {
    let cell = SetOnce::new();
    let waiting = [cell.wait(), cell.wait()].map(ByHand::waiting);
    assert_eq!(cell.set(1), Ok(()));
    assert_eq!(waiting.map(|wait| *wait.ready_after_a_wake()), [1, 1]);
    assert_eq!(*now(cell.wait()), 1);
}

#[test]
fn the_second_value_comes_back() {
    let cell = SetOnce::from(1);
    assert_eq!(cell.set(2), Err(SetOnceError(2)));
    assert_eq!(cell.into_inner(), Some(1));
}

#[test]
fn a_cell_tells_whether_it_is_set_and_equals_its_clone() {
    let cell = SetOnce::new();
    assert!(!cell.initialized());
    assert_ne!(cell, SetOnce::from(1));
    cell.set(1).unwrap();
    assert!(cell.initialized());
    assert_eq!(cell.clone(), cell);
    assert_eq!(cell.clone().get(), Some(&1));
}

#[test]
fn one_who_is_cancelled_takes_nothing_along() {
    let cell = SetOnce::new();
    let first = ByHand::waiting(cell.wait());
    let second = ByHand::waiting(cell.wait());
    drop(first);
    cell.set(1).unwrap();
    assert_eq!(*second.ready_after_a_wake(), 1);
}

#[test]
fn a_value_set_on_another_thread_is_seen_here() {
    let cell = std::sync::Arc::new(SetOnce::new());
    let same = cell.clone();
    let setter = std::thread::spawn(move || same.set(String::from("soup")));
    assert_eq!(futures_lite::future::block_on(cell.wait()), "soup");
    setter.join().unwrap().unwrap();
}

#[test]
fn a_waker_may_use_the_cell_when_it_is_cloned_and_when_it_is_woken() {
    let cell: &'static SetOnce<u32> = Box::leak(Box::default());
    // Joins the list, if it is not set.
    let deed = || {
        let _ = ByHand::new(cell.wait()).poll();
    };
    let mut waiting = Box::pin(cell.wait());
    for waker in [cloned_by_an_intruder(deed), intruder(deed)] {
        let mut cx = Context::from_waker(&waker);
        assert!(waiting.as_mut().poll(&mut cx).is_pending());
    }
    cell.set(1).unwrap();
    assert_eq!(*now(waiting), 1);
}
