//! The guards of a writer that borrows the lock: of the whole value, and of a part.

use std::marker::PhantomData;

use super::{RwLock, RwLockReadGuard};
use crate::sync::SemaphorePermit;
use crate::sync::lent::{LentMut, writes_as};

/// The value of an [`RwLock`] that is locked for writing. Dropping it lets go of the lock.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let menu = toque::sync::RwLock::new("soup");
/// let mut guard = menu.write().await;
/// *guard = "salad";
/// assert!(menu.try_read().is_err());
/// drop(guard);
/// assert_eq!(*menu.read().await, "salad");
/// # });
/// ```
#[must_use = "a lock whose guard is dropped at once is unlocked again"]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    /// Before the permits, so that the loan ends first.
    value: LentMut<T>,
    /// All of the lock's permits: nobody else has one.
    permits: SemaphorePermit<'a>,
    /// It can become a reader on another thread, beside those on this one: so it is `Send` only if `T` is `Sync`.
    lock: PhantomData<&'a RwLock<T>>,
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// The guard for whoever has all permits of `lock`.
    pub(super) fn of(lock: &'a RwLock<T>, permits: SemaphorePermit<'a>) -> Self {
        // SAFETY: the lock is borrowed for `'a`, and nobody else is at its value while all permits are with this guard,
        // or with the one it becomes; a reader's guard keeps one of them. All drop the loan before the permits.
        let value = lock.value.with_mut(|value| unsafe { LentMut::new(value) });
        Self::new(value, permits)
    }

    fn new(value: LentMut<T>, permits: SemaphorePermit<'a>) -> Self {
        Self {
            value,
            permits,
            lock: PhantomData,
        }
    }

    /// Narrows the guard to a part of the value.
    ///
    /// # Example
    /// ```
    /// use toque::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let order = RwLock::new(("soup", 1));
    /// *RwLockWriteGuard::map(order.try_write().unwrap(), |order| &mut order.1) += 1;
    /// assert_eq!(order.into_inner(), ("soup", 2));
    /// ```
    pub fn map<F, U>(this: Self, f: F) -> RwLockMappedWriteGuard<'a, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        // `permits` is a local by now: if `f` panics, the lock is let go of.
        let Self { value, permits, .. } = this;
        RwLockMappedWriteGuard::new(value.map(f), permits)
    }

    /// Narrows the guard to a part of the value, if there is one.
    ///
    /// # Example
    /// ```
    /// use toque::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let orders = RwLock::new(vec!["soup"]);
    /// let guard = orders.try_write().unwrap();
    /// *RwLockWriteGuard::try_map(guard, |orders| orders.first_mut()).unwrap() = "salad";
    /// assert_eq!(orders.into_inner(), ["salad"]);
    /// ```
    ///
    /// # Errors
    /// The guard as it was, if `f` returns `None`.
    pub fn try_map<F, U>(this: Self, f: F) -> Result<RwLockMappedWriteGuard<'a, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        let Self { value, permits, .. } = this;
        match value.try_map(f) {
            Ok(part) => Ok(RwLockMappedWriteGuard::new(part, permits)),
            Err(value) => Err(Self::new(value, permits)),
        }
    }

    /// The guard as the type that [`map`](Self::map) makes, of the whole value.
    ///
    /// # Example
    /// ```
    /// use toque::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let lock = RwLock::new(1);
    /// *RwLockWriteGuard::into_mapped(lock.try_write().unwrap()) += 1;
    /// assert_eq!(lock.into_inner(), 2);
    /// ```
    pub fn into_mapped(this: Self) -> RwLockMappedWriteGuard<'a, T> {
        Self::map(this, |value| value)
    }

    /// Becomes a reader, before any writer can come in between, and lets other readers in.
    ///
    /// # Example
    /// ```
    /// let lock = toque::sync::RwLock::new(1);
    /// let mut writer = lock.try_write().unwrap();
    /// *writer += 1;
    /// let reader = writer.downgrade();
    /// assert_eq!((*reader, *lock.try_read().unwrap()), (2, 2));
    /// ```
    pub fn downgrade(self) -> RwLockReadGuard<'a, T> {
        Self::downgrade_map(self, |value| value)
    }

    /// Becomes a reader of a part of the value, before any writer can come in between.
    ///
    /// # Example
    /// ```
    /// use toque::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let order = RwLock::new(("soup", 1));
    /// let dish = RwLockWriteGuard::downgrade_map(order.try_write().unwrap(), |order| &order.0);
    /// assert_eq!(*dish, "soup");
    /// assert!(order.try_read().is_ok());
    /// ```
    pub fn downgrade_map<F, U>(this: Self, f: F) -> RwLockReadGuard<'a, U>
    where
        U: ?Sized,
        F: FnOnce(&T) -> &U,
    {
        let Self { value, permits, .. } = this;
        // before the other permits go back: `f` still has the value for itself
        let part = value.into_shared().map(f);
        RwLockReadGuard::new(part, keep_one(permits))
    }

    /// Becomes a reader of a part of the value, if there is one.
    ///
    /// # Example
    /// ```
    /// use toque::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let orders = RwLock::new(Vec::<i32>::new());
    /// let guard = orders.try_write().unwrap();
    /// let guard = RwLockWriteGuard::try_downgrade_map(guard, |orders| orders.first()).unwrap_err();
    /// assert!(guard.is_empty());
    /// ```
    ///
    /// # Errors
    /// The guard as it was, if `f` returns `None`.
    pub fn try_downgrade_map<F, U>(this: Self, f: F) -> Result<RwLockReadGuard<'a, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&T) -> Option<&U>,
    {
        let Self { value, permits, .. } = this;
        match value.try_downgrade(f) {
            Ok(part) => Ok(RwLockReadGuard::new(part, keep_one(permits))),
            Err(value) => Err(Self::new(value, permits)),
        }
    }
}

