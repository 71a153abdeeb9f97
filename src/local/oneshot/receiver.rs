//! The receiver: a future of the value, or of the news that none will come.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use super::error::{RecvError, TryRecvError};
use super::state::Channel;

/// Receives the value of the [`Sender`](super::Sender): a future of `Result<T, RecvError>`.
/// Made by [`channel`](super::channel).
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (sender, receiver) = toque::local::oneshot::channel::<u32>();
/// drop(sender);
/// assert!(receiver.await.is_err());
/// # });
/// ```
///
/// # Panics
/// When it is polled after it was ready.
///
/// # Errors
/// `RecvError` if the sender was dropped without a value, or the receiver was [closed](Self::close) before it came.
///
/// # Cancel safety
/// The receiver *is* the future: dropped, it drops the value, and the sender is told. To wait in a `select!` in a loop,
/// await `&mut receiver`.
#[must_use = "futures do nothing unless awaited"]
pub struct Receiver<T> {
    /// Empty once the outcome was given out.
    channel: Option<Rc<Channel<T>>>,
}

impl<T> Receiver<T> {
    pub(super) fn new(channel: Rc<Channel<T>>) -> Self {
        Self {
            channel: Some(channel),
        }
    }

    /// Refuses a value from now on. One that was sent before can still be received.
    ///
    /// # Example
    /// ```
    /// let (sender, mut receiver) = toque::local::oneshot::channel();
    /// receiver.close();
    /// assert_eq!(sender.send(1), Err(1));
    /// ```
    pub fn close(&mut self) {
        if let Some(channel) = &self.channel {
            channel.close();
        }
    }

    /// Whether the outcome was given out already: to poll it now would panic.
    ///
    /// # Example
    /// ```
    /// let (sender, mut receiver) = toque::local::oneshot::channel();
    /// sender.send("soup").unwrap();
    /// assert!(!receiver.is_terminated());
    /// assert_eq!(receiver.try_recv(), Ok("soup"));
    /// assert!(receiver.is_terminated());
    /// ```
    pub fn is_terminated(&self) -> bool {
        self.channel.is_none()
    }

    /// Whether no value is there to be received at once.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::local::oneshot::channel();
    /// assert!(receiver.is_empty());
    /// sender.send("soup").unwrap();
    /// assert!(!receiver.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        !self
            .channel
            .as_ref()
            .is_some_and(|channel| channel.has_value())
    }

    /// Takes the value if it is there.
    ///
    /// # Example
    /// ```
    /// use toque::local::oneshot::{self, error::TryRecvError};
    ///
    /// let (sender, mut receiver) = oneshot::channel();
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
    /// ```
    ///
    /// # Errors
    /// `Empty` if it may still come, `Closed` if it never will.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let channel = self.channel.as_ref().ok_or(TryRecvError::Closed)?;
        let outcome = channel.try_recv().ok_or(TryRecvError::Empty)?;
        self.channel = None;
        outcome.map_err(|RecvError(())| TryRecvError::Closed)
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, RecvError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let channel = self.channel.as_ref();
        let channel = channel.expect(
            "a `oneshot::Receiver` was polled after it was ready: ask `is_terminated` first",
        );
        let outcome = ready!(channel.poll_recv(cx));
        self.channel = None;
        Poll::Ready(outcome)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.abandon();
        }
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}
