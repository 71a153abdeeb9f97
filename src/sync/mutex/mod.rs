//! A mutex: a value that one task at a time may use, and a queue of those who want it next.
//! A semaphore with a single permit, and the value that belongs to whoever holds it.

mod guard;
mod owned_guard;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

pub use self::guard::{MappedMutexGuard, MutexGuard};
pub use self::owned_guard::{OwnedMappedMutexGuard, OwnedMutexGuard};
use super::held::{Held, Lock};
use super::{Semaphore, SemaphorePermit, TryLockError, park};
use crate::future::entered;
use crate::shim::cell::UnsafeCell;
use crate::waits::called;

/// A value that one task at a time may use; the guard may be held across an await.
///
/// First come, first served, also for a task that has spent its budget. A task that panics with the guard unlocks the
/// mutex; there is no poisoning.
///
/// On one thread a value that is not used across an await is better in a `RefCell`, and across threads in a
/// [`std::sync::Mutex`]: both are cheaper.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use toque::sync::Mutex;
///
/// let till = Mutex::new(0);
/// let mut sum = till.lock().await;
/// *sum += 7;
/// toque::task::yield_now().await; // nobody else gets at the till
/// *sum += 5;
/// drop(sum);
/// assert_eq!(till.into_inner(), 12);
/// # });
/// ```
pub struct Mutex<T: ?Sized> {
    /// One permit, never closed: who has it may touch `value`.
    semaphore: Semaphore,
    value: UnsafeCell<T>,
}

// SAFETY: through a shared `Mutex<T>` the value moves from thread to thread, but only the holder of the permit touches
// it: so it has to be `Send`, and need not be `Sync`. (`Send` is as the fields are.)
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

impl<T: ?Sized> Lock for Mutex<T> {
    fn semaphore(&self) -> &Semaphore {
        &self.semaphore
    }
}

impl<T> Mutex<T> {
    crate::shim::const_fn! {
        /// An unlocked mutex.
        ///
        /// # Example
        /// ```
        /// use toque::sync::Mutex;
        ///
        /// static ORDERS: Mutex<Vec<String>> = Mutex::new(Vec::new());
        /// ORDERS.try_lock().unwrap().push("soup".into());
        /// ```
        #[must_use]
        pub const fn new(value: T) -> Self {
            Self {
                semaphore: Semaphore::new(1),
                value: UnsafeCell::new(value),
            }
        }
    }

    crate::shim::const_fn! {
        /// The same as [`new`](Self::new), which is `const` here; tokio's name.
        ///
        /// # Example
        /// ```
        /// use toque::sync::Mutex;
        ///
        /// # toque::Runtime::new().unwrap().block_on(async {
        /// static MENU: Mutex<&str> = Mutex::const_new("soup");
        /// assert_eq!(*MENU.lock().await, "soup");
        /// # });
        /// ```
        #[must_use]
        pub const fn const_new(value: T) -> Self {
            Self::new(value)
        }
    }

