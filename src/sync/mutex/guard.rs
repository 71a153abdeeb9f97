//! The guards of a mutex that is borrowed: of the whole value, and of a part.

use std::marker::PhantomData;

use super::Mutex;
use crate::sync::SemaphorePermit;
use crate::sync::lent::{LentMut, writes_as};

/// The value of a locked [`Mutex`]. Dropping it unlocks the mutex.
///
/// It may be held across an await and sent to another thread.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let mutex = toque::sync::Mutex::new(1);
/// let mut guard = mutex.lock().await;
/// *guard += 1;
/// assert!(mutex.try_lock().is_err());
/// drop(guard);
/// assert_eq!(*mutex.lock().await, 2);
/// # });
/// ```
#[must_use = "a mutex whose guard is dropped at once is unlocked again"]
pub struct MutexGuard<'a, T: ?Sized> {
    /// Before the permit, so that the loan ends first.
    value: LentMut<T>,
    /// The mutex's only permit: who has it is alone with the value.
    permit: SemaphorePermit<'a>,
    /// For [`MutexGuard::mutex`].
    mutex: &'a Mutex<T>,
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The guard for whoever has the permit of `mutex`.
    pub(super) fn new(mutex: &'a Mutex<T>, permit: SemaphorePermit<'a>) -> Self {
        // SAFETY: the mutex is borrowed for `'a`, and nobody else is at its value while the only permit is with this
        // guard, or with the mapped guard it becomes. Both drop the loan before the permit.
        let value = mutex.value.with_mut(|value| unsafe { LentMut::new(value) });
        Self {
            value,
            permit,
            mutex,
        }
    }

    /// Narrows the guard to a part of the value.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// use toque::sync::{Mutex, MutexGuard};
    ///
    /// let order = Mutex::new(("soup", 1));
    /// let mut count = MutexGuard::map(order.lock().await, |order| &mut order.1);
    /// *count += 1;
    /// drop(count);
    /// assert_eq!(*order.lock().await, ("soup", 2));
    /// # });
    /// ```
    pub fn map<U, F>(this: Self, f: F) -> MappedMutexGuard<'a, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        // `permit` is a local by now: if `f` panics, the mutex is unlocked.
        let Self { value, permit, .. } = this;
        MappedMutexGuard::new(value.map(f), permit)
    }

    /// Narrows the guard to a part of the value, if there is one.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// use toque::sync::{Mutex, MutexGuard};
    ///
    /// let orders = Mutex::new(vec!["soup"]);
    /// let first = MutexGuard::try_map(orders.lock().await, |orders| orders.first_mut()).unwrap();
    /// assert_eq!(*first, "soup");
    /// # });
    /// ```
    ///
    /// # Errors
    /// The guard as it was, if `f` returns `None`.
    pub fn try_map<U, F>(this: Self, f: F) -> Result<MappedMutexGuard<'a, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        let Self {
            value,
            permit,
            mutex,
        } = this;
        match value.try_map(f) {
            Ok(part) => Ok(MappedMutexGuard::new(part, permit)),
            Err(value) => Err(Self {
                value,
                permit,
                mutex,
            }),
        }
    }

    /// The mutex that this guard unlocks.
    ///
    /// # Example
    /// ```
    /// use toque::sync::{Mutex, MutexGuard};
    ///
    /// let mutex = Mutex::new(1);
    /// let guard = mutex.try_lock().unwrap();
    /// assert!(std::ptr::eq(MutexGuard::mutex(&guard), &mutex));
    /// ```
    pub fn mutex(this: &Self) -> &'a Mutex<T> {
        this.mutex
    }
}

/// A part of the value of a locked [`Mutex`]. Dropping it unlocks the mutex.
///
/// Made by [`MutexGuard::map`].
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use toque::sync::{Mutex, MutexGuard};
///
/// let mutex = Mutex::new(("soup", 1));
/// let mut count = MutexGuard::map(mutex.lock().await, |order| &mut order.1);
/// *count += 1;
/// drop(count);
/// assert_eq!(*mutex.lock().await, ("soup", 2));
/// # });
/// ```
#[must_use = "a mutex whose guard is dropped at once is unlocked again"]
pub struct MappedMutexGuard<'a, T: ?Sized> {
    /// Before the permit, so that the loan ends first.
    value: LentMut<T>,
    /// The mutex's only permit, from the guard that this one was.
    permit: SemaphorePermit<'a>,
    /// The value is borrowed from the mutex, as by a reference.
    borrow: PhantomData<&'a mut T>,
}

impl<'a, T: ?Sized> MappedMutexGuard<'a, T> {
    fn new(value: LentMut<T>, permit: SemaphorePermit<'a>) -> Self {
        Self {
            value,
            permit,
            borrow: PhantomData,
        }
    }

    /// Narrows the guard further.
    ///
    /// # Example
    /// ```
    /// use toque::sync::{MappedMutexGuard, Mutex, MutexGuard};
    ///
    /// let mutex = Mutex::new(((1, 2), 3));
    /// let pair = MutexGuard::map(mutex.try_lock().unwrap(), |value| &mut value.0);
    /// let second = MappedMutexGuard::map(pair, |pair| &mut pair.1);
    /// assert_eq!(*second, 2);
    /// ```
    pub fn map<U, F>(this: Self, f: F) -> MappedMutexGuard<'a, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        let Self { value, permit, .. } = this;
        MappedMutexGuard::new(value.map(f), permit)
    }

    /// Narrows the guard further, if there is such a part.
    ///
    /// # Example
    /// ```
    /// use toque::sync::{MappedMutexGuard, Mutex, MutexGuard};
    ///
    /// let mutex = Mutex::new(((1, 2), 3));
    /// let pair = MutexGuard::map(mutex.try_lock().unwrap(), |value| &mut value.0);
    /// let pair = MappedMutexGuard::try_map(pair, |_| None::<&mut i32>).unwrap_err();
    /// assert_eq!(*pair, (1, 2));
    /// ```
    ///
    /// # Errors
    /// The guard as it was, if `f` returns `None`.
    pub fn try_map<U, F>(this: Self, f: F) -> Result<MappedMutexGuard<'a, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        let Self { value, permit, .. } = this;
        match value.try_map(f) {
            Ok(part) => Ok(MappedMutexGuard::new(part, permit)),
            Err(value) => Err(Self::new(value, permit)),
        }
    }
}

writes_as!(['a, T: ?Sized] MutexGuard<'a, T>, T);
writes_as!(['a, T: ?Sized] MappedMutexGuard<'a, T>, T);
