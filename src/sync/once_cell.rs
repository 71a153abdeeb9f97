//! A cell that the first who needs it fills, by a future, while the others wait.
//! A place that is written once, and a semaphore whose only permit makes the initialiser.

use std::error::Error;
use std::fmt;
use std::future::Future;

use super::write_once::WriteOnce;
use super::{Semaphore, SemaphorePermit, TryAcquireError};
use crate::waits::called;

/// A value that is made when it is first needed, by a future that may fail or be dropped: then the next who needs it
/// makes it.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use toque::sync::OnceCell;
///
/// static MENU: OnceCell<Vec<&str>> = OnceCell::const_new();
///
/// async fn menu() -> &'static [&'static str] {
///     MENU.get_or_init(async || vec!["soup", "salad"]).await
/// }
/// assert_eq!(menu().await[0], "soup");
/// # });
/// ```
pub struct OnceCell<T> {
    value: WriteOnce<T>,
    /// The permit to fill the cell, until it is full; then it is closed, so that all who wait look again.
    semaphore: Semaphore,
}

impl<T> OnceCell<T> {
    crate::shim::const_fn! {
        /// An empty cell.
        ///
        /// # Example
        /// ```
        /// assert!(!toque::sync::OnceCell::<i32>::new().initialized());
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self::new_with(None)
        }
    }

    crate::shim::const_fn! {
        /// The same as [`new`](Self::new), which is `const` here; tokio's name.
        ///
        /// # Example
        /// ```
        /// use toque::sync::OnceCell;
        ///
        /// # toque::Runtime::new().unwrap().block_on(async {
        /// static MENU: OnceCell<&str> = OnceCell::const_new();
        /// assert_eq!(*MENU.get_or_init(|| async { "soup" }).await, "soup");
        /// # });
        /// ```
        #[must_use]
        pub const fn const_new() -> Self {
            Self::new()
        }
    }

    crate::shim::const_fn! {
        /// A cell with `value` in it, if there is one.
        ///
        /// # Example
        /// ```
        /// assert_eq!(toque::sync::OnceCell::new_with(Some(1)).get(), Some(&1));
        /// ```
        #[must_use]
        pub const fn new_with(value: Option<T>) -> Self {
            let semaphore = if value.is_some() {
                Semaphore::new_closed()
            } else {
                Semaphore::new(1)
            };
            Self {
                value: WriteOnce::new(value),
                semaphore,
            }
        }
    }

    crate::shim::const_fn! {
        /// A cell with `value` in it.
        ///
        /// # Example
        /// ```
        /// use toque::sync::OnceCell;
        ///
        /// static PORT: OnceCell<u16> = OnceCell::const_new_with(8080);
        /// assert_eq!(PORT.get(), Some(&8080));
        /// ```
        #[must_use]
        pub const fn const_new_with(value: T) -> Self {
            Self::new_with(Some(value))
        }
    }

    /// Whether there is a value.
    ///
    /// # Example
    /// ```
    /// assert!(toque::sync::OnceCell::from(1).initialized());
    /// ```
    pub fn initialized(&self) -> bool {
        self.value.is_full()
    }

    /// The value, if there is one.
    ///
    /// # Example
    /// ```
    /// assert_eq!(toque::sync::OnceCell::from(1).get(), Some(&1));
    /// ```
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// The value to change, if there is one.
    ///
    /// # Example
    /// ```
    /// let mut cell = toque::sync::OnceCell::from(1);
    /// *cell.get_mut().unwrap() += 1;
    /// assert_eq!(cell.get(), Some(&2));
    /// ```
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut()
    }

    /// Fills the cell, if it is empty and nobody else is about to.
    ///
    /// # Example
    /// ```
    /// let cell = toque::sync::OnceCell::new();
    /// assert!(cell.set(1).is_ok());
    /// assert!(cell.set(2).unwrap_err().is_already_init_err());
    /// ```
    ///
    /// # Errors
    /// The value comes back in the error if the cell has one, or another task is making one.
    pub fn set(&self, value: T) -> Result<(), SetError<T>> {
        match self.semaphore.try_acquire() {
            Ok(permit) => {
                self.fill(value, permit);
                Ok(())
            }
            Err(TryAcquireError::NoPermits) => Err(SetError::InitializingError(value)),
            Err(TryAcquireError::Closed) => Err(SetError::AlreadyInitializedError(value)),
        }
    }

    /// The value, made by `f` if there is none yet. Of many that call this at the same time one runs its `f`.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let cell = toque::sync::OnceCell::new();
    /// assert_eq!(*cell.get_or_init(async || 1).await, 1);
    /// assert_eq!(*cell.get_or_init(async || 2).await, 1);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// If the future that makes the value is dropped, or panics, the next one that waits makes it.
    #[track_caller]
    pub fn get_or_init<F, Fut>(&self, f: F) -> impl Future<Output = &T>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = T>,
    {
        let turn = called(|| "OnceCell::get_or_init", self.get_or_permit());
        async move {
            match turn.await {
                Ok(value) => value,
                Err(permit) => self.fill(f().await, permit),
            }
        }
    }

    /// As [`get_or_init`](Self::get_or_init), with an `f` that may fail: then the next one that waits runs its own.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let cell = toque::sync::OnceCell::new();
    /// assert_eq!(cell.get_or_try_init(async || Err("burnt")).await, Err("burnt"));
    /// assert_eq!(cell.get_or_try_init(async || Ok::<_, &str>(1)).await, Ok(&1));
    /// # });
    /// ```
    ///
    /// # Errors
    /// That of `f`, if it was run.
    ///
    /// # Cancel safety
    /// If the future that makes the value is dropped, or panics, the next one that waits makes it.
    #[track_caller]
    pub fn get_or_try_init<E, F, Fut>(&self, f: F) -> impl Future<Output = Result<&T, E>>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let turn = called(|| "OnceCell::get_or_try_init", self.get_or_permit());
        async move {
            match turn.await {
                Ok(value) => Ok(value),
                Err(permit) => Ok(self.fill(f().await?, permit)),
            }
        }
    }

    /// The value out of the cell, if there is one.
    ///
    /// # Example
    /// ```
    /// assert_eq!(toque::sync::OnceCell::from(1).into_inner(), Some(1));
    /// ```
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Takes the value out, if there is one, and leaves an empty cell.
    ///
    /// # Example
    /// ```
    /// let mut cell = toque::sync::OnceCell::from(1);
    /// assert_eq!(cell.take(), Some(1));
    /// assert!(!cell.initialized());
    /// ```
    pub fn take(&mut self) -> Option<T> {
        std::mem::take(self).into_inner()
    }

    /// The value, or the permit to make it: whoever drops that leaves it to the next.
    async fn get_or_permit(&self) -> Result<&T, SemaphorePermit<'_>> {
        if let Some(value) = self.get() {
            return Ok(value);
        }
        match self.semaphore.acquire_unnamed(1).await {
            Ok(permit) => Err(permit),
            Err(_) => Ok(self.filled()),
        }
    }

    fn fill(&self, value: T, permit: SemaphorePermit<'_>) -> &T {
        let set = self.value.set(value);
        debug_assert!(set.is_ok(), "only the holder of the permit fills the cell");
        // after the value, or those who wait look and find nothing
        self.semaphore.close();
        drop(permit);
        self.filled()
    }

    /// The value, when the semaphore is closed.
    fn filled(&self) -> &T {
        self.get()
            .expect("the cell is filled before its semaphore is closed")
    }
}

