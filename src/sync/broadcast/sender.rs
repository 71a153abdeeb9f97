//! The sender: it never waits.

use std::fmt;
use std::future::{Future, poll_fn};
use std::task::{Poll, ready};

use super::error::SendError;
use super::receiver::Receiver;
use super::shared::{Shared, Tail};
use super::weak::WeakSender;
use crate::future::budget;
use crate::shim::sync::Arc;
use crate::sync::listener::Listener;
use crate::waits::called;

/// Sends to every [`Receiver`]. Made by [`channel`](super::channel), and cloned for more senders.
///
/// When the last is dropped, the receivers get what is kept for them, and then `Closed`.
///
/// # Example
/// ```
/// let (bell, mut cook) = toque::sync::broadcast::channel(2);
/// let mut waiter = bell.subscribe();
/// assert_eq!(bell.send("lunch time").unwrap(), 2); // so many receivers
/// assert_eq!(cook.try_recv(), Ok("lunch time"));
/// assert_eq!(waiter.try_recv(), Ok("lunch time"));
/// ```
pub struct Sender<T> {
    /// The values, and who waits for the next one.
    shared: Arc<Shared<T>>,
}

impl<T> Sender<T> {
    /// A sender of a new channel that keeps at least `capacity` values and has no receiver yet.
    ///
    /// # Example
    /// ```
    /// let sender = toque::sync::broadcast::Sender::new(16);
    /// assert!(sender.send("nobody hears").is_err());
    /// let mut receiver = sender.subscribe();
    /// assert_eq!(sender.send("lunch time").unwrap(), 1);
    /// assert_eq!(receiver.try_recv(), Ok("lunch time"));
    /// ```
    ///
    /// # Panics
    /// If `capacity` is zero, or more than half of `usize::MAX`.
    #[track_caller]
    pub fn new(capacity: usize) -> Self {
        assert!(
            capacity > 0,
            "a broadcast channel with capacity 0 could never send: give it at least one"
        );
        assert!(
            capacity <= usize::MAX / 2,
            "a broadcast channel keeps at most `usize::MAX / 2` values, and takes memory for all: give it fewer"
        );
        Self {
            shared: Arc::new(Shared::new(capacity.next_power_of_two())),
        }
    }

    /// One more sender, which the caller has counted.
    pub(super) fn counted(shared: Arc<Shared<T>>) -> Self {
        Self { shared }
    }

    /// Sends a value to the receivers that are there now, and says how many. It never waits: if the ring is full, the
    /// oldest value is overwritten.
    ///
    /// `Ok` does not say that they will all take it: they may be dropped, or too slow.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::broadcast::channel(16);
    /// assert_eq!(sender.send("lunch time").unwrap(), 1);
    /// drop(receiver);
    /// assert_eq!(sender.send("dinner").unwrap_err().0, "dinner");
    /// ```
    ///
    /// # Errors
    /// Gives the value back if there is no receiver. A later send may succeed, as more can
    /// [subscribe](Self::subscribe).
    pub fn send(&self, value: T) -> Result<usize, SendError<T>> {
        self.shared.send(value).map_err(SendError)
    }

    /// One more receiver, of what is sent from now on.
    ///
    /// # Example
    /// ```
    /// let (sender, _) = toque::sync::broadcast::channel(16);
    /// let mut late = sender.subscribe();
    /// sender.send("dinner").unwrap();
    /// assert_eq!(late.try_recv(), Ok("dinner"));
    /// ```
    pub fn subscribe(&self) -> Receiver<T> {
        Receiver::subscribe(&self.shared)
    }

    /// A sender that does not keep the channel open.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::broadcast::channel::<&str>(4);
    /// let weak = sender.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use = "the sender stays as it is; the weak one is what comes back"]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(&self.shared)
    }

    /// How many values are kept: some receiver has not taken them yet.
    ///
    /// # Example
    /// ```
    /// let (sender, mut receiver) = toque::sync::broadcast::channel(16);
    /// sender.send("soup").unwrap();
    /// sender.send("salad").unwrap();
    /// receiver.try_recv().unwrap();
    /// assert_eq!(sender.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.shared.len()
    }

    /// Whether every receiver has taken every value.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::broadcast::channel(4);
    /// assert!(sender.is_empty());
    /// sender.send("soup").unwrap();
    /// assert!(!sender.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many receivers there are.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::broadcast::channel::<&str>(4);
    /// let _another = sender.subscribe();
    /// assert_eq!(sender.receiver_count(), 2);
    /// ```
    pub fn receiver_count(&self) -> usize {
        self.shared.tail.lock().receivers
    }

    /// Whether both send to the same receivers.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::broadcast::channel::<&str>(4);
    /// assert!(sender.same_channel(&sender.clone()));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// Waits until there is no receiver, so that work nobody waits for can end early.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, receiver) = toque::sync::broadcast::channel::<u32>(16);
    /// drop(receiver);
    /// sender.closed().await;
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    #[track_caller]
    pub fn closed(&self) -> impl Future<Output = ()> {
        let mut listener = Listener::new(&self.shared.tail, |tail: &mut Tail| &mut tail.closing);
        let closed = poll_fn(move |cx| {
            ready!(budget::poll_proceed(cx));
            // The last receiver's drop owes the wake.
            ready!(listener.poll(cx, |tail| (tail.receivers == 0).then_some(())));
            budget::spend();
            Poll::Ready(())
        });
        called(|| "broadcast::Sender::closed", closed)
    }

    /// How many senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::broadcast::channel::<&str>(4);
    /// let _another = sender.clone();
    /// assert_eq!(sender.strong_count(), 2);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.shared.tail.lock().senders
    }

    /// How many weak senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::broadcast::channel::<&str>(4);
    /// let _weak = sender.downgrade();
    /// assert_eq!(sender.weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.shared.tail.lock().weak_senders
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.tail.lock().senders += 1;
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.shared.change(|tail, wakers| {
            tail.senders -= 1;
            if tail.senders == 0 {
                tail.waiting.serve_all(wakers);
            }
        });
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("receiver_count", &self.receiver_count())
            .finish_non_exhaustive()
    }
}