    /// The value; nobody can have locked it.
    ///
    /// # Example
    /// ```
    /// assert_eq!(toque::sync::Mutex::new(1).into_inner(), 1);
    /// ```
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits until the mutex is free, and locks it.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mutex = toque::sync::Mutex::new(1);
    /// *mutex.lock().await += 1;
    /// assert_eq!(*mutex.lock().await, 2);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// A future that is dropped leaves the queue; if the lock was its turn already, the next one gets it.
    #[track_caller]
    pub fn lock(&self) -> impl Future<Output = MutexGuard<'_, T>> {
        called(|| "Mutex::lock", self.lock_unnamed())
    }

    /// The same for what stands on a mutex.
    pub(crate) async fn lock_unnamed(&self) -> MutexGuard<'_, T> {
        let Ok(()) = self.semaphore.acquire_raw(1).await else {
            unreachable!("nothing closes the semaphore of a mutex");
        };
        MutexGuard::new(self, SemaphorePermit::new(&self.semaphore, 1))
    }

    /// As [`lock`](Self::lock), with a guard that keeps the mutex alive instead of borrowing it.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// use std::sync::Arc;
    /// use toque::sync::Mutex;
    ///
    /// let mutex = Arc::new(Mutex::new(1));
    /// let mut guard = mutex.lock_owned().await;
    /// *guard += 1;
    /// assert_eq!(*guard, 2);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// A future that is dropped leaves the queue; if the lock was its turn already, the next one gets it.
    #[track_caller]
    pub fn lock_owned(self: Arc<Self>) -> impl Future<Output = OwnedMutexGuard<T>> {
        called(|| "Mutex::lock_owned", async move {
            let Ok(()) = self.semaphore.acquire_raw(1).await else {
                unreachable!("nothing closes the semaphore of a mutex");
            };
            OwnedMutexGuard::new(Held::new(self, 1))
        })
    }

    /// Locks the mutex if it is free and nobody waits for it.
    ///
    /// # Example
    /// ```
    /// let mutex = toque::sync::Mutex::new(1);
    /// let guard = mutex.try_lock().unwrap();
    /// assert!(mutex.try_lock().is_err());
    /// # drop(guard);
    /// ```
    ///
    /// # Errors
    /// If it is locked.
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        let permit = self.semaphore.try_acquire().map_err(|_| TryLockError(()))?;
        Ok(MutexGuard::new(self, permit))
    }

    /// As [`try_lock`](Self::try_lock), with a guard that keeps the mutex alive instead of borrowing it.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::Mutex;
    ///
    /// let mutex = Arc::new(Mutex::new(1));
    /// let guard = mutex.clone().try_lock_owned().unwrap();
    /// assert!(mutex.try_lock().is_err());
    /// # drop(guard);
    /// ```
    ///
    /// # Errors
    /// If it is locked.
    pub fn try_lock_owned(self: Arc<Self>) -> Result<OwnedMutexGuard<T>, TryLockError> {
        self.semaphore.take(1).map_err(|_| TryLockError(()))?;
        Ok(OwnedMutexGuard::new(Held::new(self, 1)))
    }

    /// As [`lock`](Self::lock), for a thread that runs no tasks: the thread sleeps.
    ///
    /// # Example
    /// ```
    /// use toque::sync::Mutex;
    ///
    /// let mutex = Mutex::new(1);
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| *mutex.blocking_lock() += 1);
    /// });
    /// assert_eq!(mutex.into_inner(), 2);
    /// ```
    ///
    /// # Panics
    /// On a thread that runs tasks: it would stop all of them, and so perhaps the one that holds the lock.
    #[track_caller]
    pub fn blocking_lock(&self) -> MutexGuard<'_, T> {
        entered::forbid_blocking("Mutex::blocking_lock");
        park::block_on(self.lock())
    }

    /// As [`lock_owned`](Self::lock_owned), for a thread that runs no tasks: the thread sleeps.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use toque::sync::Mutex;
    ///
    /// let mutex = Arc::new(Mutex::new(1));
    /// let same = mutex.clone();
    /// std::thread::spawn(move || *same.blocking_lock_owned() += 1).join().unwrap();
    /// assert_eq!(*mutex.try_lock().unwrap(), 2);
    /// ```
    ///
    /// # Panics
    /// On a thread that runs tasks: it would stop all of them, and so perhaps the one that holds the lock.
    #[track_caller]
    pub fn blocking_lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        entered::forbid_blocking("Mutex::blocking_lock_owned");
        park::block_on(self.lock_owned())
    }

    /// The value, without locking: nobody else can have it.
    ///
    /// # Example
    /// ```
    /// let mut mutex = toque::sync::Mutex::new(1);
    /// *mutex.get_mut() += 1;
    /// assert_eq!(mutex.into_inner(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        // SAFETY: `self` is borrowed mutably, so no guard of this mutex is alive, and none can be made meanwhile.
        self.value.with_mut(|value| unsafe { &mut *value })
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut mutex = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(value) => mutex.field("data", &&*value),
            Err(_) => mutex.field("data", &format_args!("<locked>")),
        };
        mutex.finish()
    }
}

#[cfg(all(test, loom))]
mod loom_models;

#[cfg(all(test, not(loom)))]
mod tests;
