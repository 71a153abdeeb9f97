//! Notify: wakes a task that waits, without a message.
//! A semaphore of at most one permit, which can also wake everyone at once; `notified.rs` has its futures.

mod notified;

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

pub use self::notified::{Notified, OwnedNotified};
use crate::shim::sync::Mutex;
use crate::sync::wait_list::WaitList;
use crate::waker::WakeList;

/// Wakes a task that waits for something to happen, and carries no value: that is kept elsewhere.
///
/// One notification is stored if nobody waits, and no more: so check what you wait for again after each.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use toque::sync::Notify;
///
/// let bell = Notify::new();
/// bell.notify_one(); // nobody waits: it is stored
/// bell.notified().await; // so this is ready at once
/// # });
/// ```
pub struct Notify {
    /// Held for a few instructions, never across a wake or an await.
    state: Mutex<State>,
}

struct State {
    /// Whether a notification came when nobody waited. The next to wait takes it.
    stored: bool,
    /// How many times everyone was notified. A future that has seen fewer is ready, whether it was polled or not.
    broadcasts: u64,
    /// Who waits. The value says who is next if the notification has to be passed on; `None` for one that was for all.
    waiters: WaitList<Option<Next>>,
}

/// Who of those that wait is notified.
#[derive(Debug, Clone, Copy)]
enum Next {
    First,
    Last,
}

impl State {
    fn notify(&mut self, next: Next, wakers: &mut WakeList) {
        let served = match next {
            Next::First => self.waiters.serve_first(wakers),
            Next::Last => self.waiters.serve_last(wakers),
        };
        match served {
            Some(notified_by) => *notified_by = Some(next),
            None => self.stored = true,
        }
    }
}

impl Notify {
    crate::shim::const_fn! {
        /// Nobody waits, nothing is stored.
        ///
        /// # Example
        /// ```
        /// static BELL: toque::sync::Notify = toque::sync::Notify::new();
        /// BELL.notify_one();
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self {
                state: Mutex::new(State {
                    stored: false,
                    broadcasts: 0,
                    waiters: WaitList::new(),
                }),
            }
        }
    }

    crate::shim::const_fn! {
        /// The same as [`new`](Self::new), which is `const` here; tokio's name.
        ///
        /// # Example
        /// ```
        /// use toque::sync::Notify;
        ///
        /// # toque::Runtime::new().unwrap().block_on(async {
        /// static BELL: Notify = Notify::const_new();
        /// BELL.notify_one();
        /// BELL.notified().await;
        /// # });
        /// ```
        #[must_use]
        pub const fn const_new() -> Self {
            Self::new()
        }
    }

    /// Waits for a notification: takes the stored one, or queues.
    ///
    /// It queues when it is first polled, or by [`Notified::enable`]; but [`notify_waiters`](Self::notify_waiters)
    /// reaches it from now on.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let bell = toque::sync::Notify::new();
    /// let notified = bell.notified();
    /// bell.notify_waiters();
    /// notified.await;
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// A future that is dropped loses its place. If [`notify_one`](Self::notify_one) has chosen it already, the next
    /// one is notified instead.
    #[track_caller]
    pub fn notified(&self) -> Notified<'_> {
        Notified::new(self, self.broadcasts(), Some(Location::caller()))
    }

    /// The same for what stands on it, and has a name of its own.
    pub(in crate::sync) fn notified_unnamed(&self) -> Notified<'_> {
        Notified::new(self, self.broadcasts(), None)
    }

    /// As [`notified`](Self::notified), with a future that keeps this alive instead of borrowing it.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// use std::sync::Arc;
    /// use toque::sync::Notify;
    ///
    /// let bell = Arc::new(Notify::new());
    /// let notified = bell.clone().notified_owned();
    /// bell.notify_waiters();
    /// notified.await;
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// As of [`notified`](Self::notified).
    #[track_caller]
    pub fn notified_owned(self: Arc<Self>) -> OwnedNotified {
        let broadcasts = self.broadcasts();
        OwnedNotified::new(self, broadcasts, Some(Location::caller()))
    }

    /// Notifies who has waited longest, or stores the notification if nobody waits.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let bell = toque::sync::Notify::new();
    /// bell.notify_one();
    /// bell.notify_one(); // one is stored, not two
    /// bell.notified().await;
    /// # });
    /// ```
    pub fn notify_one(&self) {
        self.notify(Next::First);
    }

    /// Notifies who came last, or stores the notification if nobody waits.
    ///
    /// For idle workers: the one that worked last has warm caches.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let bell = toque::sync::Notify::new();
    /// bell.notify_last();
    /// bell.notified().await;
    /// # });
    /// ```
    pub fn notify_last(&self) {
        self.notify(Next::Last);
    }

    /// Notifies everyone who waits, and every [`Notified`] that exists. Nothing is stored for those who come later.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let bell = toque::sync::Notify::new();
    /// let (cook, waiter) = (bell.notified(), bell.notified());
    /// bell.notify_waiters();
    /// cook.await;
    /// waiter.await;
    /// # });
    /// ```
    pub fn notify_waiters(&self) {
        let mut wakers = WakeList::new();
        let mut state = self.state.lock();
        state.broadcasts += 1;
        state.waiters.serve_all(&mut wakers);
        drop(state);
        wakers.wake_all();
    }

    fn notify(&self, next: Next) {
        let mut wakers = WakeList::new();
        self.state.lock().notify(next, &mut wakers);
        wakers.wake_all();
    }

    fn broadcasts(&self) -> u64 {
        self.state.lock().broadcasts
    }
}

impl Default for Notify {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stored = self.state.lock().stored; // before: a formatter is foreign code, and may come back
        f.debug_struct("Notify")
            .field("stored", &stored)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, loom))]
mod loom_models;

#[cfg(all(test, not(loom)))]
mod tests;
