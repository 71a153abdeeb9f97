//! `Notify` and the budget of the task that waits.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::Notify;
use crate::future::budget;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls as a task does that has no operation left.
fn poll_exhausted<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    budget::refill();
    for _ in 0..budget::OPERATIONS {
        budget::spend();
    }
    let poll = poll(future);
    budget::unlimited();
    poll
}

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
fn an_enabled_future_has_received_it_whatever_the_budget() {
    let notify = Notify::new();
    notify.notify_one();
    let mut notified = Box::pin(notify.notified());
    assert!(notified.as_mut().enable());
    drop(notified);
    assert!(poll(std::pin::pin!(notify.notified())).is_pending());
}
