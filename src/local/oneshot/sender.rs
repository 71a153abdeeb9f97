//! The sender: it gives its value once, and may wait for the receiver to lose interest.

use std::fmt;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Context, Poll};

use super::state::Channel;
use crate::waits::{called, polled};

/// Sends one value to the [`Receiver`](super::Receiver). Made by [`channel`](super::channel).
///
/// Dropped without a value, it tells the receiver, whose answer is then an error.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (sender, receiver) = toque::local::oneshot::channel();
/// toque::spawn(async move { sender.send("soup") });
/// assert_eq!(receiver.await, Ok("soup"));
/// # });
/// ```
pub struct Sender<T> {
    /// Shared with the receiver.
    channel: Rc<Channel<T>>,
    /// Set by `send`: the drop after it has nothing left to tell.
    sent: bool,
}

impl<T> Sender<T> {
    pub(super) fn new(channel: Rc<Channel<T>>) -> Self {
        Self {
            channel,
            sent: false,
        }
    }

    /// Sends the value. It never waits.
    ///
    /// `Ok` says that the value is in the channel, not that it was received: the receiver may still be dropped.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::local::oneshot::channel();
    /// drop(receiver);
    /// assert_eq!(sender.send("sandwich"), Err("sandwich"));
    /// ```
    ///
    /// # Errors
    /// Gives the value back if the receiver was closed or dropped.
    pub fn send(mut self, value: T) -> Result<(), T> {
        self.sent = true;
        self.channel.finish(Some(value)).map_or(Ok(()), Err)
    }

    /// Waits until the receiver was closed or dropped, so that work nobody waits for can end early.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (mut sender, receiver) = toque::local::oneshot::channel::<u32>();
    /// drop(receiver);
    /// sender.closed().await;
    /// assert!(sender.is_closed());
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    #[track_caller]
    pub fn closed(&mut self) -> impl Future<Output = ()> {
        called(
            || "local::oneshot::Sender::closed",
            poll_fn(|cx| self.channel.poll_closed(cx)),
        )
    }

    /// Whether the receiver was closed or dropped: [`send`](Self::send) would fail.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::local::oneshot::channel::<&str>();
    /// assert!(!sender.is_closed());
    /// drop(receiver);
    /// assert!(sender.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.channel.is_closed()
    }

    /// The poll of [`closed`](Self::closed). The last task that polled is woken.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (mut sender, receiver) = toque::local::oneshot::channel::<&str>();
    /// drop(receiver);
    /// std::future::poll_fn(|cx| sender.poll_closed(cx)).await;
    /// # });
    /// ```
    #[track_caller]
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        polled(
            "local::oneshot::Sender::poll_closed",
            self.channel.poll_closed(cx),
        )
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if !self.sent {
            self.channel.finish(None);
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}
