//! What can be wrong with a send or a receive.
//!
//! # Example
//! ```
//! use toque::sync::mpsc::{self, error::TrySendError};
//!
//! let (orders, kitchen) = mpsc::channel(1);
//! orders.try_send("soup").unwrap();
//! assert_eq!(orders.try_send("salad"), Err(TrySendError::Full("salad")));
//! drop(kitchen);
//! assert_eq!(orders.try_send("salad"), Err(TrySendError::Closed("salad")));
//! ```

use std::error::Error;
use std::fmt;

/// The channel is closed; the value comes back.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use toque::sync::mpsc::{self, error::SendError};
///
/// let (sender, receiver) = mpsc::channel(1);
/// drop(receiver);
/// assert_eq!(sender.send("soup").await, Err(SendError("soup")));
/// # });
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError").finish_non_exhaustive()
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("channel closed")
    }
}

impl<T> Error for SendError<T> {}

/// The value could not be sent at once; it comes back.
///
/// # Example
/// ```
/// use toque::sync::mpsc::{self, error::TrySendError};
///
/// let (sender, receiver) = mpsc::channel(1);
/// sender.try_send("soup").unwrap();
/// assert_eq!(sender.try_send("salad"), Err(TrySendError::Full("salad")));
/// drop(receiver);
/// assert_eq!(sender.try_send("salad"), Err(TrySendError::Closed("salad")));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// No place is free, or others were first in waiting for one.
    Full(T),
    /// The receiver was closed or dropped.
    Closed(T),
}

impl<T> TrySendError<T> {
    /// The value.
    ///
    /// # Example
    /// ```
    /// let (orders, _kitchen) = toque::sync::mpsc::channel(1);
    /// orders.try_send("soup").unwrap();
    /// let too_much = orders.try_send("salad").unwrap_err();
    /// assert_eq!(too_much.into_inner(), "salad"); // for another kitchen
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(value) | Self::Closed(value) => value,
        }
    }
}

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "no available capacity",
            Self::Closed(_) => "channel closed",
        })
    }
}

impl<T> Error for TrySendError<T> {}

impl<T> From<SendError<T>> for TrySendError<T> {
    fn from(SendError(value): SendError<T>) -> Self {
        Self::Closed(value)
    }
}

/// The value could not be sent in time; it comes back.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use std::time::Duration;
/// use toque::sync::mpsc::{self, error::SendTimeoutError};
///
/// let (sender, receiver) = mpsc::channel(1);
/// sender.try_send("soup").unwrap();
/// let sent = sender.send_timeout("salad", Duration::from_millis(1)).await;
/// assert_eq!(sent, Err(SendTimeoutError::Timeout("salad")));
/// assert_eq!(sent.unwrap_err().into_inner(), "salad");
/// # });
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SendTimeoutError<T> {
    /// No place came free before the deadline.
    Timeout(T),
    /// The receiver was closed or dropped.
    Closed(T),
}

impl<T> SendTimeoutError<T> {
    /// The value.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (orders, _kitchen) = toque::sync::mpsc::channel(1);
    /// orders.try_send("soup").unwrap();
    /// let late = orders.send_timeout("salad", Duration::from_millis(1)).await.unwrap_err();
    /// assert_eq!(late.into_inner(), "salad");
    /// # });
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            Self::Timeout(value) | Self::Closed(value) => value,
        }
    }
}

impl<T> fmt::Debug for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout(_) => "Timeout(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> fmt::Display for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout(_) => "timed out waiting on send operation",
            Self::Closed(_) => "channel closed",
        })
    }
}

impl<T> Error for SendTimeoutError<T> {}

/// No value could be received at once.
///
/// # Example
/// ```
/// use toque::sync::mpsc::{self, error::TryRecvError};
///
/// let (sender, mut receiver) = mpsc::channel::<u32>(1);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
/// drop(sender);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TryRecvError {
    /// Not yet: a sender or a permit may still bring one.
    Empty,
    /// Never: all is received, and nobody is left who may send.
    Disconnected,
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "receiving on an empty channel",
            Self::Disconnected => "receiving on a closed channel",
        })
    }
}

impl Error for TryRecvError {}
