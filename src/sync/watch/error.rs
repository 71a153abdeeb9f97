//! What can be wrong with a send or a wait.
//!
//! # Example
//! ```
//! use toque::sync::watch::{self, error::RecvError};
//!
//! # toque::Runtime::new().unwrap().block_on(async {
//! let (sign, mut guest) = watch::channel("open");
//! drop(sign);
//! assert!(matches!(guest.changed().await, Err(RecvError { .. }))); // it will never change
//! # });
//! ```

use std::error::Error;
use std::fmt;

/// No receiver is there; the value comes back.
///
/// # Example
/// ```
/// use toque::sync::watch::{self, error::SendError};
///
/// let (sender, receiver) = watch::channel("closed");
/// drop(receiver);
/// assert_eq!(sender.send("open"), Err(SendError("open")));
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

/// All senders are gone: the value will not change any more.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (sender, mut receiver) = toque::sync::watch::channel("closed");
/// drop(sender);
/// let error = receiver.changed().await.unwrap_err();
/// assert_eq!(error.to_string(), "channel closed");
/// assert_eq!(*receiver.borrow(), "closed"); // the value stays
/// # });
/// ```
#[derive(Debug, Clone)]
pub struct RecvError(pub(super) ());

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("channel closed")
    }
}

impl Error for RecvError {}
