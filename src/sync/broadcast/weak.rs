//! The weak sender: it does not keep the channel open.

use std::fmt;

use super::sender::Sender;
use super::shared::Shared;
use crate::shim::sync::Arc;

/// A [`Sender`] that does not keep the channel open. Made by [`Sender::downgrade`].
///
/// # Example
/// ```
/// let (sender, receiver) = toque::sync::broadcast::channel::<u32>(1);
/// let weak = sender.downgrade();
/// assert!(weak.upgrade().is_some());
/// drop(sender);
/// assert!(weak.upgrade().is_none());
/// assert!(receiver.is_closed());
/// ```
pub struct WeakSender<T> {
    /// The channel that it may send to again.
    shared: Arc<Shared<T>>,
}

impl<T> WeakSender<T> {
    pub(super) fn new(shared: &Arc<Shared<T>>) -> Self {
        shared.tail.lock().weak_senders += 1;
        Self {
            shared: shared.clone(),
        }
    }

    /// A sender, if there still is one.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::broadcast::channel::<u32>(1);
    /// let weak = sender.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use]
    pub fn upgrade(&self) -> Option<Sender<T>> {
        let mut tail = self.shared.tail.lock();
        if tail.senders == 0 {
            return None;
        }
        tail.senders += 1;
        Some(Sender::counted(self.shared.clone()))
    }

    /// How many senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::broadcast::channel::<&str>(4);
    /// let weak = sender.downgrade();
    /// assert_eq!(weak.strong_count(), 1);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.shared.tail.lock().senders
    }

    /// How many weak senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::broadcast::channel::<&str>(4);
    /// let weak = sender.downgrade();
    /// assert_eq!(weak.weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.shared.tail.lock().weak_senders
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self::new(&self.shared)
    }
}

impl<T> Drop for WeakSender<T> {
    fn drop(&mut self) {
        self.shared.tail.lock().weak_senders -= 1;
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}
