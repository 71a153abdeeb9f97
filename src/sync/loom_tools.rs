//! What the models of the locks have in common: how far loom looks, and futures polled by hand.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

pub(super) use loom::future::block_on;
pub(super) use loom::thread::spawn;

/// Runs `model` in every order of its threads with at most three preemptions: more takes minutes and has found nothing.
pub(super) fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

/// Polls once, for nobody: the wake goes nowhere.
pub(super) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
