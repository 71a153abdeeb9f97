//! The guards of a mutex that they keep alive: of the whole value, and of a part.

use std::marker::PhantomData;
use std::sync::Arc;

use super::Mutex;
use crate::sync::held::Held;
use crate::sync::lent::{LentMut, writes_as};

/// The value of a locked [`Mutex`], which this guard keeps alive. Dropping it unlocks the mutex.
///
/// Made by [`Mutex::lock_owned`]; it has no lifetime, so it can go into a spawned task.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use std::sync::Arc;
///
/// let mutex = Arc::new(toque::sync::Mutex::new(1));
/// let mut guard = mutex.clone().lock_owned().await;
/// toque::spawn(async move { *guard += 1 }); // unlocked when the task ends
/// assert_eq!(*mutex.lock().await, 2);
/// # });
/// ```
#[must_use = "a mutex whose guard is dropped at once is unlocked again"]
pub struct OwnedMutexGuard<T: ?Sized> {
    /// Before the permit, so that the loan ends first.
    value: LentMut<T>,
    /// The mutex's only permit: who has it is alone with the value.
    held: Held<Mutex<T>>,
}

impl<T: ?Sized> OwnedMutexGuard<T> {
    /// The guard for whoever took the permit of the mutex in `held`.
    pub(super) fn new(held: Held<Mutex<T>>) -> Self {
        let cell = &held.lock().value;
        // SAFETY: `held` keeps the mutex alive and in its place, and nobody else is at its value while the only permit
        // is with this guard, or with the mapped guard it becomes. Both drop the loan before `held`.
        let value = cell.with_mut(|value| unsafe { LentMut::new(value) });
        Self { value, held }
    }

    /// Narrows the guard to a part of the value.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// use std::sync::Arc;
    /// use toque::sync::{Mutex, OwnedMutexGuard};
    ///
    /// let order = Arc::new(Mutex::new(("soup", 1)));
    /// let mut count = OwnedMutexGuard::map(order.clone().lock_owned().await, |order| &mut order.1);
    /// *count += 1;
    /// drop(count);
    /// assert_eq!(*order.lock().await, ("soup", 2));
    /// # });
    /// ```
    pub fn map<U, F>(this: Self, f: F) -> OwnedMappedMutexGuard<T, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        // `held` is a local by now: if `f` panics, the mutex is unlocked.
        let Self { value, held } = this;
        OwnedMappedMutexGuard::new(value.map(f), held)
    }

    /// Narrows the guard to a part of the value, if there is one.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{Mutex, OwnedMutexGuard};
    ///
    /// let orders = Arc::new(Mutex::new(Vec::<i32>::new()));
    /// let guard = orders.try_lock_owned().unwrap();
    /// let guard = OwnedMutexGuard::try_map(guard, |orders| orders.first_mut()).unwrap_err();
    /// assert!(guard.is_empty());
    /// ```
    ///
    /// # Errors
    /// The guard as it was, if `f` returns `None`.
    pub fn try_map<U, F>(this: Self, f: F) -> Result<OwnedMappedMutexGuard<T, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        let Self { value, held } = this;
        match value.try_map(f) {
            Ok(part) => Ok(OwnedMappedMutexGuard::new(part, held)),
            Err(value) => Err(Self { value, held }),
        }
    }

    /// The mutex that this guard unlocks.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{Mutex, OwnedMutexGuard};
    ///
    /// let mutex = Arc::new(Mutex::new(1));
    /// let guard = mutex.clone().try_lock_owned().unwrap();
    /// assert!(Arc::ptr_eq(OwnedMutexGuard::mutex(&guard), &mutex));
    /// ```
    pub fn mutex(this: &Self) -> &Arc<Mutex<T>> {
        this.held.lock()
    }
}

/// A part of the value of a locked [`Mutex`], which this guard keeps alive. Dropping it unlocks the mutex.
///
/// Made by [`OwnedMutexGuard::map`].
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use std::sync::Arc;
/// use toque::sync::{Mutex, OwnedMutexGuard};
///
/// let mutex = Arc::new(Mutex::new(("soup", 1)));
/// let mut count = OwnedMutexGuard::map(mutex.clone().lock_owned().await, |order| &mut order.1);
/// *count += 1;
/// drop(count);
/// assert_eq!(*mutex.lock().await, ("soup", 2));
/// # });
/// ```
#[must_use = "a mutex whose guard is dropped at once is unlocked again"]
pub struct OwnedMappedMutexGuard<T: ?Sized, U: ?Sized = T> {
    /// Before the permit, so that the loan ends first.
    value: LentMut<U>,
    /// The mutex's only permit, from the guard that this one was.
    held: Held<Mutex<T>>,
    /// Makes it `Sync` only where `T` is, as tokio's: that leaves room for a way back to the whole value.
    whole: PhantomData<Box<T>>,
}

impl<T: ?Sized, U: ?Sized> OwnedMappedMutexGuard<T, U> {
    fn new(value: LentMut<U>, held: Held<Mutex<T>>) -> Self {
        Self {
            value,
            held,
            whole: PhantomData,
        }
    }

    /// Narrows the guard further.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
    ///
    /// let mutex = Arc::new(Mutex::new(((1, 2), 3)));
    /// let pair = OwnedMutexGuard::map(mutex.try_lock_owned().unwrap(), |value| &mut value.0);
    /// let second = OwnedMappedMutexGuard::map(pair, |pair| &mut pair.1);
    /// assert_eq!(*second, 2);
    /// ```
    pub fn map<S, F>(this: Self, f: F) -> OwnedMappedMutexGuard<T, S>
    where
        S: ?Sized,
        F: FnOnce(&mut U) -> &mut S,
    {
        let Self { value, held, .. } = this;
        OwnedMappedMutexGuard::new(value.map(f), held)
    }

    /// Narrows the guard further, if there is such a part.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
    ///
    /// let mutex = Arc::new(Mutex::new(((1, 2), 3)));
    /// let pair = OwnedMutexGuard::map(mutex.try_lock_owned().unwrap(), |value| &mut value.0);
    /// let pair = OwnedMappedMutexGuard::try_map(pair, |_| None::<&mut i32>).unwrap_err();
    /// assert_eq!(*pair, (1, 2));
    /// ```
    ///
    /// # Errors
    /// The guard as it was, if `f` returns `None`.
    pub fn try_map<S, F>(this: Self, f: F) -> Result<OwnedMappedMutexGuard<T, S>, Self>
    where
        S: ?Sized,
        F: FnOnce(&mut U) -> Option<&mut S>,
    {
        let Self { value, held, .. } = this;
        match value.try_map(f) {
            Ok(part) => Ok(OwnedMappedMutexGuard::new(part, held)),
            Err(value) => Err(Self::new(value, held)),
        }
    }
}

writes_as!([T: ?Sized] OwnedMutexGuard<T>, T);
writes_as!([T: ?Sized, U: ?Sized] OwnedMappedMutexGuard<T, U>, U);
