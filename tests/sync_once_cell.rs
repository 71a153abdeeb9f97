//! `OnceCell`: one makes the value, the others wait; and the next one makes it if that one goes.

mod by_hand;

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use by_hand::{ByHand, now};
use toque::sync::{OnceCell, SetError};

#[test]
fn one_makes_the_value_and_the_others_wait_for_it() {
    let cell = OnceCell::new();
    let mut turn = 0;
    let mut maker = ByHand::waiting(cell.get_or_init(|| {
        std::future::poll_fn(|_| {
            turn += 1;
            if turn < 2 {
                return std::task::Poll::Pending;
            }
            std::task::Poll::Ready(1)
        })
    }));
    let other = ByHand::waiting(cell.get_or_init(async || 2));
    assert!(maker.poll().is_ready());
    assert_eq!(*other.ready_after_a_wake(), 1);
}

#[test]
fn a_cancelled_initialiser_hands_over() {
    let cell = OnceCell::new();
    let first = ByHand::waiting(cell.get_or_init(pending));
    let second = ByHand::waiting(cell.get_or_init(async || 2));
    drop(first);
    assert_eq!(*second.ready_after_a_wake(), 2);
}

/// moonbitlang/async PR 160: the permit to make the value, given to one that is cancelled at once.
#[test]
fn one_who_is_to_take_over_and_is_cancelled_hands_over() {
    let cell = OnceCell::new();
    let first = ByHand::waiting(cell.get_or_init(pending));
    let second = ByHand::waiting(cell.get_or_init(async || 2));
    let third = ByHand::waiting(cell.get_or_init(async || 3));
    drop(first);
    assert!(second.is_woken());
    drop(second);
    assert_eq!(*third.ready_after_a_wake(), 3);
}

#[test]
fn a_failed_initialiser_hands_over() {
    let cell = OnceCell::new();
    assert_eq!(
        now(cell.get_or_try_init(async || Err("burnt"))),
        Err("burnt")
    );
    assert_eq!(now(cell.get_or_try_init(async || Ok::<_, ()>(1))), Ok(&1));
}

#[test]
fn an_initialiser_that_panics_hands_over() {
    let cell = OnceCell::new();
    let burnt = cell.get_or_init(async || panic!("burnt"));
    assert!(catch_unwind(AssertUnwindSafe(|| now(burnt))).is_err());
    assert_eq!(*now(cell.get_or_init(async || 1)), 1);
}

#[test]
fn set_tells_why_it_did_not() {
    let cell = OnceCell::new();
    let maker = ByHand::waiting(cell.get_or_init(pending));
    assert_eq!(cell.set(1), Err(SetError::InitializingError(1)));
    drop(maker);
    assert_eq!(cell.set(2), Ok(()));
    assert_eq!(cell.set(3), Err(SetError::AlreadyInitializedError(3)));
}

#[test]
fn the_two_reasons_are_told_apart() {
    let (is_full, is_made) = (
        SetError::AlreadyInitializedError(1),
        SetError::InitializingError(1),
    );
    assert!(is_full.is_already_init_err() && !is_full.is_initializing_err());
    assert!(is_made.is_initializing_err() && !is_made.is_already_init_err());
}

#[test]
fn a_cell_tells_whether_it_is_full_and_gives_its_value() {
    let mut cell = OnceCell::new();
    assert!(!cell.initialized());
    assert_eq!(cell.get_mut(), None);
    cell.set(1).unwrap();
    assert!(cell.initialized());
    *cell.get_mut().unwrap() += 1;
    assert_eq!(cell.into_inner(), Some(2));
}

#[test]
fn a_clone_is_equal_until_one_of_them_changes() {
    let cell = OnceCell::from(1);
    let mut other = cell.clone();
    assert_eq!(cell, other);
    *other.get_mut().unwrap() = 2;
    assert_ne!(cell, other);
    assert_ne!(cell, OnceCell::new());
}

#[test]
fn a_value_is_dropped_once() {
    let value = Rc::new(());
    let mut cell = OnceCell::from(value.clone());
    assert_eq!(Rc::strong_count(&value), 2);
    drop(cell.take());
    assert_eq!(Rc::strong_count(&value), 1);
    assert_eq!(cell.set(value.clone()), Ok(()));
    drop(cell.clone());
    drop(cell);
    assert_eq!(Rc::strong_count(&value), 1);
}

#[test]
fn a_cell_that_was_full_from_the_beginning_waits_for_nobody() {
    static CELL: OnceCell<i32> = OnceCell::const_new_with(1);
    assert_eq!(*now(CELL.get_or_init(async || 2)), 1);
    assert_eq!(CELL.set(3), Err(SetError::AlreadyInitializedError(3)));
}
