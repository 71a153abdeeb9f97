//! The channel behind all handles of mpsc: the state in its cell, and what must happen after the borrow.
//! The ends count themselves, so that the last sender ends the queue and the receiver's drop empties it.

use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use super::error::{TryRecvError, TrySendError};
use crate::future::budget;
use crate::local::listener::Listener;
use crate::local::seat;
use crate::sync::mpsc::state::State;
use crate::waker::WakeList;

pub(super) struct Channel<T>(pub(super) RefCell<State<T>>);

/// Makes a channel with its first two ends.
pub(super) fn channel<T>(capacity: usize) -> (SenderEnd<T>, ReceiverEnd<T>) {
    let channel = Rc::new(Channel(RefCell::new(State::new(capacity))));
    (SenderEnd(channel.clone()), ReceiverEnd(channel))
}

impl<T> Channel<T> {
    #[inline]
    pub(super) fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        let sent = self.0.borrow_mut().try_send(value);
        seat::wake(sent?);
        Ok(())
    }

    /// Sends into a place that was promised before.
    pub(super) fn send_promised(&self, value: T) {
        let kept = self.0.borrow_mut().keep_promise(value);
        // a value that comes back has found no receiver, and is dropped
        seat::wake(kept.ok().flatten());
    }

    /// Gives up `places` that were promised before.
    pub(super) fn take_back(&self, places: usize) {
        self.change(|state, wakers| state.take_back(places, wakers));
    }

    pub(super) fn try_recv(&self) -> Result<T, TryRecvError> {
        let next = self.0.borrow_mut().next();
        let received = next.ok_or(TryRecvError::Empty)?;
        self.serve();
        received.ok_or(TryRecvError::Disconnected)
    }

    pub(super) fn poll_recv(&self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_take(cx, State::next)
    }

    pub(super) fn poll_recv_many(
        &self,
        cx: &mut Context<'_>,
        buffer: &mut Vec<T>,
        limit: usize,
    ) -> Poll<usize> {
        self.poll_take(cx, |state| {
            if limit == 0 {
                return Some(0);
            }
            state.next_many(buffer, limit)
        })
    }

    #[inline]
    fn poll_take<R>(
        &self,
        cx: &mut Context<'_>,
        take: impl FnMut(&mut State<T>) -> Option<R>,
    ) -> Poll<R> {
        ready!(budget::poll_proceed(cx));
        // A send, the last promise taken back after a close, or the last sender's drop owes the wake.
        let taken = ready!(seat::poll(&self.0, cx, receiver, take));
        budget::spend();
        self.serve();
        Poll::Ready(taken)
    }

    /// The places that came free go to whoever waits, if any.
    #[inline]
    fn serve(&self) {
        if self.look(State::is_awaited) {
            self.change(State::serve);
        }
    }

    pub(super) fn close(&self) {
        self.change(State::close);
    }

    pub(super) async fn closed(&self) {
        let mut listener = Listener::new(&self.0, |state: &mut State<T>| &mut state.closing);
        // `close` owes the wake.
        std::future::poll_fn(|cx| {
            ready!(budget::poll_proceed(cx));
            ready!(listener.poll(cx, |state| state.is_closed().then_some(())));
            budget::spend();
            Poll::Ready(())
        })
        .await;
    }

    /// Changes the state under a borrow, and wakes after it.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut State<T>, &mut WakeList) -> R) -> R {
        let mut wakers = WakeList::new();
        let result = change(&mut self.0.borrow_mut(), &mut wakers);
        wakers.wake_all();
        result
    }

    /// Looks at the state.
    pub(super) fn look<R>(&self, look: impl FnOnce(&State<T>) -> R) -> R {
        look(&self.0.borrow())
    }
}

fn receiver<T>(state: &mut State<T>) -> &mut Option<Waker> {
    &mut state.receiver
}

/// One of the senders: it is counted.
pub(super) struct SenderEnd<T>(Rc<Channel<T>>);

impl<T> SenderEnd<T> {
    pub(super) fn downgrade(&self) -> WeakEnd<T> {
        self.0.0.borrow_mut().weak_senders += 1;
        WeakEnd(self.0.clone())
    }

    pub(super) fn same_channel(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Clone for SenderEnd<T> {
    fn clone(&self) -> Self {
        self.0.0.borrow_mut().senders += 1;
        Self(self.0.clone())
    }
}

impl<T> Drop for SenderEnd<T> {
    fn drop(&mut self) {
        let mut state = self.0.0.borrow_mut();
        state.senders -= 1;
        if state.senders > 0 {
            return;
        }
        let receiver = state.receiver.take();
        drop(state);
        seat::wake(receiver);
    }
}

impl<T> Deref for SenderEnd<T> {
    type Target = Channel<T>;

    fn deref(&self) -> &Channel<T> {
        &self.0
    }
}

/// One who may become a sender again, while there is another.
pub(super) struct WeakEnd<T>(Rc<Channel<T>>);

impl<T> WeakEnd<T> {
    pub(super) fn upgrade(&self) -> Option<SenderEnd<T>> {
        let mut state = self.0.0.borrow_mut();
        if state.senders == 0 {
            return None;
        }
        state.senders += 1;
        Some(SenderEnd(self.0.clone()))
    }
}

impl<T> Clone for WeakEnd<T> {
    fn clone(&self) -> Self {
        self.0.0.borrow_mut().weak_senders += 1;
        Self(self.0.clone())
    }
}

impl<T> Drop for WeakEnd<T> {
    fn drop(&mut self) {
        self.0.0.borrow_mut().weak_senders -= 1;
    }
}

impl<T> Deref for WeakEnd<T> {
    type Target = Channel<T>;

    fn deref(&self) -> &Channel<T> {
        &self.0
    }
}

/// The receiver. Dropped, it closes the channel and drops what is queued.
pub(super) struct ReceiverEnd<T>(Rc<Channel<T>>);

impl<T> Drop for ReceiverEnd<T> {
    fn drop(&mut self) {
        let (queue, waker) = self.change(|state, wakers| {
            let queue = state.abandon(wakers);
            (queue, state.receiver.take())
        });
        // values and waker are foreign code: dropped here, after the borrow
        drop((queue, waker));
    }
}

impl<T> Deref for ReceiverEnd<T> {
    type Target = Channel<T>;

    fn deref(&self) -> &Channel<T> {
        &self.0
    }
}
