//! The sender of a bounded channel.

use std::fmt;
use std::future::Future;

use super::channel::SenderEnd;
use super::error::{SendError, TrySendError};
use super::permit::{OwnedPermit, Permit, PermitIterator};
use super::reservation;
use super::weak::WeakSender;
use crate::sync::mpsc::state::State;
use crate::waits::called;

/// Sends to the [`Receiver`](super::Receiver). Made by [`channel`](super::channel), and cloned for more senders.
///
/// When the last is dropped, the receiver gets what is queued, and then `None`.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (waiter, mut cook) = toque::local::mpsc::channel(2);
/// let other_waiter = waiter.clone();
/// waiter.send("soup").await.unwrap();
/// other_waiter.send("salad").await.unwrap();
/// assert_eq!(cook.recv().await, Some("soup"));
/// assert_eq!(cook.recv().await, Some("salad"));
/// # });
/// ```
pub struct Sender<T>(pub(super) SenderEnd<T>);

impl<T> Sender<T> {
    /// Sends a value, and waits while there is no room.
    ///
    /// `Ok` says that the value is in the queue, not that it was received: the receiver may still be dropped.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// use toque::local::mpsc::{self, error::SendError};
    ///
    /// let (sender, mut receiver) = mpsc::channel(1);
    /// sender.send("soup").await.unwrap();
    /// receiver.close();
    /// assert_eq!(sender.send("salad").await, Err(SendError("salad")));
    /// # });
    /// ```
    ///
    /// # Errors
    /// Gives the value back if the receiver was closed or dropped.
    ///
    /// # Cancel safety
    /// Dropped while it waits, it drops the value, which was not sent, and loses its turn. To keep the value, wait for
    /// a place with [`reserve`](Self::reserve).
    #[track_caller]
    pub fn send(&self, value: T) -> impl Future<Output = Result<(), SendError<T>>> {
        called(
            || "local::mpsc::Sender::send",
            reservation::send(&self.0, value),
        )
    }

