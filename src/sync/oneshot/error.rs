//! What can be wrong with a receive.
//!
//! # Example
//! ```
//! use toque::sync::oneshot::{self, error::TryRecvError};
//!
//! let (answer, mut question) = oneshot::channel::<u32>();
//! assert_eq!(question.try_recv(), Err(TryRecvError::Empty)); // not yet
//! drop(answer);
//! assert_eq!(question.try_recv(), Err(TryRecvError::Closed)); // never
//! ```

use std::error::Error;
use std::fmt;

/// The answer of a [`Receiver`](super::Receiver) that was closed, or whose sender was dropped without a value.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (sender, receiver) = toque::sync::oneshot::channel::<u32>();
/// drop(sender);
/// let error = receiver.await.unwrap_err();
/// assert_eq!(error.to_string(), "channel closed");
/// # });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecvError(pub(crate) ());

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("channel closed")
    }
}

impl Error for RecvError {}

/// The answer of [`Receiver::try_recv`](super::Receiver::try_recv) without a value.
///
/// # Example
/// ```
/// use toque::sync::oneshot::{self, error::TryRecvError};
///
/// let (sender, mut receiver) = oneshot::channel::<u32>();
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
/// drop(sender);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TryRecvError {
    /// Not yet: the sender still lives.
    Empty,
    /// Never: the value was taken, the sender is gone, or the receiver was closed.
    Closed,
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "channel empty",
            Self::Closed => "channel closed",
        })
    }
}

impl Error for TryRecvError {}
