//! What the tests of the locks have in common: futures polled inside and outside of a budget.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::future::budget;

/// Polls once, for nobody: the wake goes nowhere.
pub(super) fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls as a task does that has no operation left.
pub(super) fn poll_exhausted<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    budget::refill();
    for _ in 0..budget::OPERATIONS {
        budget::spend();
    }
    let poll = poll(future);
    budget::unlimited();
    poll
}