    /// Sends a value if there is room and nobody waits for it.
    ///
    /// # Example
    /// ```
    /// use toque::local::mpsc::{self, error::TrySendError};
    ///
    /// let (sender, receiver) = mpsc::channel(1);
    /// assert_eq!(sender.try_send("soup"), Ok(()));
    /// assert_eq!(sender.try_send("salad"), Err(TrySendError::Full("salad")));
    /// drop(receiver);
    /// assert_eq!(sender.try_send("bread"), Err(TrySendError::Closed("bread")));
    /// ```
    ///
    /// # Errors
    /// Gives the value back: in `Full` if there is no room, in `Closed` if the receiver was closed or dropped.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.0.try_send(value)
    }

    /// Waits for a place in the queue. The permit holds it until a value is sent there.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::local::mpsc::channel(1);
    /// let permit = sender.reserve().await.unwrap();
    /// assert!(sender.try_send("late").is_err());
    /// permit.send("sandwich");
    /// assert_eq!(receiver.recv().await, Some("sandwich"));
    /// # });
    /// ```
    ///
    /// # Errors
    /// If the receiver was closed or dropped.
    ///
    /// # Cancel safety
    /// Dropped while it waits, it loses its turn, and passes on a place that it had been given.
    #[track_caller]
    pub fn reserve(&self) -> impl Future<Output = Result<Permit<'_, T>, SendError<()>>> {
        called(|| "local::mpsc::Sender::reserve", async {
            reservation::reserve(&self.0, 1).await?;
            Ok(Permit::new(&self.0))
        })
    }

    /// Waits for `places` in the queue, to have them all at once.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::local::mpsc::channel(2);
    /// for (permit, course) in sender.reserve_many(2).await.unwrap().zip(["soup", "salad"]) {
    ///     permit.send(course);
    /// }
    /// assert_eq!(receiver.recv().await, Some("soup"));
    /// assert_eq!(receiver.recv().await, Some("salad"));
    /// # });
    /// ```
    ///
    /// # Errors
    /// If the receiver was closed or dropped, or if `places` is more than the [capacity](Self::max_capacity).
    ///
    /// # Cancel safety
    /// As [`reserve`](Self::reserve).
    #[track_caller]
    pub fn reserve_many(
        &self,
        places: usize,
    ) -> impl Future<Output = Result<PermitIterator<'_, T>, SendError<()>>> {
        called(|| "local::mpsc::Sender::reserve_many", async move {
            if places > self.max_capacity() {
                return Err(SendError(()));
            }
            reservation::reserve(&self.0, places).await?;
            Ok(PermitIterator::new(&self.0, places))
        })
    }

    /// Waits for a place, for a permit that owns the sender and so can go anywhere. Clone the sender to keep one.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, mut receiver) = toque::local::mpsc::channel(1);
    /// let permit = sender.reserve_owned().await.unwrap();
    /// let sender = permit.send("sandwich");
    /// assert_eq!(receiver.recv().await, Some("sandwich"));
    /// # drop(sender);
    /// # });
    /// ```
    ///
    /// # Errors
    /// If the receiver was closed or dropped. The sender is dropped with it.
    ///
    /// # Cancel safety
    /// As [`reserve`](Self::reserve); the sender is dropped.
    #[track_caller]
    pub fn reserve_owned(self) -> impl Future<Output = Result<OwnedPermit<T>, SendError<()>>> {
        called(|| "local::mpsc::Sender::reserve_owned", async move {
            reservation::reserve(&self.0, 1).await?;
            Ok(OwnedPermit::new(self))
        })
    }

    /// Takes a place if one is free and nobody waits for it.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::local::mpsc::channel::<u32>(1);
    /// let permit = sender.try_reserve().unwrap();
    /// assert!(sender.try_reserve().is_err());
    /// drop(permit);
    /// assert!(sender.try_reserve().is_ok());
    /// ```
    ///
    /// # Errors
    /// `Full` if there is no room, `Closed` if the receiver was closed or dropped.
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        self.0.change(|state, _| state.promise(1))?;
        Ok(Permit::new(&self.0))
    }

    /// Takes `places`, all of them, if they are free and nobody waits for one.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::local::mpsc::channel::<u32>(2);
    /// assert_eq!(sender.try_reserve_many(2).unwrap().len(), 2);
    /// assert!(sender.try_reserve_many(3).is_err());
    /// ```
    ///
    /// # Errors
    /// `Full` if there is not enough room, or never will be; `Closed` if the receiver was closed or dropped.
    pub fn try_reserve_many(
        &self,
        places: usize,
    ) -> Result<PermitIterator<'_, T>, TrySendError<()>> {
        if places > self.max_capacity() {
            return Err(TrySendError::Full(()));
        }
        self.0.change(|state, _| state.promise(places))?;
        Ok(PermitIterator::new(&self.0, places))
    }

    /// As [`try_reserve`](Self::try_reserve), for a permit that owns the sender.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::local::mpsc::channel::<u32>(1);
    /// let permit = sender.clone().try_reserve_owned().unwrap();
    /// assert!(sender.try_reserve_owned().is_err());
    /// # drop(permit);
    /// ```
    ///
    /// # Errors
    /// As `try_reserve`; the sender comes back.
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<T>, TrySendError<Self>> {
        match self.0.change(|state, _| state.promise(1)) {
            Ok(()) => Ok(OwnedPermit::new(self)),
            Err(TrySendError::Full(())) => Err(TrySendError::Full(self)),
            Err(TrySendError::Closed(())) => Err(TrySendError::Closed(self)),
        }
    }

    /// Waits until the receiver was closed or dropped, so that work nobody waits for can end early.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, receiver) = toque::local::mpsc::channel::<u32>(1);
    /// drop(receiver);
    /// sender.closed().await;
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    #[track_caller]
    pub fn closed(&self) -> impl Future<Output = ()> {
        called(|| "local::mpsc::Sender::closed", self.0.closed())
    }

    /// Whether the receiver was closed or dropped.
    ///
    /// # Example
    /// ```
    /// let (sender, receiver) = toque::local::mpsc::channel::<&str>(2);
    /// assert!(!sender.is_closed());
    /// drop(receiver);
    /// assert!(sender.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.0.look(State::is_closed)
    }

    /// Whether both send to the same receiver.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::local::mpsc::channel::<&str>(2);
    /// let (another, _receiver) = toque::local::mpsc::channel::<&str>(2);
    /// assert!(sender.same_channel(&sender.clone()));
    /// assert!(!sender.same_channel(&another));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        self.0.same_channel(&other.0)
    }

    /// How many values could be sent now without waiting.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::local::mpsc::channel(2);
    /// sender.try_send("soup").unwrap();
    /// assert_eq!(sender.capacity(), 1);
    /// ```
    pub fn capacity(&self) -> usize {
        self.0.look(State::free)
    }

    /// The capacity that the channel was made with.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::local::mpsc::channel(2);
    /// sender.try_send("soup").unwrap();
    /// assert_eq!(sender.max_capacity(), 2);
    /// ```
    pub fn max_capacity(&self) -> usize {
        self.0.look(State::max_capacity)
    }

    /// A sender that does not keep the channel open.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::local::mpsc::channel::<&str>(2);
    /// let weak = sender.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use = "the sender stays as it is; the weak one is what comes back"]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender(self.0.downgrade())
    }

    /// How many senders there are, owned permits included.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::local::mpsc::channel::<&str>(2);
    /// let _another = sender.clone();
    /// assert_eq!(sender.strong_count(), 2);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.0.look(|state| state.senders)
    }

    /// How many weak senders there are.
    ///
    /// # Example
    /// ```
    /// let (sender, _receiver) = toque::local::mpsc::channel::<&str>(2);
    /// let _weak = sender.downgrade();
    /// assert_eq!(sender.weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.0.look(|state| state.weak_senders)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
