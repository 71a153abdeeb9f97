//! Permits: places in the queue that were promised to a sender.
//! Made by the `reserve` methods. A permit always ends in one of two ways: its place is filled, or it is given up.

use std::fmt;
use std::iter::FusedIterator;
use std::mem::ManuallyDrop;

use super::channel::Channel;
use super::sender::Sender;

/// A place in the queue, of [`Sender::reserve`] and [`Sender::try_reserve`]. Dropped, it gives the place up.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (sender, mut receiver) = toque::local::mpsc::channel(1);
/// let permit = sender.reserve().await.unwrap();
/// assert!(sender.try_send("salad").is_err()); // the place is taken
/// permit.send("soup"); // at once, and without an error
/// assert_eq!(receiver.recv().await, Some("soup"));
/// # });
/// ```
pub struct Permit<'a, T> {
    /// Where the place is promised.
    channel: &'a Channel<T>,
}

impl<'a, T> Permit<'a, T> {
    pub(super) fn new(channel: &'a Channel<T>) -> Self {
        Self { channel }
    }

    /// Sends a value into the place. It never waits, and also sends after a close; if the receiver was dropped, so is
    /// the value.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::local::mpsc::channel(1);
    /// sender.reserve().await.unwrap().send("sandwich");
    /// assert_eq!(receiver.recv().await, Some("sandwich"));
    /// # });
    /// ```
    pub fn send(self, value: T) {
        // The place is filled, so this must not give it up; and not even when the receiver's waker panics.
        let permit = ManuallyDrop::new(self);
        permit.channel.send_promised(value);
    }
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        self.channel.take_back(1);
    }
}

impl<T> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

/// Places in the queue, of [`Sender::reserve_many`] and [`Sender::try_reserve_many`]: one permit each.
/// Dropped, it gives up those that were not taken out.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (sender, receiver) = toque::local::mpsc::channel(3);
/// for (permit, dish) in sender.reserve_many(3).await.unwrap().zip(["soup", "salad"]) {
///     permit.send(dish);
/// }
/// assert_eq!(receiver.len(), 2);
/// assert_eq!(sender.capacity(), 1); // the third place was given up
/// # });
/// ```
pub struct PermitIterator<'a, T> {
    /// Where the places are promised.
    channel: &'a Channel<T>,
    /// How many are left.
    left: usize,
}

impl<'a, T> PermitIterator<'a, T> {
    pub(super) fn new(channel: &'a Channel<T>, places: usize) -> Self {
        Self {
            channel,
            left: places,
        }
    }
}

impl<'a, T> Iterator for PermitIterator<'a, T> {
    type Item = Permit<'a, T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(Permit::new(self.channel))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for PermitIterator<'_, T> {}

impl<T> FusedIterator for PermitIterator<'_, T> {}

impl<T> Drop for PermitIterator<'_, T> {
    fn drop(&mut self) {
        if self.left > 0 {
            self.channel.take_back(self.left);
        }
    }
}

impl<T> fmt::Debug for PermitIterator<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PermitIterator")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

/// A place in the queue with its sender, of [`Sender::reserve_owned`] and [`Sender::try_reserve_owned`].
/// Dropped, it gives the place up.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (sender, mut receiver) = toque::local::mpsc::channel(1);
/// let permit = sender.reserve_owned().await.unwrap();
/// toque::spawn(async move { permit.send("soup") });
/// assert_eq!(receiver.recv().await, Some("soup"));
/// # });
/// ```
pub struct OwnedPermit<T> {
    /// Taken out by `send` and `release`.
    sender: Option<Sender<T>>,
}

impl<T> OwnedPermit<T> {
    pub(super) fn new(sender: Sender<T>) -> Self {
        Self {
            sender: Some(sender),
        }
    }

    /// Sends a value into the place, as [`Permit::send`], and gives the sender back.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::local::mpsc::channel(1);
    /// let permit = sender.reserve_owned().await.unwrap();
    /// let sender = permit.send("soup"); // it is given back
    /// assert_eq!(sender.capacity(), 0);
    /// assert_eq!(receiver.recv().await, Some("soup"));
    /// # });
    /// ```
    pub fn send(mut self, value: T) -> Sender<T> {
        let sender = self.take();
        sender.0.send_promised(value);
        sender
    }

    /// Gives the place up, and the sender back.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, _receiver) = toque::local::mpsc::channel::<&str>(1);
    /// let permit = sender.reserve_owned().await.unwrap();
    /// let sender = permit.release();
    /// assert_eq!(sender.capacity(), 1);
    /// # });
    /// ```
    pub fn release(mut self) -> Sender<T> {
        let sender = self.take();
        sender.0.take_back(1);
        sender
    }

    /// Whether both are of the same channel.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, _receiver) = toque::local::mpsc::channel::<&str>(2);
    /// let first = sender.clone().reserve_owned().await.unwrap();
    /// let second = sender.reserve_owned().await.unwrap();
    /// assert!(first.same_channel(&second));
    /// # });
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        let other = other.sender.as_ref();
        other.is_some_and(|other| self.same_channel_as_sender(other))
    }

    /// Whether the sender sends to the same receiver.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, _receiver) = toque::local::mpsc::channel::<&str>(2);
    /// let permit = sender.clone().reserve_owned().await.unwrap();
    /// assert!(permit.same_channel_as_sender(&sender));
    /// # });
    /// ```
    pub fn same_channel_as_sender(&self, sender: &Sender<T>) -> bool {
        let own = self.sender.as_ref();
        own.is_some_and(|own| own.same_channel(sender))
    }

    fn take(&mut self) -> Sender<T> {
        let sender = self.sender.take();
        sender.expect("the sender is taken out only once, by a method that consumes the permit")
    }
}

impl<T> Drop for OwnedPermit<T> {
    fn drop(&mut self) {
        if let Some(sender) = &self.sender {
            sender.0.take_back(1);
        }
    }
}

impl<T> fmt::Debug for OwnedPermit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedPermit").finish_non_exhaustive()
    }
}