impl<T> Default for OnceCell<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for OnceCell<T> {
    fn from(value: T) -> Self {
        Self::new_with(Some(value))
    }
}

impl<T: Clone> Clone for OnceCell<T> {
    fn clone(&self) -> Self {
        Self::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for OnceCell<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceCell<T> {}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceCell")
            .field("value", &self.get())
            .finish()
    }
}

/// Why [`OnceCell::set`] did not; the value comes back.
///
/// # Example
/// ```
/// use toque::sync::{OnceCell, SetError};
///
/// let cell = OnceCell::new();
/// assert_eq!(cell.set("soup"), Ok(()));
/// assert_eq!(cell.set("salad"), Err(SetError::AlreadyInitializedError("salad")));
/// ```
#[derive(Debug, PartialEq, Eq)]
pub enum SetError<T> {
    /// The cell has a value.
    AlreadyInitializedError(T),
    /// Another task is making one.
    InitializingError(T),
}

impl<T> SetError<T> {
    /// Whether the cell has a value.
    ///
    /// # Example
    /// ```
    /// use toque::sync::OnceCell;
    ///
    /// let menu = OnceCell::new();
    /// menu.set("soup").unwrap();
    /// assert!(menu.set("salad").unwrap_err().is_already_init_err());
    /// ```
    pub fn is_already_init_err(&self) -> bool {
        matches!(self, Self::AlreadyInitializedError(_))
    }

    /// Whether another task is making one.
    ///
    /// # Example
    /// ```
    /// use std::future::pending;
    /// use toque::sync::OnceCell;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let menu = OnceCell::new();
    /// let mut writes = std::pin::pin!(menu.get_or_init(pending::<&str>));
    /// futures_lite::future::poll_once(&mut writes).await; // another task has begun
    /// assert!(menu.set("salad").unwrap_err().is_initializing_err());
    /// # });
    /// ```
    pub fn is_initializing_err(&self) -> bool {
        matches!(self, Self::InitializingError(_))
    }
}

impl<T> fmt::Display for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlreadyInitializedError(_) => "AlreadyInitializedError",
            Self::InitializingError(_) => "InitializingError",
        })
    }
}

impl<T: fmt::Debug> Error for SetError<T> {}

#[cfg(all(test, loom))]
#[path = "once_cell_loom.rs"]
mod loom_models;
