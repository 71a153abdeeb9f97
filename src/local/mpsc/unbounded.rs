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
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, receiver) = toque::local::mpsc::unbounded_channel::<&str>();
    /// let guest = toque::spawn(async move { drop(receiver) });
    /// sender.closed().await;
    /// assert!(sender.is_closed());
    /// guest.await.unwrap();
    /// # });
    /// ```
    #[track_caller]
    pub fn closed(&self) -> impl Future<Output = ()> {
        called(|| "local::mpsc::UnboundedSender::closed", self.0.closed())
    }

    /// Whether the receiver was closed or dropped.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::local::mpsc::unbounded_channel::<&str>();
    /// assert!(!sender.is_closed());
    /// drop(receiver);
    /// assert!(sender.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.0.look(State::is_closed)
    }

    /// Whether both send to the same receiver.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::local::mpsc::unbounded_channel::<&str>();
    /// let (another, _receiver) = toque::local::mpsc::unbounded_channel::<&str>();
    /// assert!(sender.same_channel(&sender.clone()));
    /// assert!(!sender.same_channel(&another));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        self.0.same_channel(&other.0)
    }

    /// A sender that does not keep the channel open.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::local::mpsc::unbounded_channel::<&str>();
    /// let weak = sender.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use = "the sender stays as it is; the weak one is what comes back"]
    pub fn downgrade(&self) -> WeakUnboundedSender<T> {
        WeakUnboundedSender(self.0.downgrade())
    }

    /// How many senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::local::mpsc::unbounded_channel::<&str>();
    /// let _another = sender.clone();
    /// assert_eq!(sender.strong_count(), 2);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.0.look(|state| state.senders)
    }

    /// How many weak senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::local::mpsc::unbounded_channel::<&str>();
    /// let _weak = sender.downgrade();
    /// assert_eq!(sender.weak_count(), 1);
    /// ```
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
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::local::mpsc::unbounded_channel();
    /// (1..=3).for_each(|order| sender.send(order).unwrap());
    /// let mut orders = Vec::new();
    /// assert_eq!(receiver.recv_many(&mut orders, 10).await, 3);
    /// assert_eq!(orders, [1, 2, 3]);
    /// # });
    /// ```
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
    ///
    /// # Example
    /// ```
    /// let (sender, mut receiver) = toque::local::mpsc::unbounded_channel();
    /// assert!(receiver.try_recv().is_err());
    /// sender.send("soup").unwrap();
    /// assert_eq!(receiver.try_recv(), Ok("soup"));
    /// ```
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.0.try_recv()
    }

    /// Refuses what was not sent yet. What is queued can still be received.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::local::mpsc::unbounded_channel();
    /// sender.send("soup").unwrap();
    /// receiver.close();
    /// assert!(sender.send("late").is_err());
    /// assert_eq!(receiver.recv().await, Some("soup"));
    /// assert_eq!(receiver.recv().await, None);
    /// # });
    /// ```
    pub fn close(&mut self) {
        self.0.close();
    }

    /// Whether sends fail: the channel was closed, or no sender is left. There may still be values to receive.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::local::mpsc::unbounded_channel::<&str>();
    /// assert!(!receiver.is_closed());
    /// drop(sender);
    /// assert!(receiver.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.0.look(|state| state.is_closed() || state.senders == 0)
    }

    /// Whether no value is queued.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::local::mpsc::unbounded_channel();
    /// assert!(receiver.is_empty());
    /// sender.send("soup").unwrap();
    /// assert!(!receiver.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values are queued.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::local::mpsc::unbounded_channel();
    /// sender.send("soup").unwrap();
    /// assert_eq!(receiver.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.0.look(State::len)
    }

    /// The poll of [`recv`](Self::recv). The last task that polled is woken.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::local::mpsc::unbounded_channel();
    /// sender.send("soup").unwrap();
    /// let order = std::future::poll_fn(|cx| receiver.poll_recv(cx)).await;
    /// assert_eq!(order, Some("soup"));
    /// # });
    /// ```
    #[track_caller]
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        polled(
            "local::mpsc::UnboundedReceiver::poll_recv",
            self.0.poll_recv(cx),
        )
    }

    /// The poll of [`recv_many`](Self::recv_many). The last task that polled is woken.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::local::mpsc::unbounded_channel();
    /// sender.send(1).unwrap();
    /// sender.send(2).unwrap();
    /// let mut orders = Vec::new();
    /// let count = std::future::poll_fn(|cx| receiver.poll_recv_many(cx, &mut orders, 10)).await;
    /// assert_eq!((count, orders), (2, vec![1, 2]));
    /// # });
    /// ```
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
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::local::mpsc::unbounded_channel::<&str>();
    /// assert_eq!(receiver.sender_strong_count(), 1);
    /// drop(sender);
    /// assert_eq!(receiver.sender_strong_count(), 0);
    /// ```
    pub fn sender_strong_count(&self) -> usize {
        self.0.look(|state| state.senders)
    }

    /// How many weak senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::local::mpsc::unbounded_channel::<&str>();
    /// let _weak = sender.downgrade();
    /// assert_eq!(receiver.sender_weak_count(), 1);
    /// ```
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
