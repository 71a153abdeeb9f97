//! The ends of an unbounded channel: the same queue, with room for all.

use std::fmt;
use std::future::{Future, poll_fn};
use std::task::{Context, Poll};

use super::channel::{ReceiverEnd, SenderEnd};
use super::error::{SendError, TryRecvError};
use super::weak::WeakUnboundedSender;
use crate::sync::mpsc::state::State;
use crate::waits::{called, polled};

/// Sends to the [`UnboundedReceiver`]. Made by [`unbounded_channel`](super::unbounded_channel), and cloned for more.
///
/// When the last is dropped, the receiver gets what is queued, and then `None`.
///
/// # Example
/// ```
/// let (waiter, mut cook) = toque::local::mpsc::unbounded_channel();
/// let other_waiter = waiter.clone();
/// waiter.send("soup").unwrap(); // there always is a place
/// other_waiter.send("salad").unwrap();
/// assert_eq!(cook.try_recv(), Ok("soup"));
/// assert_eq!(cook.try_recv(), Ok("salad"));
/// ```
pub struct UnboundedSender<T>(pub(super) SenderEnd<T>);

impl<T> UnboundedSender<T> {
    /// Sends a value. It never waits; a sender that is faster than the receiver fills the memory.
    ///
    /// # Example
    /// ```
    /// use toque::local::mpsc::{self, error::SendError};
    ///
    /// let (sender, mut receiver) = mpsc::unbounded_channel();
    /// assert_eq!(sender.send("soup"), Ok(()));
    /// receiver.close();
    /// assert_eq!(sender.send("salad"), Err(SendError("salad")));
    /// ```
    ///
    /// # Errors
    /// Gives the value back if the receiver was closed or dropped.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        let sent = self.0.try_send(value);
        sent.map_err(|error| SendError(error.into_inner()))
    }

    /// Waits until the receiver was closed or dropped. As [`Sender::closed`](super::Sender::closed).
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    #[track_caller]
    pub fn closed(&self) -> impl Future<Output = ()> {
        called(|| "local::mpsc::UnboundedSender::closed", self.0.closed())
    }

    /// Whether the receiver was closed or dropped.
    pub fn is_closed(&self) -> bool {
        self.0.look(State::is_closed)
    }

    /// Whether both send to the same receiver.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.0.same_channel(&other.0)
    }

    /// A sender that does not keep the channel open.
    #[must_use = "the sender stays as it is; the weak one is what comes back"]
    pub fn downgrade(&self) -> WeakUnboundedSender<T> {
        WeakUnboundedSender(self.0.downgrade())
    }

    /// How many senders there are.
    pub fn strong_count(&self) -> usize {
        self.0.look(|state| state.senders)
    }

    /// How many weak senders there are.
    pub fn weak_count(&self) -> usize {
        self.0.look(|state| state.weak_senders)
    }
}

impl<T> Clone for UnboundedSender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for UnboundedSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnboundedSender")
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

/// Receives from the [`UnboundedSender`]s, in the order in which they sent.
/// Made by [`unbounded_channel`](super::unbounded_channel).
///
/// Dropped, it closes the channel and drops what is queued.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (sender, mut receiver) = toque::local::mpsc::unbounded_channel();
/// sender.send("soup").unwrap();
/// drop(sender);
/// assert_eq!(receiver.recv().await, Some("soup"));
/// assert_eq!(receiver.recv().await, None);
/// # });
/// ```
pub struct UnboundedReceiver<T>(pub(super) ReceiverEnd<T>);

impl<T> UnboundedReceiver<T> {
    /// Waits for the next value. `None` says that no more will come: all senders are gone, or the channel was
    /// [closed](Self::close).
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::local::mpsc::unbounded_channel();
    /// sender.send("sandwich").unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.recv().await, Some("sandwich"));
    /// assert_eq!(receiver.recv().await, None);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// No value is lost when the future is dropped: one that it did not give out stays in the queue.
    #[track_caller]
    pub fn recv(&mut self) -> impl Future<Output = Option<T>> {
        called(
            || "local::mpsc::UnboundedReceiver::recv",
            poll_fn(|cx| self.0.poll_recv(cx)),
        )
    }

    /// Waits for at least one value, and moves what is there, at most `limit`, to the end of `buffer`.
    /// As [`Receiver::recv_many`](super::Receiver::recv_many).
    ///
    /// # Cancel safety
    /// A dropped future has moved nothing.
    #[track_caller]
    pub fn recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> impl Future<Output = usize> {
        called(
            || "local::mpsc::UnboundedReceiver::recv_many",
            poll_fn(move |cx| self.0.poll_recv_many(cx, buffer, limit)),
        )
    }

    /// Takes the next value if there is one. As [`Receiver::try_recv`](super::Receiver::try_recv).
    ///
    /// # Errors
    /// `Empty` if one may still come, `Disconnected` if none will.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.0.try_recv()
    }

    /// Refuses what was not sent yet. What is queued can still be received.
    pub fn close(&mut self) {
        self.0.close();
    }

    /// Whether sends fail: the channel was closed, or no sender is left. There may still be values to receive.
    pub fn is_closed(&self) -> bool {
        self.0.look(|state| state.is_closed() || state.senders == 0)
    }

    /// Whether no value is queued.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values are queued.
    pub fn len(&self) -> usize {
        self.0.look(State::len)
    }

    /// The poll of [`recv`](Self::recv). The last task that polled is woken.
    #[track_caller]
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        polled(
            "local::mpsc::UnboundedReceiver::poll_recv",
            self.0.poll_recv(cx),
        )
    }

    /// The poll of [`recv_many`](Self::recv_many). The last task that polled is woken.
    #[track_caller]
    pub fn poll_recv_many(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut Vec<T>,
        limit: usize,
    ) -> Poll<usize> {
        let poll = self.0.poll_recv_many(cx, buffer, limit);
        polled("local::mpsc::UnboundedReceiver::poll_recv_many", poll)
    }

    /// How many senders there are.
    pub fn sender_strong_count(&self) -> usize {
        self.0.look(|state| state.senders)
    }

    /// How many weak senders there are.
    pub fn sender_weak_count(&self) -> usize {
        self.0.look(|state| state.weak_senders)
    }
}

impl<T> fmt::Debug for UnboundedReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnboundedReceiver")
            .field("len", &self.len())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
