//! The guards of a writer that keep the lock alive: of the whole value, and of a part.

use std::sync::Arc;

use super::{OwnedRwLockReadGuard, RwLock};
use crate::sync::held::Held;
use crate::sync::lent::{LentMut, writes_as};

/// The value of an [`RwLock`] that is locked for writing. Dropping it lets go of the lock, which it keeps alive.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use std::sync::Arc;
///
/// let menu = Arc::new(toque::sync::RwLock::new("soup"));
/// let mut guard = menu.clone().write_owned().await;
/// toque::spawn(async move { *guard = "salad" }); // let go when the task ends
/// assert_eq!(*menu.read().await, "salad");
/// # });
/// ```
#[must_use = "a lock whose guard is dropped at once is unlocked again"]
pub struct OwnedRwLockWriteGuard<T: ?Sized> {
    /// Before the permits, so that the loan ends first.
    value: LentMut<T>,
    /// All of the lock's permits: nobody else has one.
    held: Held<RwLock<T>>,
}

impl<T: ?Sized> OwnedRwLockWriteGuard<T> {
    /// The guard for whoever took all permits of the lock in `held`.
    pub(super) fn of(held: Held<RwLock<T>>) -> Self {
        let cell = &held.lock().value;
        // SAFETY: `held` keeps the lock alive and in its place, and nobody else is at its value while all permits are
        // with this guard, or with the one it becomes; a reader's guard keeps one. All drop the loan before `held`.
        let value = cell.with_mut(|value| unsafe { LentMut::new(value) });
        Self { value, held }
    }

    /// Narrows the guard to a part of the value.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let order = Arc::new(RwLock::new(("soup", 1)));
    /// let guard = order.clone().try_write_owned().unwrap();
    /// *OwnedRwLockWriteGuard::map(guard, |order| &mut order.1) += 1;
    /// assert_eq!(*order.try_read().unwrap(), ("soup", 2));
    /// ```
    pub fn map<F, U>(this: Self, f: F) -> OwnedRwLockMappedWriteGuard<T, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        // `held` is a local by now: if `f` panics, the lock is let go of.
        let Self { value, held } = this;
        OwnedRwLockMappedWriteGuard {
            value: value.map(f),
            held,
        }
    }

    /// Narrows the guard to a part of the value, if there is one.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let orders = Arc::new(RwLock::new(vec!["soup"]));
    /// let guard = orders.clone().try_write_owned().unwrap();
    /// *OwnedRwLockWriteGuard::try_map(guard, |orders| orders.first_mut()).unwrap() = "salad";
    /// assert_eq!(*orders.try_read().unwrap(), ["salad"]);
    /// ```
    ///
    /// # Errors
    /// The guard as it was, if `f` returns `None`.
    pub fn try_map<F, U>(this: Self, f: F) -> Result<OwnedRwLockMappedWriteGuard<T, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        let Self { value, held } = this;
        match value.try_map(f) {
            Ok(value) => Ok(OwnedRwLockMappedWriteGuard { value, held }),
            Err(value) => Err(Self { value, held }),
        }
    }

    /// The guard as the type that [`map`](Self::map) makes, of the whole value.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let lock = Arc::new(RwLock::new(1));
    /// *OwnedRwLockWriteGuard::into_mapped(lock.clone().try_write_owned().unwrap()) += 1;
    /// assert_eq!(*lock.try_read().unwrap(), 2);
    /// ```
    pub fn into_mapped(this: Self) -> OwnedRwLockMappedWriteGuard<T> {
        Self::map(this, |value| value)
    }

    /// Becomes a reader, before any writer can come in between, and lets other readers in.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    ///
    /// let lock = Arc::new(toque::sync::RwLock::new(1));
    /// let mut writer = lock.clone().try_write_owned().unwrap();
    /// *writer += 1;
    /// let reader = writer.downgrade();
    /// assert_eq!((*reader, *lock.try_read().unwrap()), (2, 2));
    /// ```
    pub fn downgrade(self) -> OwnedRwLockReadGuard<T> {
        Self::downgrade_map(self, |value| value)
    }

    /// Becomes a reader of a part of the value, before any writer can come in between.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let order = Arc::new(RwLock::new(("soup", 1)));
    /// let guard = order.clone().try_write_owned().unwrap();
    /// let dish = OwnedRwLockWriteGuard::downgrade_map(guard, |order| &order.0);
    /// assert_eq!(*dish, "soup");
    /// assert!(order.try_read().is_ok());
    /// ```
    pub fn downgrade_map<F, U>(this: Self, f: F) -> OwnedRwLockReadGuard<T, U>
    where
        U: ?Sized,
        F: FnOnce(&T) -> &U,
    {
        let Self { value, mut held } = this;
        // before the other permits go back: `f` still has the value for itself
        let part = value.into_shared().map(f);
        held.keep(1);
        OwnedRwLockReadGuard::new(part, held)
    }

    /// Becomes a reader of a part of the value, if there is one.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let orders = Arc::new(RwLock::new(Vec::<i32>::new()));
    /// let guard = orders.try_write_owned().unwrap();
    /// let guard = OwnedRwLockWriteGuard::try_downgrade_map(guard, |orders| orders.first());
    /// assert!(guard.unwrap_err().is_empty());
    /// ```
    ///
    /// # Errors
    /// The guard as it was, if `f` returns `None`.
    pub fn try_downgrade_map<F, U>(this: Self, f: F) -> Result<OwnedRwLockReadGuard<T, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&T) -> Option<&U>,
    {
        let Self { value, mut held } = this;
        match value.try_downgrade(f) {
            Ok(part) => {
                held.keep(1);
                Ok(OwnedRwLockReadGuard::new(part, held))
            }
            Err(value) => Err(Self { value, held }),
        }
    }

    /// The lock that this guard lets go of.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let lock = Arc::new(RwLock::new(1));
    /// let guard = lock.clone().try_write_owned().unwrap();
    /// assert!(Arc::ptr_eq(OwnedRwLockWriteGuard::rwlock(&guard), &lock));
    /// ```
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.held.lock()
    }
}

