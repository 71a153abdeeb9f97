//! Weak senders: they do not keep the channel open.

use std::fmt;

use super::channel::WeakEnd;
use super::sender::Sender;
use super::unbounded::UnboundedSender;

/// A [`Sender`] that does not keep the channel open. Made by [`Sender::downgrade`].
///
/// # Example
/// ```
/// let (sender, receiver) = toque::sync::mpsc::channel::<u32>(1);
/// let weak = sender.downgrade();
/// assert!(weak.upgrade().is_some());
/// drop(sender);
/// assert!(weak.upgrade().is_none());
/// assert!(receiver.is_closed());
/// ```
pub struct WeakSender<T>(pub(super) WeakEnd<T>);

impl<T> WeakSender<T> {
    /// A sender, if there still is one.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::mpsc::channel::<u32>(1);
    /// let weak = sender.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// ```
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.0.upgrade().map(Sender)
    }

    /// How many senders there are, owned permits included.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::mpsc::channel::<&str>(2);
    /// let weak = sender.downgrade();
    /// assert_eq!(weak.strong_count(), 1);
    /// drop(sender);
    /// assert_eq!(weak.strong_count(), 0);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.0.look(|state| state.senders)
    }

    /// How many weak senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::mpsc::channel::<&str>(2);
    /// let weak = sender.downgrade();
    /// assert_eq!(weak.weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.0.look(|state| state.weak_senders)
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}

/// An [`UnboundedSender`] that does not keep the channel open. Made by [`UnboundedSender::downgrade`].
///
/// # Example
/// ```
/// let (sender, receiver) = toque::sync::mpsc::unbounded_channel::<u32>();
/// let weak = sender.downgrade();
/// assert!(weak.upgrade().is_some());
/// drop(sender);
/// assert!(weak.upgrade().is_none());
/// assert!(receiver.is_closed());
/// ```
pub struct WeakUnboundedSender<T>(pub(super) WeakEnd<T>);

impl<T> WeakUnboundedSender<T> {
    /// A sender, if there still is one. As [`WeakSender::upgrade`].
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::mpsc::unbounded_channel::<&str>();
    /// let weak = sender.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// ```
    pub fn upgrade(&self) -> Option<UnboundedSender<T>> {
        self.0.upgrade().map(UnboundedSender)
    }

    /// How many senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::mpsc::unbounded_channel::<&str>();
    /// let weak = sender.downgrade();
    /// assert_eq!(weak.strong_count(), 1);
    /// drop(sender);
    /// assert_eq!(weak.strong_count(), 0);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.0.look(|state| state.senders)
    }

    /// How many weak senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::sync::mpsc::unbounded_channel::<&str>();
    /// let weak = sender.downgrade();
    /// assert_eq!(weak.weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.0.look(|state| state.weak_senders)
    }
}

impl<T> Clone for WeakUnboundedSender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for WeakUnboundedSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakUnboundedSender")
            .finish_non_exhaustive()
    }
}
