//! The receiver: a position in the ring.

use std::fmt;
use std::future::{Future, poll_fn};
use std::task::{Poll, ready};

use super::error::{RecvError, TryRecvError};
use super::shared::{self, Shared, Tail};
use crate::future::{budget, entered};
use crate::shim::sync::Arc;
use crate::sync::{listener::Listener, park};
use crate::waits::called;

/// Receives every value that is sent while it is there. Made by [`channel`](super::channel) and
/// [`Sender::subscribe`](super::Sender::subscribe).
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (sender, mut receiver) = toque::sync::broadcast::channel(2);
/// sender.send("soup").unwrap();
/// let mut late = sender.subscribe();
/// sender.send("salad").unwrap();
/// assert_eq!(receiver.recv().await, Ok("soup"));
/// assert_eq!(late.recv().await, Ok("salad")); // the soup was sent before
/// # });
/// ```
pub struct Receiver<T> {
    /// The values, and where to wait for the next one.
    shared: Arc<Shared<T>>,
    /// The position of the value to take next. Before the ring's start, it has lagged.
    next: u64,
}

impl<T> Receiver<T> {
    /// One more receiver, of what is sent from now on.
    pub(super) fn subscribe(shared: &Arc<Shared<T>>) -> Self {
        let mut tail = shared.tail.lock();
        tail.receivers += 1;
        Self {
            shared: shared.clone(),
            next: tail.next,
        }
    }

    /// How many values were sent that this receiver has not taken. Those that it has lost count too, until it was told.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::broadcast::channel(4);
    /// sender.send("soup").unwrap();
    /// assert_eq!(receiver.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        (self.shared.tail.lock().next - self.next) as usize
    }

    /// Whether it has taken all that was sent.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::broadcast::channel(4);
    /// assert!(receiver.is_empty());
    /// sender.send("soup").unwrap();
    /// assert!(!receiver.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether both receive from the same senders.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::broadcast::channel::<&str>(4);
    /// assert!(receiver.same_channel(&sender.subscribe()));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// Whether no sender is left. There may still be values to take.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::broadcast::channel::<&str>(4);
    /// assert!(!receiver.is_closed());
    /// drop(sender);
    /// assert!(receiver.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.sender_strong_count() == 0
    }

    /// How many senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::broadcast::channel::<&str>(4);
    /// let _another = sender.clone();
    /// assert_eq!(receiver.sender_strong_count(), 2);
    /// ```
    pub fn sender_strong_count(&self) -> usize {
        self.shared.tail.lock().senders
    }

    /// How many weak senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::broadcast::channel::<&str>(4);
    /// let _weak = sender.downgrade();
    /// assert_eq!(receiver.sender_weak_count(), 1);
    /// ```
    pub fn sender_weak_count(&self) -> usize {
        self.shared.tail.lock().weak_senders
    }
}

impl<T: Clone> Receiver<T> {
    /// One more receiver, of what is sent from now on: it does not get what this one has still to take.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::broadcast::channel(16);
    /// sender.send("soup").unwrap();
    /// let mut late = receiver.resubscribe();
    /// sender.send("salad").unwrap();
    /// assert_eq!(late.try_recv(), Ok("salad"));
    /// ```
    #[must_use]
    pub fn resubscribe(&self) -> Self {
        Self::subscribe(&self.shared)
    }

    /// Waits for the next value, and clones it.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// use toque::sync::broadcast::{self, error::RecvError};
    ///
    /// let (sender, mut receiver) = broadcast::channel(2);
    /// for number in 1..=3 {
    ///     sender.send(number).unwrap();
    /// }
    /// drop(sender);
    /// assert_eq!(receiver.recv().await, Err(RecvError::Lagged(1)));
    /// assert_eq!(receiver.recv().await, Ok(2));
    /// assert_eq!(receiver.recv().await, Ok(3));
    /// assert_eq!(receiver.recv().await, Err(RecvError::Closed));
    /// # });
    /// ```
    ///
    /// # Panics
    /// With the panic of the value's `clone`. The value is then passed over.
    ///
    /// # Errors
    /// `Lagged` if values were lost, `Closed` if no more will come.
    ///
    /// # Cancel safety
    /// A future that is dropped before it was ready has taken nothing.
    #[track_caller]
    pub fn recv(&mut self) -> impl Future<Output = Result<T, RecvError>> {
        let (shared, next) = (&*self.shared, &mut self.next);
        let mut listener = Listener::new(&shared.tail, |tail: &mut Tail| &mut tail.waiting);
        let recv = poll_fn(move |cx| {
            ready!(budget::poll_proceed(cx));
            // The next send, or the last sender's drop, owes the wake.
            let slot = ready!(listener.poll(cx, |tail| shared.take(tail, next)));
            budget::spend();
            Poll::Ready(slot.map(shared::read))
        });
        called(|| "broadcast::Receiver::recv", recv)
    }

    /// Clones the next value if it is there.
    ///
    /// # Example
    /// ```
    /// use toque::sync::broadcast::{self, error::TryRecvError};
    ///
    /// let (sender, mut receiver) = broadcast::channel(16);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// sender.send("soup").unwrap();
    /// assert_eq!(receiver.try_recv(), Ok("soup"));
    /// ```
    ///
    /// # Panics
    /// As [`recv`](Self::recv).
    ///
    /// # Errors
    /// As `recv`, or `Empty` if none is there yet.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let tail = self.shared.tail.lock();
        let taken = self.shared.take(&tail, &mut self.next);
        drop(tail);
        let slot = taken.ok_or(TryRecvError::Empty)??;
        Ok(shared::read(slot))
    }

    /// As [`recv`](Self::recv), and blocks the thread meanwhile, where nothing can be awaited.
    ///
    /// # Example
    /// ```
    /// let (sender, mut receiver) = toque::sync::broadcast::channel(16);
    /// let cook = std::thread::spawn(move || sender.send("sandwich"));
    /// assert_eq!(receiver.blocking_recv(), Ok("sandwich"));
    /// # cook.join().unwrap().unwrap();
    /// ```
    ///
    /// # Panics
    /// On a thread that runs tasks: they would all stop. Also as `recv`.
    ///
    /// # Errors
    /// As `recv`.
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Result<T, RecvError> {
        entered::forbid_blocking("broadcast::Receiver::blocking_recv");
        park::block_on(self.recv())
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.leave(self.next);
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
