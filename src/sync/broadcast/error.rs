//! What can be wrong with a send or a receive.
//!
//! # Example
//! ```
//! use toque::sync::broadcast::{self, error::TryRecvError};
//!
//! let (news, mut reader) = broadcast::channel(1);
//! assert_eq!(reader.try_recv(), Err(TryRecvError::Empty));
//! news.send("soup").unwrap();
//! news.send("salad").unwrap();
//! assert_eq!(reader.try_recv(), Err(TryRecvError::Lagged(1))); // one was missed
//! assert_eq!(reader.try_recv(), Ok("salad"));
//! ```

use std::error::Error;
use std::fmt;

/// No receiver is there; the value comes back.
///
/// # Example
/// ```
/// use toque::sync::broadcast::{self, error::SendError};
///
/// let (sender, receiver) = broadcast::channel(1);
/// drop(receiver);
/// let SendError(value) = sender.send("soup").unwrap_err();
/// assert_eq!(value, "soup");
/// ```
#[derive(Debug)]
pub struct SendError<T>(pub T);

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("channel closed")
    }
}

impl<T: fmt::Debug> Error for SendError<T> {}

/// The answer of [`Receiver::recv`](super::Receiver::recv) without a value.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use toque::sync::broadcast::{self, error::RecvError};
///
/// let (sender, mut receiver) = broadcast::channel(1);
/// sender.send("soup").unwrap();
/// sender.send("salad").unwrap();
/// assert_eq!(receiver.recv().await, Err(RecvError::Lagged(1)));
/// assert_eq!(receiver.recv().await, Ok("salad"));
/// drop(sender);
/// assert_eq!(receiver.recv().await, Err(RecvError::Closed));
/// # });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecvError {
    /// All is received, and no sender is left.
    Closed,
    /// The receiver was too slow, and has lost so many values. The next receive gives the oldest that is kept.
    Lagged(u64),
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("channel closed"),
            Self::Lagged(missed) => write!(f, "channel lagged by {missed}"),
        }
    }
}

impl Error for RecvError {}

/// The answer of [`Receiver::try_recv`](super::Receiver::try_recv) without a value.
///
/// # Example
/// ```
/// use toque::sync::broadcast::{self, error::TryRecvError};
///
/// let (sender, mut receiver) = broadcast::channel::<u32>(1);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
/// drop(sender);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TryRecvError {
    /// Not yet: a sender is left.
    Empty,
    /// All is received, and no sender is left.
    Closed,
    /// The receiver was too slow, and has lost so many values. The next receive gives the oldest that is kept.
    Lagged(u64),
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("channel empty"),
            Self::Closed => f.write_str("channel closed"),
            Self::Lagged(missed) => write!(f, "channel lagged by {missed}"),
        }
    }
}

impl Error for TryRecvError {}

impl From<RecvError> for TryRecvError {
    fn from(error: RecvError) -> Self {
        match error {
            RecvError::Closed => Self::Closed,
            RecvError::Lagged(missed) => Self::Lagged(missed),
        }
    }
}
