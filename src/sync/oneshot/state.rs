//! What the two ends of a oneshot channel share: the value, and who waits for what.
//! Changed under one lock; wakers and values leave it before they are woken or dropped.

use std::panic::Location;
use std::task::{Context, Poll, Waker, ready};

use super::error::RecvError;
use crate::future::budget;
use crate::shim::sync::Mutex;
use crate::sync::seat;
use crate::waits::note_call;

pub(super) struct Channel<T> {
    state: Mutex<State<T>>,
    /// The line that made it, to be named in a dump: a receiver is awaited itself, and does not know by whom. Here and not in the
    /// receiver, where it takes a request and its answer 26 instructions of 1,232 (callgrind, 2026-11).
    location: &'static Location<'static>,
}

struct State<T> {
    /// The value, between its send and its receive.
    value: Option<T>,
    /// The sender has sent or was dropped: what is not here now will never come.
    finished: bool,
    /// The receiver was closed or dropped: a value goes back to the sender.
    closed: bool,
    /// The receiver's task, until the sender has finished.
    receiver: Option<Waker>,
    /// The task in `Sender::closed`, until the receiver has closed.
    sender: Option<Waker>,
}

impl<T> State<T> {
    /// What the receiver gets, if that is known by now. A value that came before the close is still good.
    fn outcome(&mut self) -> Option<Result<T, RecvError>> {
        if !self.finished && !self.closed {
            return None;
        }
        Some(self.value.take().ok_or(RecvError(())))
    }

    /// Closes. Gives out the sender's waker, to be woken, and the receiver's, to be dropped.
    fn close(&mut self) -> (Option<Waker>, Option<Waker>) {
        self.closed = true;
        (self.sender.take(), self.receiver.take())
    }

    fn receiver(&mut self) -> &mut Option<Waker> {
        &mut self.receiver
    }

    fn sender(&mut self) -> &mut Option<Waker> {
        &mut self.sender
    }
}

impl<T> Channel<T> {
    #[track_caller]
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                value: None,
                finished: false,
                closed: false,
                receiver: None,
                sender: None,
            }),
            location: Location::caller(),
        }
    }

    /// The sender's last act, with a value or without. The value comes back if nobody will take it.
    pub(super) fn finish(&self, value: Option<T>) -> Option<T> {
        let mut state = self.state.lock();
        // with the value and under the same lock, or the receiver takes the one for the lack of the other
        state.finished = true;
        if state.closed {
            return value;
        }
        state.value = value;
        let receiver = state.receiver.take();
        drop(state);
        seat::wake(receiver);
        None
    }

    /// Refuses a value that was not sent yet. One that was stays.
    pub(super) fn close(&self) {
        let mut state = self.state.lock();
        let (sender, receiver) = state.close();
        drop(state);
        seat::wake(sender);
        drop(receiver);
    }

    /// The receiver's last act: the close, and the end of a value that nobody will take.
    pub(super) fn abandon(&self) {
        let mut state = self.state.lock();
        let (sender, receiver) = state.close();
        let value = state.value.take();
        drop(state);
        seat::wake(sender);
        drop((receiver, value));
    }

    /// `is_first`: the first poll. A request has just been sent then, and its answer is not here.
    pub(super) fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        is_first: bool,
    ) -> Poll<Result<T, RecvError>> {
        ready!(budget::poll_proceed(cx));
        // `finish` owes the wake.
        let poll = if is_first {
            seat::take_seat(&self.state, cx, State::receiver, State::outcome)
        } else {
            seat::poll(&self.state, cx, State::receiver, State::outcome)
        };
        let Poll::Ready(outcome) = poll else {
            note_call("oneshot::Receiver", Some(self.location));
            return Poll::Pending;
        };
        budget::spend();
        Poll::Ready(outcome)
    }

    pub(super) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
        ready!(budget::poll_proceed(cx));
        // `close` owes the wake.
        ready!(seat::poll(&self.state, cx, State::sender, |state| {
            state.closed.then_some(())
        }));
        budget::spend();
        Poll::Ready(())
    }

    pub(super) fn try_recv(&self) -> Option<Result<T, RecvError>> {
        self.state.lock().outcome()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    pub(super) fn has_value(&self) -> bool {
        self.state.lock().value.is_some()
    }
}
