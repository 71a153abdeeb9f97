//! The barrier: all or none, again and again.

mod by_hand;
mod sync_support;

use std::cell::RefCell;
use std::future::Future;
use std::task::Context;

use by_hand::{ByHand, now, shown_to_an_intruder};
use sync_support::{cloned_by_an_intruder, intruder};
use toque::sync::Barrier;

#[test]
fn the_last_to_come_leads_and_wakes_the_others() {
    let barrier = Barrier::new(3);
    for _ in 0..2 {
        let waiting = [barrier.wait(), barrier.wait()].map(ByHand::waiting);
        assert!(now(barrier.wait()).is_leader());
        let led = waiting.map(|wait| wait.ready_after_a_wake().is_leader());
        assert_eq!(led, [false, false]);
    }
}

#[test]
fn a_poll_before_all_have_come_lets_nobody_go() {
    let barrier = Barrier::new(2);
    let mut first = ByHand::waiting(barrier.wait());
    assert!(first.poll().is_pending());
    assert!(now(barrier.wait()).is_leader());
    assert!(!first.ready_after_a_wake().is_leader());
}

#[test]
fn a_barrier_for_none_is_one_for_one() {
    assert!(now(Barrier::new(0).wait()).is_leader());
}

#[test]
fn those_of_the_next_round_are_not_counted_in_this_one() {
    let barrier = Barrier::new(2);
    let first = ByHand::waiting(barrier.wait());
    assert!(now(barrier.wait()).is_leader());
    let next = ByHand::waiting(barrier.wait());
    drop(first);
    assert!(!next.is_woken());
    assert!(now(barrier.wait()).is_leader());
    assert!(!next.ready_after_a_wake().is_leader());
}

#[test]
fn one_who_leaves_has_not_come() {
    let barrier = Barrier::new(2);
    drop(ByHand::waiting(barrier.wait()));
    let first = ByHand::waiting(barrier.wait());
    assert!(now(barrier.wait()).is_leader());
    assert!(!first.ready_after_a_wake().is_leader());
}

/// Seen to fail: it hung, since the lock was held meanwhile.
#[test]
fn a_formatter_may_use_the_barrier_it_shows() {
    let barrier = Barrier::new(2);
    let text = shown_to_an_intruder(&barrier, |barrier| drop(ByHand::waiting(barrier.wait())));
    assert!(text.contains("arrived: 0"), "{text}");
}

#[test]
fn a_waker_may_use_the_barrier_when_it_is_cloned_and_when_it_is_woken() {
    let barrier: &'static Barrier = Box::leak(Box::new(Barrier::new(3)));
    let deed = || drop(ByHand::waiting(barrier.wait())); // comes, and has not come
    let mut waiting = Box::pin(barrier.wait());
    for waker in [cloned_by_an_intruder(deed), intruder(deed)] {
        let mut cx = Context::from_waker(&waker);
        assert!(waiting.as_mut().poll(&mut cx).is_pending());
    }
    let second = ByHand::waiting(barrier.wait());
    assert!(now(barrier.wait()).is_leader());
    assert!(!now(waiting).is_leader());
    assert!(!second.ready_after_a_wake().is_leader());
}

/// Whoever comes while the others are let go is one of the next.
#[test]
fn one_who_comes_while_the_others_are_woken_is_of_the_next_round() {
    let barrier: &'static Barrier = Box::leak(Box::new(Barrier::new(2)));
    let next: &'static RefCell<Vec<_>> = Box::leak(Box::default());
    let waker = intruder(|| {
        if next.borrow().is_empty() {
            next.borrow_mut().push(ByHand::waiting(barrier.wait()));
        }
    });
    let mut waiting = Box::pin(barrier.wait());
    let mut cx = Context::from_waker(&waker);
    assert!(waiting.as_mut().poll(&mut cx).is_pending());
    assert!(now(barrier.wait()).is_leader());
    assert!(!now(waiting).is_leader());
    assert!(now(barrier.wait()).is_leader());
    let next = next.borrow_mut().pop().unwrap();
    assert!(!next.ready_after_a_wake().is_leader());
}
