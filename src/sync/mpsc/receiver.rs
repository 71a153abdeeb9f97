//! The receiver of a bounded channel.

use std::fmt;
use std::future::{Future, poll_fn};
use std::task::{Context, Poll};

use super::channel::ReceiverEnd;
use super::error::TryRecvError;
use super::state::State;
use crate::future::entered;
use crate::sync::park;
use crate::waits::{called, polled};

/// Receives from the [`Sender`](super::Sender)s, in the order in which they sent. Made by [`channel`](super::channel).
///
/// Dropped, it closes the channel and drops what is queued.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (sender, mut receiver) = toque::sync::mpsc::channel(2);
/// sender.send("soup").await.unwrap();
/// drop(sender);
/// assert_eq!(receiver.recv().await, Some("soup"));
/// assert_eq!(receiver.recv().await, None);
/// # });
/// ```
pub struct Receiver<T>(pub(super) ReceiverEnd<T>);

impl<T> Receiver<T> {
    /// Waits for the next value. `None` says that no more will come: all senders are gone, or the channel was
    /// [closed](Self::close) and every permit is used or dropped.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::sync::mpsc::channel(1);
    /// sender.send("sandwich").await.unwrap();
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
            || "mpsc::Receiver::recv",
            poll_fn(|cx| self.0.poll_recv(cx)),
        )
    }

    /// Waits for at least one value, and moves what is there, at most `limit`, to the end of `buffer`. Says how many:
    /// zero if no more will come, or if `limit` is zero.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::sync::mpsc::channel(2);
    /// sender.send("soup").await.unwrap();
    /// sender.send("salad").await.unwrap();
    /// let mut courses = Vec::new();
    /// assert_eq!(receiver.recv_many(&mut courses, 10).await, 2);
    /// assert_eq!(courses, ["soup", "salad"]);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// As [`recv`](Self::recv): a dropped future has moved nothing.
    #[track_caller]
    pub fn recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> impl Future<Output = usize> {
        called(
            || "mpsc::Receiver::recv_many",
            poll_fn(move |cx| self.0.poll_recv_many(cx, buffer, limit)),
        )
    }

    /// Takes the next value if there is one.
    ///
    /// # Example
    /// ```
    /// use toque::sync::mpsc::{self, error::TryRecvError};
    ///
    /// let (sender, mut receiver) = mpsc::channel(1);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// sender.try_send(1).unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    /// ```
    ///
    /// # Errors
    /// `Empty` if one may still come, also from a permit after the close; `Disconnected` if none will.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.0.try_recv()
    }

    /// As [`recv`](Self::recv), and blocks the thread meanwhile, where nothing can be awaited.
    ///
    /// # Example
    /// ```
    /// let (sender, mut receiver) = toque::sync::mpsc::channel(1);
    /// let cook = std::thread::spawn(move || sender.blocking_send("sandwich"));
    /// assert_eq!(receiver.blocking_recv(), Some("sandwich"));
    /// # cook.join().unwrap().unwrap();
    /// ```
    ///
    /// # Panics
    /// On a thread that runs tasks: they would all stop.
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Option<T> {
        entered::forbid_blocking("mpsc::Receiver::blocking_recv");
        park::block_on(self.recv())
    }

    /// As [`recv_many`](Self::recv_many), and blocks the thread meanwhile.
    ///
    /// # Panics
    /// On a thread that runs tasks: they would all stop.
    ///
    /// # Example
    /// ```
    /// let (sender, mut receiver) = toque::sync::mpsc::channel(2);
    /// sender.try_send(1).unwrap();
    /// sender.try_send(2).unwrap();
    /// let mut orders = Vec::new();
    /// assert_eq!(receiver.blocking_recv_many(&mut orders, 10), 2);
    /// assert_eq!(orders, [1, 2]);
    /// ```
    #[track_caller]
    pub fn blocking_recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
        entered::forbid_blocking("mpsc::Receiver::blocking_recv_many");
        park::block_on(self.recv_many(buffer, limit))
    }

    /// Refuses what was not sent yet. What is queued can still be received, and permits that are out can still send.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::sync::mpsc::channel(2);
    /// let permit = sender.reserve().await.unwrap();
    /// receiver.close();
    /// assert!(sender.send("late").await.is_err());
    /// permit.send("promised");
    /// assert_eq!(receiver.recv().await, Some("promised"));
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
    /// let (sender, receiver) = toque::sync::mpsc::channel::<&str>(2);
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
    /// let (sender, receiver) = toque::sync::mpsc::channel(2);
    /// assert!(receiver.is_empty());
    /// sender.try_send("soup").unwrap();
    /// assert!(!receiver.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values are queued.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::mpsc::channel(2);
    /// sender.try_send("soup").unwrap();
    /// assert_eq!(receiver.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.0.look(State::len)
    }

    /// How many values could be sent now without waiting.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::mpsc::channel(2);
    /// sender.try_send("soup").unwrap();
    /// assert_eq!(receiver.capacity(), 1);
    /// ```
    pub fn capacity(&self) -> usize {
        self.0.look(State::free)
    }

    /// The capacity that the channel was made with.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::mpsc::channel(2);
    /// sender.try_send("soup").unwrap();
    /// assert_eq!(receiver.max_capacity(), 2);
    /// ```
    pub fn max_capacity(&self) -> usize {
        self.0.look(State::max_capacity)
    }

    /// The poll of [`recv`](Self::recv). The last task that polled is woken.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::sync::mpsc::channel(2);
    /// sender.try_send("soup").unwrap();
    /// let order = std::future::poll_fn(|cx| receiver.poll_recv(cx)).await;
    /// assert_eq!(order, Some("soup"));
    /// # });
    /// ```
    #[track_caller]
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        polled("mpsc::Receiver::poll_recv", self.0.poll_recv(cx))
    }

    /// The poll of [`recv_many`](Self::recv_many). The last task that polled is woken.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::sync::mpsc::channel(2);
    /// sender.try_send(1).unwrap();
    /// sender.try_send(2).unwrap();
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
        polled("mpsc::Receiver::poll_recv_many", poll)
    }

    /// How many senders there are, owned permits included.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::mpsc::channel::<&str>(2);
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
    /// let (sender, receiver) = toque::sync::mpsc::channel::<&str>(2);
    /// let _weak = sender.downgrade();
    /// assert_eq!(receiver.sender_weak_count(), 1);
    /// ```
    pub fn sender_weak_count(&self) -> usize {
        self.0.look(|state| state.weak_senders)
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("len", &self.len())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
