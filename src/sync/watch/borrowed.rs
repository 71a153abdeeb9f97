//! A look at the value, which holds its lock.

use std::ops::Deref;

use crate::shim::sync::RwLockReadGuard;

/// The value of a channel, as it is while this lives: of `borrow`, `borrow_and_update` and `wait_for`.
///
/// It holds a lock: a send waits until it is dropped, and blocks its thread. See [the module](super).
///
/// # Example
/// ```
/// let (sender, receiver) = toque::sync::watch::channel("closed");
/// let sign = receiver.borrow();
/// assert_eq!(*sign, "closed");
/// drop(sign); // before the send, which would wait for it
/// sender.send("open").unwrap();
/// assert_eq!(*receiver.borrow(), "open");
/// ```
#[derive(Debug)]
pub struct Ref<'a, T> {
    /// Keeps senders from changing the value.
    value: RwLockReadGuard<'a, T>,
    /// Whether the receiver had not seen this version before.
    has_changed: bool,
}

impl<'a, T> Ref<'a, T> {
    pub(super) fn new(value: RwLockReadGuard<'a, T>, has_changed: bool) -> Self {
        Self { value, has_changed }
    }

    /// Whether the receiver had not marked this version as seen before. Of a sender's borrow, always false.
    ///
    /// # Example
    /// ```
    /// let (sender, mut receiver) = toque::sync::watch::channel(1);
    /// sender.send(2).unwrap();
    /// assert!(receiver.borrow_and_update().has_changed());
    /// assert!(!receiver.borrow_and_update().has_changed());
    /// ```
    pub fn has_changed(&self) -> bool {
        self.has_changed
    }
}

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
