//! Tests of what only the inside can set up: a task that has spent its budget.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use super::channel;
use super::state::{SPARE, State};
use crate::future::budget;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// As within a task of which the budget is spent.
fn without_budget<R>(action: impl FnOnce() -> R) -> R {
    budget::refill();
    (0..budget::OPERATIONS).for_each(|_| budget::spend());
    let result = action();
    budget::unlimited();
    result
}

#[test]
fn a_receiver_that_is_never_empty_gives_way() {
    let (sender, mut receiver) = channel(2);
    sender.try_send(1).unwrap();
    without_budget(|| assert!(poll(pin!(receiver.recv())).is_pending()));
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(Some(1)));
}

#[test]
fn an_operation_that_was_ready_spends_the_budget() {
    let (sender, mut receiver) = channel(1);
    budget::refill();
    let mut operations = 0;
    while poll(pin!(sender.send(1))).is_ready() && poll(pin!(receiver.recv())).is_ready() {
        operations += 2;
    }
    budget::unlimited();
    assert_eq!(operations, budget::OPERATIONS);
}

/// tokio-rs/tokio#8365, for channels: who came first is first, also when it has to give way before it may send.
#[test]
fn a_sender_that_has_spent_its_budget_keeps_its_turn() {
    let (sender, mut receiver) = channel(1);
    let mut first = pin!(sender.send(1));
    without_budget(|| assert!(poll(first.as_mut()).is_pending()));
    let mut second = pin!(sender.send(2));
    assert!(poll(second.as_mut()).is_pending());
    assert!(poll(first).is_ready());
    assert_eq!(receiver.try_recv(), Ok(1));
    assert!(poll(second).is_ready());
    assert_eq!(receiver.try_recv(), Ok(2));
}

#[test]
fn a_sender_that_gives_way_and_is_dropped_gives_its_place_up() {
    let (sender, _receiver) = channel::<u32>(1);
    let mut first = Box::pin(sender.reserve());
    without_budget(|| assert!(poll(first.as_mut()).is_pending()));
    assert_eq!(sender.capacity(), 0);
    drop(first);
    assert_eq!(sender.capacity(), 1);
}

#[test]
fn a_sender_that_gives_way_again_has_one_place() {
    let (sender, _receiver) = channel::<u32>(1);
    let mut first = Box::pin(sender.reserve());
    for _ in 0..2 {
        without_budget(|| assert!(poll(first.as_mut()).is_pending()));
    }
    drop(first);
    assert_eq!(sender.capacity(), 1);
}

/// A burst is not paid for ever.
#[test]
fn a_drained_queue_gives_its_memory_back() {
    let (sender, mut receiver) = super::unbounded_channel();
    (0..10_000).for_each(|number| sender.send(number).unwrap());
    while receiver.try_recv().is_ok() {}
    assert_eq!(receiver.0.look(State::spare), 0);
}

#[test]
fn a_drained_queue_of_the_usual_size_keeps_its_memory() {
    let (sender, mut receiver) = super::unbounded_channel();
    (0..SPARE).for_each(|number| sender.send(number).unwrap());
    while receiver.try_recv().is_ok() {}
    assert_eq!(receiver.0.look(State::spare), SPARE);
}