/// A part of the value of an [`RwLock`] that is locked for writing. Dropping it lets go of the lock, which it keeps
/// alive.
///
/// Made by [`OwnedRwLockWriteGuard::map`].
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use std::sync::Arc;
/// use toque::sync::{OwnedRwLockWriteGuard, RwLock};
///
/// let lock = Arc::new(RwLock::new(("soup", 1)));
/// let guard = lock.clone().write_owned().await;
/// let mut count = OwnedRwLockWriteGuard::map(guard, |order| &mut order.1);
/// *count += 1;
/// drop(count);
/// assert_eq!(*lock.read().await, ("soup", 2));
/// # });
/// ```
#[must_use = "a lock whose guard is dropped at once is unlocked again"]
pub struct OwnedRwLockMappedWriteGuard<T: ?Sized, U: ?Sized = T> {
    /// Before the permits, so that the loan ends first.
    value: LentMut<U>,
    /// All of the lock's permits, from the guard that this one was.
    held: Held<RwLock<T>>,
}

impl<T: ?Sized, U: ?Sized> OwnedRwLockMappedWriteGuard<T, U> {
    /// Narrows the guard further.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard, RwLock};
    ///
    /// let lock = Arc::new(RwLock::new(((1, 2), 3)));
    /// let pair = OwnedRwLockWriteGuard::map(lock.try_write_owned().unwrap(), |value| &mut value.0);
    /// let second = OwnedRwLockMappedWriteGuard::map(pair, |pair| &mut pair.1);
    /// assert_eq!(*second, 2);
    /// ```
    pub fn map<F, V>(this: Self, f: F) -> OwnedRwLockMappedWriteGuard<T, V>
    where
        V: ?Sized,
        F: FnOnce(&mut U) -> &mut V,
    {
        let Self { value, held } = this;
        OwnedRwLockMappedWriteGuard {
            value: value.map(f),
            held,
        }
    }

    /// Narrows the guard further, if there is such a part.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard, RwLock};
    ///
    /// let lock = Arc::new(RwLock::new(((1, 2), 3)));
    /// let pair = OwnedRwLockWriteGuard::map(lock.try_write_owned().unwrap(), |value| &mut value.0);
    /// let pair = OwnedRwLockMappedWriteGuard::try_map(pair, |_| None::<&mut i32>).unwrap_err();
    /// assert_eq!(*pair, (1, 2));
    /// ```
    ///
    /// # Errors
    /// The guard as it was, if `f` returns `None`.
    pub fn try_map<F, V>(this: Self, f: F) -> Result<OwnedRwLockMappedWriteGuard<T, V>, Self>
    where
        V: ?Sized,
        F: FnOnce(&mut U) -> Option<&mut V>,
    {
        let Self { value, held } = this;
        match value.try_map(f) {
            Ok(value) => Ok(OwnedRwLockMappedWriteGuard { value, held }),
            Err(value) => Err(Self { value, held }),
        }
    }

    /// The lock that this guard lets go of.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard, RwLock};
    ///
    /// let lock = Arc::new(RwLock::new(1));
    /// let guard = OwnedRwLockWriteGuard::into_mapped(lock.clone().try_write_owned().unwrap());
    /// assert!(Arc::ptr_eq(OwnedRwLockMappedWriteGuard::rwlock(&guard), &lock));
    /// ```
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.held.lock()
    }
}

writes_as!([T: ?Sized] OwnedRwLockWriteGuard<T>, T);
writes_as!([T: ?Sized, U: ?Sized] OwnedRwLockMappedWriteGuard<T, U>, U);
