//! A mutex: a value that one task at a time may use, and a queue of those who want it next.
//! A semaphore with a single permit, and the value that belongs to whoever holds it.
//!
//! The value is in a `RefCell`, which is borrowed by the holder of the permit and by nobody else: its flag costs two
//! instructions, and spares the module any `unsafe`.

mod guard;

use std::cell::RefCell;
use std::fmt;
use std::future::Future;

pub use self::guard::{MappedMutexGuard, MutexGuard};
use super::{Semaphore, SemaphorePermit};
use crate::sync::TryLockError;
use crate::waits::called;

/// A value that one task at a time may use; the guard may be held across an await.
///
/// First come, first served, also for a task that has spent its budget. A task that panics with the guard unlocks the
/// mutex; there is no poisoning.
///
/// A value that is not used across an await is better in a [`RefCell`], which is cheaper.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use toque::local::Mutex;
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
    value: RefCell<T>,
}

impl<T> Mutex<T> {
    /// An unlocked mutex.
    ///
    /// # Example
    /// ```
    /// use toque::local::Mutex;
    ///
    /// thread_local! {
    ///     static ORDERS: Mutex<Vec<String>> = const { Mutex::new(Vec::new()) };
    /// }
    /// ORDERS.with(|orders| orders.try_lock().unwrap().push("soup".into()));
    /// ```
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self {
            semaphore: Semaphore::new(1),
            value: RefCell::new(value),
        }
    }

    /// The same as [`new`](Self::new), which is `const` here; tokio's name.
    ///
    /// # Example
    /// ```
    /// use toque::local::Mutex;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// thread_local! {
    ///     static TABLE: Mutex<u32> = const { Mutex::const_new(7) };
    /// }
    /// assert_eq!(TABLE.with(|table| *table.try_lock().unwrap()), 7);
    /// # });
    /// ```
    #[must_use]
    pub const fn const_new(value: T) -> Self {
        Self::new(value)
    }

    /// The value; nobody can have locked it.
    ///
    /// # Example
    /// ```
    /// assert_eq!(toque::local::Mutex::new(1).into_inner(), 1);
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
    /// let mutex = toque::local::Mutex::new(1);
    /// *mutex.lock().await += 1;
    /// assert_eq!(*mutex.lock().await, 2);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// A future that is dropped leaves the queue; if the lock was its turn already, the next one gets it.
    #[track_caller]
    pub fn lock(&self) -> impl Future<Output = MutexGuard<'_, T>> {
        called(|| "local::Mutex::lock", async {
            let Ok(()) = self.semaphore.acquire_raw(1).await else {
                unreachable!("nothing closes the semaphore of a mutex");
            };
            MutexGuard::new(self, SemaphorePermit::new(&self.semaphore, 1))
        })
    }

    /// Locks the mutex if it is free and nobody waits for it.
    ///
    /// # Example
    /// ```
    /// let mutex = toque::local::Mutex::new(1);
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

    /// The value, without locking: nobody else can have it.
    ///
    /// # Example
    /// ```
    /// let mut mutex = toque::local::Mutex::new(1);
    /// *mutex.get_mut() += 1;
    /// assert_eq!(mutex.into_inner(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
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
