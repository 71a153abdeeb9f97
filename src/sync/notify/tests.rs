//! `Notify` and the budget of the task that waits.

use std::pin::pin;

use super::Notify;
use crate::sync::test_tools::{poll, poll_exhausted};

#[test]
fn one_whose_budget_is_spent_keeps_the_notification() {
    let notify = Notify::new();
    notify.notify_one();
    let mut first = Box::pin(notify.notified());
    let mut second = Box::pin(notify.notified());
    assert!(poll_exhausted(first.as_mut()).is_pending());
    assert!(poll(second.as_mut()).is_pending());
    assert!(poll(first.as_mut()).is_ready());
}

#[test]
fn one_whose_budget_is_spent_and_is_cancelled_passes_it_on() {
    let notify = Notify::new();
    notify.notify_one();
    let mut first = Box::pin(notify.notified());
    let mut second = Box::pin(notify.notified());
    assert!(poll_exhausted(first.as_mut()).is_pending());
    assert!(poll(second.as_mut()).is_pending());
    drop(first);
    assert!(poll(second.as_mut()).is_ready());
}

#[test]
fn one_whose_budget_is_spent_and_is_cancelled_passes_no_broadcast_on() {
    let notify = Notify::new();
    let mut first = Box::pin(notify.notified());
    notify.notify_waiters();
    assert!(poll_exhausted(first.as_mut()).is_pending());
    drop(first);
    assert!(poll(pin!(notify.notified())).is_pending());
}

#[test]
fn an_enabled_future_has_received_it_whatever_the_budget() {
    let notify = Notify::new();
    notify.notify_one();
    let mut notified = Box::pin(notify.notified());
    assert!(notified.as_mut().enable());
    drop(notified);
    assert!(poll(pin!(notify.notified())).is_pending());
}
