//! Tests of what only the inside can set up: a task that has spent its budget.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use super::{Mutex, Notify, Semaphore, mpsc, oneshot};
use crate::future::budget;

/// Polls once, for nobody: the wake goes nowhere.
fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls as a task does that has no operation left.
fn poll_exhausted<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    budget::refill();
    (0..budget::OPERATIONS).for_each(|_| budget::spend());
    let poll = poll(future);
    budget::unlimited();
    poll
}

/// How many times `operation` is ready in one poll of a task, of at most twice as many as a budget has.
fn operations_in_a_poll(mut operation: impl FnMut() -> bool) -> u32 {
    budget::refill();
    let count = (0..2 * budget::OPERATIONS).filter(|_| operation()).count();
    budget::unlimited();
    count as u32
}

#[test]
fn whatever_was_ready_is_an_operation() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    (0..200).for_each(|number| sender.send(number).unwrap());
    let recv = || poll(pin!(receiver.recv())).is_ready();
    assert_eq!(operations_in_a_poll(recv), budget::OPERATIONS);

    let (sender, _receiver) = mpsc::channel(1000);
    let send = || poll(pin!(sender.send(1))).is_ready();
    assert_eq!(operations_in_a_poll(send), budget::OPERATIONS);

    let answer = || {
        let (sender, receiver) = oneshot::channel();
        sender.send(1).unwrap();
        poll(pin!(receiver)).is_ready()
    };
    assert_eq!(operations_in_a_poll(answer), budget::OPERATIONS);

    let semaphore = Semaphore::new(1);
    let acquire = || poll(pin!(semaphore.acquire())).is_ready();
    assert_eq!(operations_in_a_poll(acquire), budget::OPERATIONS);

    let mutex = Mutex::new(());
    let lock = || poll(pin!(mutex.lock())).is_ready();
    assert_eq!(operations_in_a_poll(lock), budget::OPERATIONS);

    let notify = Notify::new();
    let notified = || {
        notify.notify_one();
        poll(pin!(notify.notified())).is_ready()
    };
    assert_eq!(operations_in_a_poll(notified), budget::OPERATIONS);
}

#[test]
fn a_receiver_that_is_never_empty_gives_way() {
    let (sender, mut receiver) = mpsc::channel(2);
    sender.try_send(1).unwrap();
    assert!(poll_exhausted(pin!(receiver.recv())).is_pending());
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(Some(1)));
}

/// tokio-rs/tokio#8365: who came first is first, also when it has to give way before it may go on.
#[test]
fn a_sender_that_has_spent_its_budget_keeps_its_turn() {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut first = pin!(sender.send(1));
    assert!(poll_exhausted(first.as_mut()).is_pending());
    let mut second = pin!(sender.send(2));
    assert!(poll(second.as_mut()).is_pending());
    assert!(poll(first).is_ready());
    assert_eq!(receiver.try_recv(), Ok(1));
    assert!(poll(second).is_ready());
    assert_eq!(receiver.try_recv(), Ok(2));
}

#[test]
fn a_sender_that_gives_way_and_is_dropped_gives_its_place_up() {
    let (sender, _receiver) = mpsc::channel::<u32>(1);
    let mut first = Box::pin(sender.reserve());
    assert!(poll_exhausted(first.as_mut()).is_pending());
    assert_eq!(sender.capacity(), 0);
    drop(first);
    assert_eq!(sender.capacity(), 1);
}

#[test]
fn a_sender_that_gives_way_again_has_one_place() {
    let (sender, _receiver) = mpsc::channel::<u32>(1);
    let mut first = Box::pin(sender.reserve());
    assert!(poll_exhausted(first.as_mut()).is_pending());
    assert!(poll_exhausted(first.as_mut()).is_pending());
    drop(first);
    assert_eq!(sender.capacity(), 1);
}

#[test]
fn one_whose_budget_is_spent_keeps_the_permit_and_passes_it_on_if_dropped() {
    let semaphore = Semaphore::new(1);
    let mut first = Box::pin(semaphore.acquire());
    let mut second = Box::pin(semaphore.acquire());
    assert!(poll_exhausted(first.as_mut()).is_pending());
    assert!(semaphore.try_acquire().is_err());
    assert!(poll(second.as_mut()).is_pending());
    drop(first);
    assert!(poll(second.as_mut()).is_ready());
}

#[test]
fn one_whose_budget_is_spent_keeps_the_notification_and_passes_it_on_if_dropped() {
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
