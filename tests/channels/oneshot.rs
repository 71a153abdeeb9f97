//! What a oneshot does, of whichever family: one value, two ends, and every order in which they can meet or miss each
//! other.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::family::oneshot::{self, error::TryRecvError};
use crate::sync_support::{
    Drops, Polled, cloned_by_an_intruder, intruder, now, panicking_waker, panics,
};

#[test]
fn a_value_is_received_once_it_was_sent() {
    let (sender, receiver) = oneshot::channel();
    let mut receiver = Polled::new(receiver);
    assert!(receiver.poll().is_pending());
    assert_eq!(sender.send(1), Ok(()));
    assert_eq!(receiver.wakes(), 1);
    assert_eq!(receiver.poll(), Poll::Ready(Ok(1)));
}

#[test]
fn a_sender_that_is_dropped_ends_the_wait() {
    let (sender, receiver) = oneshot::channel::<u32>();
    let mut receiver = Polled::new(receiver);
    assert!(receiver.poll().is_pending());
    drop(sender);
    assert_eq!(receiver.wakes(), 1);
    assert!(matches!(receiver.poll(), Poll::Ready(Err(_))));
}

#[test]
fn a_value_comes_back_if_the_receiver_is_gone() {
    let (sender, receiver) = oneshot::channel();
    assert!(!sender.is_closed());
    drop(receiver);
    assert!(sender.is_closed());
    assert_eq!(sender.send(1), Err(1));
}

#[test]
fn a_value_sent_before_the_close_is_still_received() {
    let (sender, mut receiver) = oneshot::channel();
    sender.send(1).unwrap();
    receiver.close();
    assert!(!receiver.is_empty());
    assert_eq!(receiver.try_recv(), Ok(1));
}

#[test]
fn a_closed_receiver_ends_without_its_sender() {
    let (sender, mut receiver) = oneshot::channel();
    receiver.close();
    assert!(now(&mut receiver).is_err());
    assert_eq!(sender.send(1), Err(1));
}

#[test]
fn try_recv_tells_not_yet_from_never() {
    let (sender, mut receiver) = oneshot::channel::<u32>();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert!(receiver.is_empty() && !receiver.is_terminated());
    drop(sender);
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
    assert!(receiver.is_empty() && receiver.is_terminated());
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
    receiver.close(); // harmless
}

#[test]
#[should_panic = "polled after it was ready"]
fn a_poll_after_the_end_panics() {
    let (sender, mut receiver) = oneshot::channel();
    sender.send(1).unwrap();
    assert_eq!(receiver.try_recv(), Ok(1));
    let _ = now(receiver);
}

#[test]
fn closed_hears_of_a_close_and_of_a_drop() {
    for close in [true, false] {
        let (mut sender, mut receiver) = oneshot::channel::<u32>();
        let mut closed = Polled::new(sender.closed());
        assert!(closed.poll().is_pending());
        if close {
            receiver.close();
        } else {
            drop(receiver);
        }
        assert_eq!(closed.wakes(), 1);
        assert!(closed.poll().is_ready());
    }
}

#[test]
fn the_last_task_that_polled_is_woken() {
    let (sender, receiver) = oneshot::channel();
    let mut receiver = Polled::new(receiver);
    assert!(receiver.poll().is_pending());
    assert_eq!(receiver.wakers(), 1);
    assert!(receiver.poll().is_pending());
    assert_eq!(receiver.wakers(), 1);
    receiver.move_to_another_task();
    assert!(receiver.poll().is_pending());
    sender.send(1).unwrap();
    assert_eq!(receiver.wakes(), 1);
}

#[test]
fn a_wait_that_is_cancelled_loses_no_value() {
    let (sender, mut receiver) = oneshot::channel();
    let mut first = Polled::new(&mut receiver);
    assert!(first.poll().is_pending());
    drop(first);
    sender.send(1).unwrap();
    assert_eq!(now(receiver), Ok(1));
}

/// moonbitlang/async PR 160, for oneshot: woken, then cancelled.
#[test]
fn a_wait_that_is_woken_and_cancelled_swallows_no_value() {
    let (sender, mut receiver) = oneshot::channel();
    let mut first = Polled::new(&mut receiver);
    assert!(first.poll().is_pending());
    sender.send(1).unwrap();
    assert_eq!(first.wakes(), 1);
    drop(first);
    assert_eq!(now(receiver), Ok(1));
}

#[test]
fn a_value_is_dropped_once_wherever_it_ends() {
    let drops = Drops::default();
    let (sender, receiver) = oneshot::channel();
    assert!(sender.send(drops.value()).is_ok());
    assert_eq!(drops.count(), 0);
    drop(receiver); // by the receiver that did not take it
    assert_eq!(drops.count(), 1);

    let (sender, receiver) = oneshot::channel();
    drop(receiver);
    drop(sender.send(drops.value())); // by the sender that got it back
    assert_eq!(drops.count(), 2);

    let (sender, receiver) = oneshot::channel();
    assert!(sender.send(drops.value()).is_ok());
    drop(now(receiver)); // by who received it
    assert_eq!(drops.count(), 3);
}