/// Gives all permits back but one.
fn keep_one(mut permits: SemaphorePermit<'_>) -> SemaphorePermit<'_> {
    let one = permits.split(1);
    one.expect("a writer has a permit for each reader, and `with_max_readers` refuses 0")
}

/// A part of the value of an [`RwLock`] that is locked for writing. Dropping it lets go of the lock.
///
/// Made by [`RwLockWriteGuard::map`].
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use toque::sync::{RwLock, RwLockWriteGuard};
///
/// let lock = RwLock::new(("soup", 1));
/// let mut count = RwLockWriteGuard::map(lock.write().await, |order| &mut order.1);
/// *count += 1;
/// drop(count);
/// assert_eq!(*lock.read().await, ("soup", 2));
/// # });
/// ```
#[must_use = "a lock whose guard is dropped at once is unlocked again"]
pub struct RwLockMappedWriteGuard<'a, T: ?Sized> {
    /// Before the permits, so that the loan ends first.
    value: LentMut<T>,
    /// All of the lock's permits, from the guard that this one was.
    permits: SemaphorePermit<'a>,
    /// `Send` and `Sync` as the guard of the whole value.
    lock: PhantomData<&'a RwLock<T>>,
}

impl<'a, T: ?Sized> RwLockMappedWriteGuard<'a, T> {
    fn new(value: LentMut<T>, permits: SemaphorePermit<'a>) -> Self {
        Self {
            value,
            permits,
            lock: PhantomData,
        }
    }

    /// Narrows the guard further.
    ///
    /// # Example
    /// ```
    /// use toque::sync::{RwLock, RwLockMappedWriteGuard, RwLockWriteGuard};
    ///
    /// let lock = RwLock::new(((1, 2), 3));
    /// let pair = RwLockWriteGuard::map(lock.try_write().unwrap(), |value| &mut value.0);
    /// let second = RwLockMappedWriteGuard::map(pair, |pair| &mut pair.1);
    /// assert_eq!(*second, 2);
    /// ```
    pub fn map<F, U>(this: Self, f: F) -> RwLockMappedWriteGuard<'a, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        let Self { value, permits, .. } = this;
        RwLockMappedWriteGuard::new(value.map(f), permits)
    }

    /// Narrows the guard further, if there is such a part.
    ///
    /// # Example
    /// ```
    /// use toque::sync::{RwLock, RwLockMappedWriteGuard, RwLockWriteGuard};
    ///
    /// let lock = RwLock::new(((1, 2), 3));
    /// let pair = RwLockWriteGuard::map(lock.try_write().unwrap(), |value| &mut value.0);
    /// let pair = RwLockMappedWriteGuard::try_map(pair, |_| None::<&mut i32>).unwrap_err();
    /// assert_eq!(*pair, (1, 2));
    /// ```
    ///
    /// # Errors
    /// The guard as it was, if `f` returns `None`.
    pub fn try_map<F, U>(this: Self, f: F) -> Result<RwLockMappedWriteGuard<'a, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        let Self { value, permits, .. } = this;
        match value.try_map(f) {
            Ok(part) => Ok(RwLockMappedWriteGuard::new(part, permits)),
            Err(value) => Err(Self::new(value, permits)),
        }
    }
}

writes_as!(['a, T: ?Sized] RwLockWriteGuard<'a, T>, T);
writes_as!(['a, T: ?Sized] RwLockMappedWriteGuard<'a, T>, T);
