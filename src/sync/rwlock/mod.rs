//! A lock for many readers or one writer, and one queue for both.
//! A semaphore with a permit for each reader: a writer takes all of them.

mod owned_read_guard;
mod owned_write_guard;
mod read_guard;
mod write_guard;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

pub use self::owned_read_guard::OwnedRwLockReadGuard;
pub use self::owned_write_guard::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard};
pub use self::read_guard::RwLockReadGuard;
pub use self::write_guard::{RwLockMappedWriteGuard, RwLockWriteGuard};
use super::held::{Held, Lock};
use super::{Semaphore, TryLockError, park};
use crate::future::entered;
use crate::shim::cell::UnsafeCell;
use crate::waits::called;

/// The most readers at a time, unless [`RwLock::with_max_readers`] says less. As in tokio.
const MAX_READERS: u32 = u32::MAX >> 3;

/// A value that many may read or one may change; the guards may be held across an await.
///
/// First come, first served: readers that come after a waiting writer wait behind it, so a stream of readers keeps no
/// writer out. Hence a task that reads must not ask to read again while it does: a writer may have queued in between,
/// and both wait for ever.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use toque::sync::RwLock;
///
/// let menu = RwLock::new(vec!["soup"]);
/// let guest = menu.read().await;
/// assert!(menu.try_read().is_ok()); // another guest reads it at the same time
/// assert!(menu.try_write().is_err()); // the cook has to wait
/// drop(guest);
/// menu.write().await.push("salad");
/// assert_eq!(*menu.read().await, ["soup", "salad"]);
/// # });
/// ```
pub struct RwLock<T: ?Sized> {
    /// A permit for each reader, never closed: one lets read, all of them let write.
    semaphore: Semaphore,
    /// How many permits there are.
    max_readers: u32,
    value: UnsafeCell<T>,
}

// SAFETY: through a shared `RwLock<T>` the value moves from thread to thread, by a writer that has all permits: so it
// has to be `Send`; and readers on many threads see it at once: so it has to be `Sync`. (`Send` is as the fields are.)
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}

impl<T: ?Sized> Lock for RwLock<T> {
    fn semaphore(&self) -> &Semaphore {
        &self.semaphore
    }
}

impl<T> RwLock<T> {
    crate::shim::const_fn! {
        /// An unlocked lock, for as many readers as will come.
        ///
        /// # Example
        /// ```
        /// use toque::sync::RwLock;
        ///
        /// static MENU: RwLock<Vec<String>> = RwLock::new(Vec::new());
        /// assert!(MENU.try_read().unwrap().is_empty());
        /// ```
        #[must_use]
        pub const fn new(value: T) -> Self {
            Self::with_max_readers(value, MAX_READERS)
        }
    }

    crate::shim::const_fn! {
        /// The same as [`new`](Self::new), which is `const` here; tokio's name.
        ///
        /// # Example
        /// ```
        /// use toque::sync::RwLock;
        ///
        /// # toque::Runtime::new().unwrap().block_on(async {
        /// static MENU: RwLock<&str> = RwLock::const_new("soup");
        /// assert_eq!(*MENU.read().await, "soup");
        /// # });
        /// ```
        #[must_use]
        pub const fn const_new(value: T) -> Self {
            Self::new(value)
        }
    }

    crate::shim::const_fn! {
        /// An unlocked lock, for at most `max_readers` at a time. Others wait.
        ///
        /// # Example
        /// ```
        /// use toque::sync::RwLock;
        ///
        /// let lock = RwLock::with_max_readers(1, 1);
        /// let reader = lock.try_read().unwrap();
        /// assert!(lock.try_read().is_err());
        /// # drop(reader);
        /// ```
        ///
        /// # Panics
        /// If `max_readers` is 0, as nobody could ever read, and everybody write at once; or more than `u32::MAX >> 3`.
        #[must_use]
        #[track_caller]
        pub const fn with_max_readers(value: T, max_readers: u32) -> Self {
            assert!(
                max_readers != 0,
                "a RwLock may not be created with 0 readers: allow at least one"
            );
            assert!(
                max_readers <= MAX_READERS,
                "a RwLock may not be created with more than `u32::MAX >> 3` readers"
            );
            Self {
                semaphore: Semaphore::new(max_readers as usize),
                max_readers,
                value: UnsafeCell::new(value),
            }
        }
    }

