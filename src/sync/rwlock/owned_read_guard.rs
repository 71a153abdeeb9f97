//! The guard of a reader that keeps the lock alive: of the whole value, or of a part.

use std::sync::Arc;

use super::RwLock;
use crate::sync::held::Held;
use crate::sync::lent::{Lent, reads_as};

/// The value of an [`RwLock`] that is locked for reading, or a part of it. Dropping it lets go of the lock, which it
/// keeps alive.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use std::sync::Arc;
///
/// let menu = Arc::new(toque::sync::RwLock::new("soup"));
/// let guard = menu.clone().read_owned().await;
/// assert_eq!(*menu.read().await, "soup"); // others may read, too
/// let guest = toque::spawn(async move { *guard }); // a task may keep it
/// assert_eq!(guest.await.unwrap(), "soup");
/// # });
/// ```
#[must_use = "a lock whose guard is dropped at once is unlocked again"]
pub struct OwnedRwLockReadGuard<T: ?Sized, U: ?Sized = T> {
    /// Before the permit, so that the loan ends first.
    value: Lent<U>,
    /// One of the lock's permits: no writer gets all of them meanwhile.
    held: Held<RwLock<T>>,
}

impl<T: ?Sized> OwnedRwLockReadGuard<T> {
    /// The guard for whoever took a permit of the lock in `held`.
    pub(super) fn of(held: Held<RwLock<T>>) -> Self {
        let cell = &held.lock().value;
        // SAFETY: `held` keeps the lock alive and in its place, and who writes has all permits: nobody, while one is
        // with this guard, or with the one it becomes by `map`. Both drop the loan before `held`.
        let value = cell.with(|value| unsafe { Lent::new(value) });
        Self { value, held }
    }
}

impl<T: ?Sized, U: ?Sized> OwnedRwLockReadGuard<T, U> {
    /// The guard of what was lent already.
    pub(super) fn new(value: Lent<U>, held: Held<RwLock<T>>) -> Self {
        Self { value, held }
    }

    /// Narrows the guard to a part of the value.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{OwnedRwLockReadGuard, RwLock};
    ///
    /// let order = Arc::new(RwLock::new(("soup", 1)));
    /// let dish = OwnedRwLockReadGuard::map(order.try_read_owned().unwrap(), |order| &order.0);
    /// assert_eq!(*dish, "soup");
    /// ```
    pub fn map<F, V>(this: Self, f: F) -> OwnedRwLockReadGuard<T, V>
    where
        V: ?Sized,
        F: FnOnce(&U) -> &V,
    {
        let Self { value, held } = this;
        OwnedRwLockReadGuard::new(value.map(f), held)
    }

    /// Narrows the guard to a part of the value, if there is one.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{OwnedRwLockReadGuard, RwLock};
    ///
    /// let orders = Arc::new(RwLock::new(vec!["soup"]));
    /// let guard = orders.try_read_owned().unwrap();
    /// let first = OwnedRwLockReadGuard::try_map(guard, |orders| orders.first());
    /// assert_eq!(*first.unwrap(), "soup");
    /// ```
    ///
    /// # Errors
    /// The guard as it was, if `f` returns `None`.
    pub fn try_map<F, V>(this: Self, f: F) -> Result<OwnedRwLockReadGuard<T, V>, Self>
    where
        V: ?Sized,
        F: FnOnce(&U) -> Option<&V>,
    {
        let Self { value, held } = this;
        match value.try_map(f) {
            Ok(part) => Ok(OwnedRwLockReadGuard::new(part, held)),
            Err(value) => Err(Self::new(value, held)),
        }
    }

    /// The lock that this guard lets go of.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{OwnedRwLockReadGuard, RwLock};
    ///
    /// let lock = Arc::new(RwLock::new(1));
    /// let guard = lock.clone().try_read_owned().unwrap();
    /// assert!(Arc::ptr_eq(OwnedRwLockReadGuard::rwlock(&guard), &lock));
    /// ```
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.held.lock()
    }
}

reads_as!([T: ?Sized, U: ?Sized] OwnedRwLockReadGuard<T, U>, U);
