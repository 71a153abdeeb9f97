//! The channel behind all handles of mpsc: the state under its lock, and what must happen after the lock is open again.
//! The ends count themselves, so that the last sender ends the queue and the receiver's drop empties it.

use std::mem;
use std::ops::Deref;
use std::task::{Context, Poll, Waker, ready};

use super::error::{TryRecvError, TrySendError};
use super::state::State;
use crate::future::budget;
use crate::shim::sync::{Arc, Mutex};
use crate::sync::listener::Listener;
use crate::sync::seat;
use crate::waker::WakeList;

pub(super) struct Channel<T>(pub(super) Mutex<State<T>>);

/// Makes a channel with its first two ends.
pub(super) fn channel<T>(capacity: usize) -> (SenderEnd<T>, ReceiverEnd<T>) {
    let channel = Arc::new(Channel(Mutex::new(State::new(capacity))));
    (SenderEnd(channel.clone()), ReceiverEnd::new(channel))
}

impl<T> Channel<T> {
    pub(super) fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        let sent = self.0.lock().try_send(value);
        seat::wake(sent?);
        Ok(())
    }

    /// Sends into a place that was promised before.
    pub(super) fn send_promised(&self, value: T) {
        let kept = self.0.lock().keep_promise(value);
        // a value that comes back has found no receiver, and is dropped
        seat::wake(kept.ok().flatten());
    }

    /// Gives up `places` that were promised before.
    pub(super) fn take_back(&self, places: usize) {
        self.change(|state, wakers| state.take_back(places, wakers));
    }

    pub(super) fn try_recv(&self) -> Result<T, TryRecvError> {
        let mut state = self.0.lock();
        let received = state.next().ok_or(TryRecvError::Empty)?;
        let is_awaited = state.is_awaited();
        drop(state);
        self.serve(is_awaited);
        received.ok_or(TryRecvError::Disconnected)
    }

    /// The places that came free go to whoever waits, if any: with a lock of its own, which the usual receive is spared.
    fn serve(&self, is_awaited: bool) {
        if is_awaited {
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

    /// Changes the state under the lock, and wakes after it.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut State<T>, &mut WakeList) -> R) -> R {
        let mut wakers = WakeList::new();
        let result = change(&mut self.0.lock(), &mut wakers);
        wakers.wake_all();
        result
    }

    /// Looks at the state under the lock.
    pub(super) fn look<R>(&self, look: impl FnOnce(&State<T>) -> R) -> R {
        look(&self.0.lock())
    }
}

fn receiver<T>(state: &mut State<T>) -> &mut Option<Waker> {
    &mut state.receiver
}

/// One of the senders: it is counted.
pub(super) struct SenderEnd<T>(Arc<Channel<T>>);

impl<T> SenderEnd<T> {
    pub(super) fn downgrade(&self) -> WeakEnd<T> {
        self.0.0.lock().weak_senders += 1;
        WeakEnd(self.0.clone())
    }

    pub(super) fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Clone for SenderEnd<T> {
    fn clone(&self) -> Self {
        self.0.0.lock().senders += 1;
        Self(self.0.clone())
    }
}

impl<T> Drop for SenderEnd<T> {
    fn drop(&mut self) {
        let mut state = self.0.0.lock();
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
pub(super) struct WeakEnd<T>(Arc<Channel<T>>);

impl<T> WeakEnd<T> {
    pub(super) fn upgrade(&self) -> Option<SenderEnd<T>> {
        let mut state = self.0.0.lock();
        if state.senders == 0 {
            return None;
        }
        state.senders += 1;
        Some(SenderEnd(self.0.clone()))
    }
}

impl<T> Clone for WeakEnd<T> {
    fn clone(&self) -> Self {
        self.0.0.lock().weak_senders += 1;
        Self(self.0.clone())
    }
}

impl<T> Drop for WeakEnd<T> {
    fn drop(&mut self) {
        self.0.0.lock().weak_senders -= 1;
    }
}

impl<T> Deref for WeakEnd<T> {
    type Target = Channel<T>;

    fn deref(&self) -> &Channel<T> {
        &self.0
    }
}

/// The receiver. Dropped, it closes the channel and drops what is queued.
pub(super) struct ReceiverEnd<T> {
    channel: Arc<Channel<T>>,
    /// Whether the last poll took all there was: then the next one expects to wait.
    drained: bool,
}

impl<T> ReceiverEnd<T> {
    fn new(channel: Arc<Channel<T>>) -> Self {
        Self {
            channel,
            drained: false,
        }
    }

    pub(super) fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_take(cx, State::next)
    }

    pub(super) fn poll_recv_many(
        &mut self,
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

    fn poll_take<R>(
        &mut self,
        cx: &mut Context<'_>,
        mut take: impl FnMut(&mut State<T>) -> Option<R>,
    ) -> Poll<R> {
        ready!(budget::poll_proceed(cx));
        let take = |state: &mut State<T>| {
            take(state).map(|taken| (taken, state.is_awaited(), state.len() == 0))
        };
        // A send, the last promise taken back after a close, or the last sender's drop owes the wake.
        let (taken, is_awaited, drained) = ready!(if mem::take(&mut self.drained) {
            seat::take_seat(&self.channel.0, cx, receiver, take)
        } else {
            seat::poll(&self.channel.0, cx, receiver, take)
        });
        self.drained = drained;
        budget::spend();
        self.serve(is_awaited);
        Poll::Ready(taken)
    }
}

impl<T> Drop for ReceiverEnd<T> {
    fn drop(&mut self) {
        let (queue, waker) = self.change(|state, wakers| {
            let queue = state.abandon(wakers);
            (queue, state.receiver.take())
        });
        // values and waker are foreign code: dropped here, outside the lock
        drop((queue, waker));
    }
}

impl<T> Deref for ReceiverEnd<T> {
    type Target = Channel<T>;

    fn deref(&self) -> &Channel<T> {
        &self.channel
    }
}
