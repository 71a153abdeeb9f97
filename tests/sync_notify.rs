//! `Notify`: whom a notification reaches, and where it goes when that one has gone.

mod by_hand;

use std::pin::pin;
use std::sync::Arc;

use by_hand::{ByHand, now};
use toque::sync::Notify;

#[test]
fn one_notification_is_stored_and_no_more() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_one();
    now(notify.notified());
    drop(ByHand::waiting(notify.notified()));
}

#[test]
fn notify_one_takes_the_first_and_notify_last_the_last() {
    let notify = Notify::new();
    let waiters = [0; 4].map(|_| ByHand::waiting(notify.notified()));
    notify.notify_one();
    notify.notify_last();
    assert_eq!(waiters.each_ref().map(ByHand::wakes), [1, 0, 0, 1]);
}

/// moonbitlang/async PR 160: woken, and cancelled at once, it swallowed the notification.
#[test]
fn one_who_is_notified_and_cancelled_passes_it_on() {
    let notify = Notify::new();
    let first = ByHand::waiting(notify.notified());
    let second = ByHand::waiting(notify.notified());
    notify.notify_one();
    drop(first);
    second.ready_after_a_wake();
    drop(ByHand::waiting(notify.notified()));
}

#[test]
fn the_last_to_be_notified_passes_it_on_to_the_last() {
    let notify = Notify::new();
    let first = ByHand::waiting(notify.notified());
    let middle = ByHand::waiting(notify.notified());
    let last = ByHand::waiting(notify.notified());
    notify.notify_last();
    drop(last);
    assert_eq!((first.wakes(), middle.wakes()), (0, 1));
}

#[test]
fn a_notification_that_nobody_is_left_for_is_stored() {
    let notify = Arc::new(Notify::new());
    let only = ByHand::waiting(notify.clone().notified_owned());
    notify.notify_one();
    drop(only);
    now(notify.notified());
}

#[test]
fn one_who_is_cancelled_in_the_queue_leaves_it() {
    let notify = Notify::new();
    let first = ByHand::waiting(notify.notified());
    let second = ByHand::waiting(notify.notified());
    drop(first);
    notify.notify_one();
    second.ready_after_a_wake();
}

#[test]
fn notify_waiters_reaches_all_that_exist_and_stores_nothing() {
    let notify = Notify::new();
    let waiting = ByHand::waiting(notify.notified());
    let unpolled = notify.notified();
    notify.notify_waiters();
    waiting.ready_after_a_wake();
    now(unpolled);
    drop(ByHand::waiting(notify.notified()));
}

#[test]
fn one_who_is_notified_with_all_and_cancelled_passes_nothing_on() {
    let notify = Notify::new();
    let first = ByHand::waiting(notify.notified());
    notify.notify_waiters();
    drop(first);
    drop(ByHand::waiting(notify.notified()));
}

#[test]
fn a_notification_for_one_survives_one_for_all() {
    let notify = Notify::new();
    let chosen = ByHand::waiting(notify.notified());
    notify.notify_one();
    notify.notify_waiters();
    let late = ByHand::waiting(notify.notified());
    drop(chosen);
    late.ready_after_a_wake();
}

#[test]
fn an_unpolled_future_leaves_the_stored_notification_to_another() {
    let notify = Notify::new();
    let notified = notify.notified();
    notify.notify_waiters();
    notify.notify_one();
    now(notified);
    now(notify.notified());
}

#[test]
fn an_enabled_future_is_in_the_queue() {
    let notify = Notify::new();
    let mut notified = pin!(notify.notified());
    assert!(!notified.as_mut().enable());
    notify.notify_one();
    drop(ByHand::waiting(notify.notified()));
    assert!(notified.as_mut().enable());
    now(notified);
}

#[test]
fn an_enabled_future_keeps_the_waker_it_was_polled_with() {
    let notify = Notify::new();
    let mut notified = Box::pin(notify.notified());
    let by_hand = ByHand::waiting(std::future::poll_fn(|cx| notified.as_mut().poll(cx)));
    drop(by_hand);
    assert!(!notified.as_mut().enable());
    let by_hand = ByHand::waiting(std::future::poll_fn(|cx| {
        let poll = notified.as_mut().poll(cx);
        let enabled = notified.as_mut().enable();
        assert_eq!(poll.is_ready(), enabled);
        poll
    }));
    notify.notify_one();
    by_hand.ready_after_a_wake();
}
