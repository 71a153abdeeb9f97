//! The error of a lock that is not free.

use std::error::Error;
use std::fmt;

/// The lock is held by another, or others wait for it already.
///
/// The error of `try_lock`, `try_read`, `try_write` and their owned forms.
///
/// # Example
/// ```
/// let mutex = toque::sync::Mutex::new(1);
/// let guard = mutex.try_lock().unwrap();
/// assert!(mutex.try_lock().is_err());
/// drop(guard);
/// assert!(mutex.try_lock().is_ok());
/// ```
#[derive(Debug)]
pub struct TryLockError(pub(crate) ());

impl fmt::Display for TryLockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("operation would block")
    }
}

impl Error for TryLockError {}
