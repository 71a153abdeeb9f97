//! A cell that anyone can fill, once, while others wait for it.
//! A place that is written once, and the wait list of those who came before.

use std::error::Error;
use std::fmt;
use std::future::{Future, poll_fn};
use std::task::{Poll, ready};

use super::listener::Listener;
use super::wait_list::WaitList;
use super::write_once::WriteOnce;
use crate::future::budget;
use crate::shim::sync::Mutex;
use crate::waits::called;
use crate::waker::WakeList;

/// A value that somebody sets, once, and everybody can wait for.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use toque::sync::SetOnce;
///
/// static TODAYS_SOUP: SetOnce<&str> = SetOnce::const_new();
///
/// std::thread::spawn(|| TODAYS_SOUP.set("leek"));
/// assert_eq!(*TODAYS_SOUP.wait().await, "leek");
/// # });
/// ```
pub struct SetOnce<T> {
    value: WriteOnce<T>,
    /// Those who came before the value. Locked while it is written, so that who cannot `set` can `get`.
    waiters: Mutex<WaitList<()>>,
}

impl<T> SetOnce<T> {
    crate::shim::const_fn! {
        /// An empty cell.
        ///
        /// # Example
        /// ```
        /// assert!(!toque::sync::SetOnce::<i32>::new().initialized());
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
        /// use toque::sync::SetOnce;
        ///
        /// static MENU: SetOnce<&str> = SetOnce::const_new();
        /// MENU.set("soup").unwrap();
        /// assert_eq!(MENU.get(), Some(&"soup"));
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
        /// assert_eq!(toque::sync::SetOnce::new_with(Some(1)).get(), Some(&1));
        /// ```
        #[must_use]
        pub const fn new_with(value: Option<T>) -> Self {
            Self {
                value: WriteOnce::new(value),
                waiters: Mutex::new(WaitList::new()),
            }
        }
    }

    crate::shim::const_fn! {
        /// A cell with `value` in it.
        ///
        /// # Example
        /// ```
        /// use toque::sync::SetOnce;
        ///
        /// static PORT: SetOnce<u16> = SetOnce::const_new_with(8080);
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
    /// assert!(toque::sync::SetOnce::from(1).initialized());
    /// ```
    pub fn initialized(&self) -> bool {
        self.value.is_full()
    }

    /// The value, if there is one.
    ///
    /// # Example
    /// ```
    /// assert_eq!(toque::sync::SetOnce::from(1).get(), Some(&1));
    /// ```
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// Sets the value, and wakes all who wait for it.
    ///
    /// # Example
    /// ```
    /// let cell = toque::sync::SetOnce::new();
    /// assert!(cell.set(1).is_ok());
    /// assert_eq!(cell.set(2).unwrap_err().0, 2);
    /// ```
    ///
    /// # Errors
    /// The value comes back in the error if there is one already.
    pub fn set(&self, value: T) -> Result<(), SetOnceError<T>> {
        let mut wakers = WakeList::new();
        let mut waiters = self.waiters.lock();
        self.value.set(value).map_err(SetOnceError)?;
        waiters.serve_all(&mut wakers);
        drop(waiters);
        wakers.wake_all();
        Ok(())
    }

    /// Waits for the value.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// assert_eq!(*toque::sync::SetOnce::from(1).wait().await, 1);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = &T> {
        let mut listener = Listener::new(&self.waiters, |waiters| waiters);
        let wait = poll_fn(move |cx| {
            ready!(budget::poll_proceed(cx));
            let value = ready!(listener.poll(cx, |_| self.get()));
            budget::spend();
            Poll::Ready(value)
        });
        called(|| "SetOnce::wait", wait)
    }

    /// The value out of the cell, if there is one.
    ///
    /// # Example
    /// ```
    /// assert_eq!(toque::sync::SetOnce::from(1).into_inner(), Some(1));
    /// ```
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }
}

impl<T> Default for SetOnce<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for SetOnce<T> {
    fn from(value: T) -> Self {
        Self::new_with(Some(value))
    }
}

impl<T: Clone> Clone for SetOnce<T> {
    fn clone(&self) -> Self {
        Self::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for SetOnce<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for SetOnce<T> {}

impl<T: fmt::Debug> fmt::Debug for SetOnce<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetOnce")
            .field("value", &self.get())
            .finish()
    }
}

/// [`SetOnce::set`] found a value. The one that was not set is in it.
///
/// # Example
/// ```
/// use toque::sync::{SetOnce, SetOnceError};
///
/// let once = SetOnce::new();
/// assert_eq!(once.set("soup"), Ok(()));
/// assert_eq!(once.set("salad"), Err(SetOnceError("salad")));
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct SetOnceError<T>(pub T);

impl<T> fmt::Display for SetOnceError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetOnceError")
    }
}

impl<T: fmt::Debug> Error for SetOnceError<T> {}

#[cfg(all(test, loom))]
#[path = "set_once_loom.rs"]
mod loom_models;
