//! The guard of a reader that borrows the lock: of the whole value, or of a part.

use std::marker::PhantomData;

use super::RwLock;
use crate::sync::SemaphorePermit;
use crate::sync::lent::{Lent, reads_as};

/// The value of an [`RwLock`] that is locked for reading, or a part of it. Dropping it lets go of the lock.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let menu = toque::sync::RwLock::new("soup");
/// let guard = menu.read().await;
/// assert_eq!(*guard, "soup");
/// assert!(menu.try_read().is_ok()); // others may read, too
/// assert!(menu.try_write().is_err());
/// # });
/// ```
#[must_use = "a lock whose guard is dropped at once is unlocked again"]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    /// Before the permit, so that the loan ends first.
    value: Lent<T>,
    /// One of the lock's permits: no writer gets all of them meanwhile.
    permit: SemaphorePermit<'a>,
    /// The value is borrowed from the lock, as by a reference.
    borrow: PhantomData<&'a T>,
}

impl<'a, T: ?Sized> RwLockReadGuard<'a, T> {
    /// The guard for whoever has a permit of `lock`.
    pub(super) fn of(lock: &'a RwLock<T>, permit: SemaphorePermit<'a>) -> Self {
        // SAFETY: the lock is borrowed for `'a`, and who writes has all permits: nobody, while one is with this guard,
        // or with the one it becomes by `map`. Both drop the loan before the permit.
        let value = lock.value.with(|value| unsafe { Lent::new(value) });
        Self::new(value, permit)
    }

    /// The guard of what was lent already.
    pub(super) fn new(value: Lent<T>, permit: SemaphorePermit<'a>) -> Self {
        Self {
            value,
            permit,
            borrow: PhantomData,
        }
    }

    /// Narrows the guard to a part of the value.
    ///
    /// # Example
    /// ```
    /// use toque::sync::{RwLock, RwLockReadGuard};
    ///
    /// let order = RwLock::new(("soup", 1));
    /// let dish = RwLockReadGuard::map(order.try_read().unwrap(), |order| &order.0);
    /// assert_eq!(*dish, "soup");
    /// ```
    pub fn map<F, U>(this: Self, f: F) -> RwLockReadGuard<'a, U>
    where
        U: ?Sized,
        F: FnOnce(&T) -> &U,
    {
        let Self { value, permit, .. } = this;
        RwLockReadGuard::new(value.map(f), permit)
    }

    /// Narrows the guard to a part of the value, if there is one.
    ///
    /// # Example
    /// ```
    /// use toque::sync::{RwLock, RwLockReadGuard};
    ///
    /// let orders = RwLock::new(vec!["soup"]);
    /// let first = RwLockReadGuard::try_map(orders.try_read().unwrap(), |orders| orders.first());
    /// assert_eq!(*first.unwrap(), "soup");
    /// ```
    ///
    /// # Errors
    /// The guard as it was, if `f` returns `None`.
    pub fn try_map<F, U>(this: Self, f: F) -> Result<RwLockReadGuard<'a, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&T) -> Option<&U>,
    {
        let Self { value, permit, .. } = this;
        match value.try_map(f) {
            Ok(part) => Ok(RwLockReadGuard::new(part, permit)),
            Err(value) => Err(Self::new(value, permit)),
        }
    }
}

reads_as!(['a, T: ?Sized] RwLockReadGuard<'a, T>, T);
