//! The receiver: it remembers what it has seen.

use std::fmt;
use std::future::{Future, poll_fn};
use std::task::{Poll, ready};

use super::borrowed::Ref;
use super::error::RecvError;
use super::shared::{Shared, State};
use crate::future::budget;
use crate::shim::sync::Arc;
use crate::sync::listener::Listener;
use crate::waits::called;

/// Sees the latest value of the [`Sender`](super::Sender)s. Made by [`channel`](super::channel) and
/// [`Sender::subscribe`](super::Sender::subscribe); a clone has seen what the original has.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (sender, mut receiver) = toque::sync::watch::channel("closed");
/// sender.send("opening").unwrap();
/// sender.send("open").unwrap();
/// receiver.changed().await.unwrap();
/// assert_eq!(*receiver.borrow_and_update(), "open"); // the latest, not each of them
/// # });
/// ```
pub struct Receiver<T> {
    /// The value, and where to wait.
    shared: Arc<Shared<T>>,
    /// The version that this receiver has seen.
    seen: u64,
}

impl<T> Receiver<T> {
    /// One more receiver, which has seen the version that is there now.
    pub(super) fn subscribe(shared: &Arc<Shared<T>>) -> Self {
        let mut state = shared.state.lock();
        state.receivers += 1;
        Self {
            shared: shared.clone(),
            seen: state.version(),
        }
    }

    /// The latest value. It does not count as seen.
    ///
    /// While the [`Ref`] lives, a send waits. A second `borrow` on the same thread meanwhile may wait for that send,
    /// and so for ever.
    ///
    /// # Example
    /// ```
    /// let (_sender, receiver) = toque::sync::watch::channel("soup");
    /// assert_eq!(*receiver.borrow(), "soup");
    /// ```
    pub fn borrow(&self) -> Ref<'_, T> {
        self.shared.read(|version| version != self.seen)
    }

    /// The latest value, which then counts as seen: [`changed`](Self::changed) waits for another.
    ///
    /// # Example
    /// ```
    /// let (sender, mut receiver) = toque::sync::watch::channel("soup");
    /// sender.send("salad").unwrap();
    /// assert_eq!(*receiver.borrow_and_update(), "salad");
    /// assert!(!receiver.has_changed().unwrap());
    /// ```
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        self.shared.read(|version| see(&mut self.seen, version))
    }

    /// Whether there is a version that this receiver has not seen.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::watch::channel("soup");
    /// assert!(!receiver.has_changed().unwrap());
    /// sender.send("salad").unwrap();
    /// assert!(receiver.has_changed().unwrap());
    /// ```
    ///
    /// # Errors
    /// If all senders are gone, whether or not the last version was seen.
    pub fn has_changed(&self) -> Result<bool, RecvError> {
        let state = self.shared.state.lock();
        if state.senders == 0 {
            return Err(RecvError(()));
        }
        Ok(state.version() != self.seen)
    }

    /// Whether all senders are gone.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::sync::watch::channel("soup");
    /// assert!(!receiver.is_closed());
    /// drop(sender);
    /// assert!(receiver.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.shared.state.lock().senders == 0
    }

    /// Makes the latest version count as not seen: [`changed`](Self::changed) is then ready at once.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (_sender, mut receiver) = toque::sync::watch::channel("soup");
    /// receiver.mark_changed();
    /// assert!(receiver.changed().await.is_ok()); // at once
    /// # });
    /// ```
    pub fn mark_changed(&mut self) {
        self.seen = self.shared.state.lock().version().wrapping_sub(1);
    }

    /// Makes the latest version count as seen.
    ///
    /// # Example
    /// ```
    /// let (sender, mut receiver) = toque::sync::watch::channel("soup");
    /// sender.send("salad").unwrap();
    /// receiver.mark_unchanged();
    /// assert!(!receiver.has_changed().unwrap());
    /// ```
    pub fn mark_unchanged(&mut self) {
        self.seen = self.shared.state.lock().version();
    }

    /// Waits for a version that was not seen yet. It then counts as seen.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::sync::watch::channel("soup");
    /// sender.send("salad").unwrap();
    /// drop(sender);
    /// assert!(receiver.changed().await.is_ok());
    /// assert!(receiver.changed().await.is_err());
    /// # });
    /// ```
    ///
    /// # Errors
    /// If all senders are gone, and the last version was seen.
    ///
    /// # Cancel safety
    /// A future that is dropped before it was ready has marked nothing as seen.
    #[track_caller]
    pub fn changed(&mut self) -> impl Future<Output = Result<(), RecvError>> {
        called(
            || "watch::Receiver::changed",
            changed(&self.shared, &mut self.seen),
        )
    }

    /// Waits for a value that `is_wanted`. The value that is there is asked about first, seen or not; what is asked
    /// about counts as seen. It is called under the value's lock, and must not use the channel.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::sync::watch::channel(0);
    /// std::thread::spawn(move || (1..=3).for_each(|progress| drop(sender.send(progress))));
    /// assert_eq!(*receiver.wait_for(|progress| *progress >= 3).await.unwrap(), 3);
    /// # });
    /// ```
    ///
    /// # Panics
    /// With the panic of `is_wanted`.
    ///
    /// # Errors
    /// If all senders are gone, and the last value is not wanted.
    ///
    /// # Cancel safety
    /// A dropped future may have marked as seen what was not wanted; nothing else is lost.
    #[track_caller]
    pub fn wait_for(
        &mut self,
        mut is_wanted: impl FnMut(&T) -> bool,
    ) -> impl Future<Output = Result<Ref<'_, T>, RecvError>> {
        called(|| "watch::Receiver::wait_for", async move {
            budget::consume_budget().await;
            loop {
                let value = self.shared.read(|version| see(&mut self.seen, version));
                if is_wanted(&value) {
                    return Ok(value);
                }
                drop(value);
                // an error only when the last version was asked about
                changed(&self.shared, &mut self.seen).await?;
            }
        })
    }

    /// Whether both receive from the same senders.
    ///
    /// # Example
    /// ```
    /// let (_sender, receiver) = toque::sync::watch::channel("soup");
    /// let (_sender, another) = toque::sync::watch::channel("soup");
    /// assert!(receiver.same_channel(&receiver.clone()));
    /// assert!(!receiver.same_channel(&another));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

/// Waits for a version that is not `seen`.
async fn changed<T>(shared: &Shared<T>, seen: &mut u64) -> Result<(), RecvError> {
    let mut listener = Listener::new(&shared.state, |state: &mut State| &mut state.changed);
    poll_fn(|cx| {
        ready!(budget::poll_proceed(cx));
        // The next version, or the last sender's drop, owes the wake.
        let news = ready!(listener.poll(cx, |state| state.news(seen)));
        budget::spend();
        Poll::Ready(news)
    })
    .await
}

/// Marks `version` as seen. True if it was not before.
fn see(seen: &mut u64, version: u64) -> bool {
    std::mem::replace(seen, version) != version
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.shared.state.lock().receivers += 1;
        Self {
            shared: self.shared.clone(),
            seen: self.seen,
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.change(|state, wakers| {
            state.receivers -= 1;
            if state.receivers == 0 {
                state.closed.serve_all(wakers);
            }
        });
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("seen", &self.seen)
            .finish_non_exhaustive()
    }
}
