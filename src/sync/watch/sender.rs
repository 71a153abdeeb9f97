//! The sender: it changes the value, and tells those who wait.

use std::fmt;
use std::future::{Future, poll_fn};
use std::task::{Poll, ready};

use super::borrowed::Ref;
use super::error::SendError;
use super::receiver::Receiver;
use super::shared::{Shared, State};
use crate::future::budget;
use crate::shim::sync::Arc;
use crate::sync::listener::Listener;
use crate::waits::called;

/// Changes the value that the [`Receiver`]s see. Made by [`channel`](super::channel), and cloned for more senders.
///
/// # Example
/// ```
/// let (sender, receiver) = toque::sync::watch::channel(1);
/// let other = sender.clone();
/// sender.send(2).unwrap();
/// other.send_modify(|value| *value += 1);
/// assert_eq!(*receiver.borrow(), 3);
/// ```
pub struct Sender<T> {
    /// The value, and who waits for the next one.
    shared: Arc<Shared<T>>,
}

impl<T> Sender<T> {
    /// A sender of a new channel that has no receiver yet.
    ///
    /// # Example
    /// ```
    /// let sender = toque::sync::watch::Sender::new("soup");
    /// assert!(sender.send("salad").is_err());
    /// let receiver = sender.subscribe();
    /// assert!(sender.send("salad").is_ok());
    /// assert_eq!(*receiver.borrow(), "salad");
    /// ```
    pub fn new(value: T) -> Self {
        Self {
            shared: Arc::new(Shared::new(value)),
        }
    }

    /// Replaces the value, and tells the receivers. It waits for those that borrow the value, and blocks meanwhile.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::watch::channel("soup");
    /// sender.send("salad").unwrap();
    /// drop(receiver);
    /// assert_eq!(sender.send("bread").unwrap_err().0, "bread");
    /// ```
    ///
    /// # Errors
    /// Gives the value back if there is no receiver; the old value stays. See [`send_replace`](Self::send_replace).
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        if self.is_closed() {
            return Err(SendError(value));
        }
        drop(self.send_replace(value));
        Ok(())
    }

    /// Changes the value in its place, and tells the receivers, if there are any.
    ///
    /// `modify` is called under the value's lock, and must not use the channel. If it panics, the value stays as it
    /// left it, and nobody is told.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::watch::channel(vec!["soup"]);
    /// sender.send_modify(|menu| menu.push("salad"));
    /// assert_eq!(*receiver.borrow(), ["soup", "salad"]);
    /// ```
    ///
    /// # Panics
    /// With the panic of `modify`.
    pub fn send_modify(&self, modify: impl FnOnce(&mut T)) {
        self.send_if_modified(|value| {
            modify(value);
            true
        });
    }

    /// As [`send_modify`](Self::send_modify), and tells the receivers only if `modify` says so. Returns what it said.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::watch::channel(1);
    /// assert!(!sender.send_if_modified(|value| std::mem::replace(value, 1) != 1));
    /// assert!(!receiver.has_changed().unwrap());
    /// ```
    ///
    /// # Panics
    /// With the panic of `modify`.
    pub fn send_if_modified(&self, modify: impl FnOnce(&mut T) -> bool) -> bool {
        self.shared.write(modify)
    }

    /// Replaces the value, tells the receivers, if there are any, and gives the old value back.
    ///
    /// # Example
    /// ```
    /// let sender = toque::sync::watch::Sender::new("soup");
    /// assert_eq!(sender.send_replace("salad"), "soup");
    /// ```
    pub fn send_replace(&self, value: T) -> T {
        let mut replaced = value;
        self.send_modify(|current| std::mem::swap(current, &mut replaced));
        replaced
    }

    /// The latest value. While the [`Ref`] lives, a send waits, also one of this thread.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::watch::channel("soup");
    /// assert_eq!(*sender.borrow(), "soup");
    /// ```
    pub fn borrow(&self) -> Ref<'_, T> {
        self.shared.read(|_| false)
    }

    /// Whether there is no receiver. One may [subscribe](Self::subscribe) later.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::watch::channel("soup");
    /// assert!(!sender.is_closed());
    /// drop(receiver);
    /// assert!(sender.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.receiver_count() == 0
    }

    /// Waits until there is no receiver, so that work nobody looks at can end early.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, receiver) = toque::sync::watch::channel("soup");
    /// drop(receiver);
    /// sender.closed().await;
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    #[track_caller]
    pub fn closed(&self) -> impl Future<Output = ()> {
        let mut listener = Listener::new(&self.shared.state, |state: &mut State| &mut state.closed);
        let closed = poll_fn(move |cx| {
            ready!(budget::poll_proceed(cx));
            // The last receiver's drop owes the wake.
            ready!(listener.poll(cx, |state| (state.receivers == 0).then_some(())));
            budget::spend();
            Poll::Ready(())
        });
        called(|| "watch::Sender::closed", closed)
    }

    /// One more receiver, which has seen the value that is there now.
    ///
    /// # Example
    /// ```
    /// let sender = toque::sync::watch::Sender::new("soup");
    /// let receiver = sender.subscribe();
    /// assert!(!receiver.has_changed().unwrap());
    /// ```
    pub fn subscribe(&self) -> Receiver<T> {
        Receiver::subscribe(&self.shared)
    }

    /// How many receivers there are.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::watch::channel("soup");
    /// let _another = sender.subscribe();
    /// assert_eq!(sender.receiver_count(), 2);
    /// ```
    pub fn receiver_count(&self) -> usize {
        self.shared.state.lock().receivers
    }

    /// How many senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::watch::channel("soup");
    /// let _another = sender.clone();
    /// assert_eq!(sender.sender_count(), 2);
    /// ```
    pub fn sender_count(&self) -> usize {
        self.shared.state.lock().senders
    }

    /// Whether both send to the same receivers.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::watch::channel("soup");
    /// let (another, _receiver) = toque::sync::watch::channel("soup");
    /// assert!(sender.same_channel(&sender.clone()));
    /// assert!(!sender.same_channel(&another));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.state.lock().senders += 1;
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<T: Default> Default for Sender<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.shared.change(|state, wakers| {
            state.senders -= 1;
            if state.senders == 0 {
                state.changed.serve_all(wakers);
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