    crate::shim::const_fn! {
        /// The same as [`with_max_readers`](Self::with_max_readers), which is `const` here; tokio's name.
        ///
        /// # Panics
        /// If `max_readers` is 0 or more than `u32::MAX >> 3`.
        ///
        /// # Example
        /// ```
        /// use toque::sync::RwLock;
        ///
        /// # toque::Runtime::new().unwrap().block_on(async {
        /// static MENU: RwLock<&str> = RwLock::const_with_max_readers("soup", 2);
        /// let (_one, _other) = (MENU.read().await, MENU.read().await);
        /// assert!(MENU.try_read().is_err()); // two read already
        /// # });
        /// ```
        #[must_use]
        #[track_caller]
        pub const fn const_with_max_readers(value: T, max_readers: u32) -> Self {
            Self::with_max_readers(value, max_readers)
        }
    }

    /// The value; nobody can have locked it.
    ///
    /// # Example
    /// ```
    /// assert_eq!(toque::sync::RwLock::new(1).into_inner(), 1);
    /// ```
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until no writer has the value or waits for it, and locks it for reading.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let lock = toque::sync::RwLock::new(1);
    /// assert_eq!(*lock.read().await, 1);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// A future that is dropped leaves the queue; if it was its turn already, the next one gets it.
    #[track_caller]
    pub fn read(&self) -> impl Future<Output = RwLockReadGuard<'_, T>> {
        called(|| "RwLock::read", async {
            let Ok(permit) = self.semaphore.acquire_unnamed(1).await else {
                unreachable!("nothing closes the semaphore of a lock");
            };
            RwLockReadGuard::of(self, permit)
        })
    }

    /// As [`read`](Self::read), with a guard that keeps the lock alive instead of borrowing it.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let lock = std::sync::Arc::new(toque::sync::RwLock::new(1));
    /// assert_eq!(*lock.read_owned().await, 1);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// A future that is dropped leaves the queue; if it was its turn already, the next one gets it.
    #[track_caller]
    pub fn read_owned(self: Arc<Self>) -> impl Future<Output = OwnedRwLockReadGuard<T>> {
        called(|| "RwLock::read_owned", async move {
            let Ok(()) = self.semaphore.acquire_raw(1).await else {
                unreachable!("nothing closes the semaphore of a lock");
            };
            OwnedRwLockReadGuard::of(Held::new(self, 1))
        })
    }

    /// Locks the value for reading, if no writer has it or waits for it.
    ///
    /// # Example
    /// ```
    /// let lock = toque::sync::RwLock::new(1);
    /// let reader = lock.try_read().unwrap();
    /// assert!(lock.try_read().is_ok());
    /// assert!(lock.try_write().is_err());
    /// # drop(reader);
    /// ```
    ///
    /// # Errors
    /// If it is locked for writing, or a writer waits, or there are too many readers.
    pub fn try_read(&self) -> Result<RwLockReadGuard<'_, T>, TryLockError> {
        let permit = self.semaphore.try_acquire().map_err(|_| TryLockError(()))?;
        Ok(RwLockReadGuard::of(self, permit))
    }

    /// As [`try_read`](Self::try_read), with a guard that keeps the lock alive instead of borrowing it.
    ///
    /// # Example
    /// ```
    /// let lock = std::sync::Arc::new(toque::sync::RwLock::new(1));
    /// assert_eq!(*lock.try_read_owned().unwrap(), 1);
    /// ```
    ///
    /// # Errors
    /// If it is locked for writing, or a writer waits, or there are too many readers.
    pub fn try_read_owned(self: Arc<Self>) -> Result<OwnedRwLockReadGuard<T>, TryLockError> {
        self.semaphore.take(1).map_err(|_| TryLockError(()))?;
        Ok(OwnedRwLockReadGuard::of(Held::new(self, 1)))
    }

    /// As [`read`](Self::read), for a thread that runs no tasks: the thread sleeps.
    ///
    /// # Example
    /// ```
    /// let lock = toque::sync::RwLock::new(1);
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| assert_eq!(*lock.blocking_read(), 1));
    /// });
    /// ```
    ///
    /// # Panics
    /// On a thread that runs tasks: it would stop all of them, and so perhaps the one that holds the lock.
    #[track_caller]
    pub fn blocking_read(&self) -> RwLockReadGuard<'_, T> {
        entered::forbid_blocking("RwLock::blocking_read");
        park::block_on(self.read())
    }

    /// Waits until nobody has the value, and locks it for writing.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let lock = toque::sync::RwLock::new(1);
    /// *lock.write().await += 1;
    /// assert_eq!(lock.into_inner(), 2);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// A future that is dropped leaves the queue; those who waited behind it go on.
    #[track_caller]
    pub fn write(&self) -> impl Future<Output = RwLockWriteGuard<'_, T>> {
        called(|| "RwLock::write", async {
            let Ok(permits) = self.semaphore.acquire_unnamed(self.max_readers).await else {
                unreachable!("nothing closes the semaphore of a lock");
            };
            RwLockWriteGuard::of(self, permits)
        })
    }

    /// As [`write`](Self::write), with a guard that keeps the lock alive instead of borrowing it.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let lock = std::sync::Arc::new(toque::sync::RwLock::new(1));
    /// *lock.clone().write_owned().await += 1;
    /// assert_eq!(*lock.read().await, 2);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// A future that is dropped leaves the queue; those who waited behind it go on.
    #[track_caller]
    pub fn write_owned(self: Arc<Self>) -> impl Future<Output = OwnedRwLockWriteGuard<T>> {
        called(|| "RwLock::write_owned", async move {
            let all = self.max_readers as usize;
            let Ok(()) = self.semaphore.acquire_raw(all).await else {
                unreachable!("nothing closes the semaphore of a lock");
            };
            OwnedRwLockWriteGuard::of(Held::new(self, all))
        })
    }

    /// Locks the value for writing, if nobody has it.
    ///
    /// # Example
    /// ```
    /// let lock = toque::sync::RwLock::new(1);
    /// let writer = lock.try_write().unwrap();
    /// assert!(lock.try_read().is_err());
    /// # drop(writer);
    /// ```
    ///
    /// # Errors
    /// If it is locked, for reading or for writing.
    pub fn try_write(&self) -> Result<RwLockWriteGuard<'_, T>, TryLockError> {
        let permits = self.semaphore.try_acquire_many(self.max_readers);
        Ok(RwLockWriteGuard::of(
            self,
            permits.map_err(|_| TryLockError(()))?,
        ))
    }

    /// As [`try_write`](Self::try_write), with a guard that keeps the lock alive instead of borrowing it.
    ///
    /// # Example
    /// ```
    /// let lock = std::sync::Arc::new(toque::sync::RwLock::new(1));
    /// *lock.clone().try_write_owned().unwrap() += 1;
    /// assert_eq!(*lock.try_read().unwrap(), 2);
    /// ```
    ///
    /// # Errors
    /// If it is locked, for reading or for writing.
    pub fn try_write_owned(self: Arc<Self>) -> Result<OwnedRwLockWriteGuard<T>, TryLockError> {
        let all = self.max_readers as usize;
        self.semaphore.take(all).map_err(|_| TryLockError(()))?;
        Ok(OwnedRwLockWriteGuard::of(Held::new(self, all)))
    }

    /// As [`write`](Self::write), for a thread that runs no tasks: the thread sleeps.
    ///
    /// # Example
    /// ```
    /// let lock = toque::sync::RwLock::new(1);
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| *lock.blocking_write() += 1);
    /// });
    /// assert_eq!(lock.into_inner(), 2);
    /// ```
    ///
    /// # Panics
    /// On a thread that runs tasks: it would stop all of them, and so perhaps the one that holds the lock.
    #[track_caller]
    pub fn blocking_write(&self) -> RwLockWriteGuard<'_, T> {
        entered::forbid_blocking("RwLock::blocking_write");
        park::block_on(self.write())
    }

    /// The value, without locking: nobody else can have it.
    ///
    /// # Example
    /// ```
    /// let mut lock = toque::sync::RwLock::new(1);
    /// *lock.get_mut() += 1;
    /// assert_eq!(lock.into_inner(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        // SAFETY: `self` is borrowed mutably, so no guard of this lock is alive, and none can be made meanwhile.
        self.value.with_mut(|value| unsafe { &mut *value })
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lock = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(value) => lock.field("data", &&*value),
            Err(_) => lock.field("data", &format_args!("<locked>")),
        };
        lock.finish()
    }
}

#[cfg(all(test, loom))]
mod loom_models;