#[test]
fn both_ends_let_go_of_their_wakers() {
    let (mut sender, receiver) = oneshot::channel::<u32>();
    let mut receiver = Polled::new(receiver);
    assert!(receiver.poll().is_pending());
    let mut closed = Polled::new(sender.closed());
    assert!(closed.poll().is_pending());
    assert_eq!((receiver.wakers(), closed.wakers()), (1, 1));
    drop(closed);
    drop(sender);
    assert_eq!(receiver.wakers(), 0);
}

/// tokio-rs/tokio#7884: a sender that lived on kept the waker, and with it the memory of the task.
#[test]
fn a_receiver_that_is_closed_or_dropped_leaves_no_waker_behind() {
    for close in [true, false] {
        let (sender, receiver) = oneshot::channel::<u32>();
        let receiver = RefCell::new(Some(receiver));
        let mut wait = Polled::new(poll_fn(|cx| {
            let mut receiver = receiver.borrow_mut();
            Pin::new(receiver.as_mut().unwrap()).poll(cx)
        }));
        assert!(wait.poll().is_pending());
        assert_eq!(wait.wakers(), 1);
        if close {
            receiver.borrow_mut().as_mut().unwrap().close();
        } else {
            receiver.take();
        }
        assert_eq!(wait.wakers(), 0);
        drop(sender);
    }
}

#[test]
fn a_waker_that_panics_keeps_no_value_from_its_receiver() {
    let (sender, mut receiver) = oneshot::channel();
    let waker = panicking_waker();
    let mut cx = Context::from_waker(&waker);
    assert!(Pin::new(&mut receiver).poll(&mut cx).is_pending());
    assert!(panics(|| sender.send(1).unwrap()));
    assert_eq!(receiver.try_recv(), Ok(1));
}

/// A waker is foreign code: here its drop sends, on the channel whose receiver lets go of it.
#[test]
fn a_waker_may_use_the_channel_when_it_is_dropped() {
    let (sender, mut receiver) = oneshot::channel();
    let sender = RefCell::new(Some(sender));
    let waker = intruder(move || {
        let sender = sender.take();
        sender.unwrap().send(1).unwrap();
    });
    let poll = Pin::new(&mut receiver).poll(&mut Context::from_waker(&waker));
    assert!(poll.is_pending());
    drop(waker);
    let mut receiver = Polled::new(receiver);
    assert!(receiver.poll().is_pending()); // drops the other waker, which sends
    assert_eq!(receiver.wakes(), 1);
    assert_eq!(receiver.poll(), Poll::Ready(Ok(1)));
}

/// Here its wake receives, within the send.
#[test]
fn a_waker_may_use_the_channel_when_it_is_woken() {
    let (sender, receiver) = oneshot::channel();
    let receiver = Rc::new(RefCell::new(receiver));
    let same = receiver.clone();
    let received = Rc::new(Cell::new(None));
    let answer = received.clone();
    let waker = intruder(move || answer.set(answer.get().or(same.borrow_mut().try_recv().ok())));
    let mut cx = Context::from_waker(&waker);
    let poll = Pin::new(&mut *receiver.borrow_mut()).poll(&mut cx);
    assert!(poll.is_pending());
    sender.send(1).unwrap();
    assert_eq!(received.get(), Some(1));
}

#[test]
fn a_waker_of_the_sender_may_drop_the_sender() {
    let (sender, receiver) = oneshot::channel::<u32>();
    let sender = Rc::new(RefCell::new(Some(sender)));
    let same = sender.clone();
    let waker = intruder(move || drop(same.take()));
    let mut cx = Context::from_waker(&waker);
    let poll = sender.borrow_mut().as_mut().unwrap().poll_closed(&mut cx);
    assert!(poll.is_pending());
    drop(receiver);
    assert!(sender.borrow().is_none());
}

#[test]
fn a_waker_of_the_sender_may_use_the_channel_that_was_closed() {
    let (sender, mut receiver) = oneshot::channel::<u32>();
    let sender = Rc::new(RefCell::new(sender));
    let (same, closed) = (sender.clone(), Rc::new(Cell::new(false)));
    let seen = closed.clone();
    let waker = intruder(move || seen.set(same.borrow().is_closed()));
    let mut cx = Context::from_waker(&waker);
    assert!(sender.borrow_mut().poll_closed(&mut cx).is_pending());
    receiver.close();
    assert!(closed.get());
}

#[test]
fn a_waker_may_use_the_channel_when_it_is_cloned() {
    let (sender, receiver) = oneshot::channel::<u32>();
    let sender = Rc::new(RefCell::new(Some(sender)));
    let same = sender.clone();
    let waker = cloned_by_an_intruder(move || {
        if let Some(sender) = same.take() {
            sender.send(1).unwrap();
        }
    });
    let mut cx = Context::from_waker(&waker);
    assert_eq!(
        Box::pin(receiver).as_mut().poll(&mut cx),
        Poll::Ready(Ok(1))
    );
    assert!(sender.borrow().is_none());
}
