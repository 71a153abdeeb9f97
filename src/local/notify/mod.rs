//! Notify: wakes a task that waits, without a message.
//! A semaphore of at most one permit, which can also wake everyone at once; `notified.rs` has its future.

mod notified;

use std::cell::RefCell;
use std::fmt;

pub use self::notified::Notified;
use crate::sync::wait_list::WaitList;
use crate::waker::WakeList;

/// Wakes a task that waits for something to happen, and carries no value: that is kept elsewhere.
///
/// One notification is stored if nobody waits, and no more: so check what you wait for again after each.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use toque::local::Notify;
///
/// let bell = Notify::new();
/// bell.notify_one(); // nobody waits: it is stored
/// bell.notified().await; // so this is ready at once
/// # });
/// ```
pub struct Notify {
    /// Borrowed for a few instructions, never across a wake or an await.
    state: RefCell<State>,
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
    /// Nobody waits, nothing is stored.
    ///
    /// # Example
    /// ```
    /// thread_local! {
    ///     static BELL: toque::local::Notify = const { toque::local::Notify::new() };
    /// }
    /// BELL.with(|bell| bell.notify_one());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            state: RefCell::new(State {
                stored: false,
                broadcasts: 0,
                waiters: WaitList::new(),
            }),
        }
    }

    /// The same as [`new`](Self::new), which is `const` here; tokio's name.
    ///
    /// # Example
    /// ```
    /// use std::rc::Rc;
    /// use toque::local::Notify;
    ///
    /// thread_local! {
    ///     static BELL: Rc<Notify> = Rc::new(const { Notify::const_new() });
    /// }
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let bell = BELL.with(Rc::clone);
    /// bell.notify_one();
    /// bell.notified().await; // it has been rung
    /// # });
    /// ```
    #[must_use]
    pub const fn const_new() -> Self {
        Self::new()
    }

    /// Waits for a notification: takes the stored one, or queues.
    ///
    /// It queues when it is first polled, or by [`Notified::enable`]; but [`notify_waiters`](Self::notify_waiters)
    /// reaches it from now on.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let bell = toque::local::Notify::new();
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
        Notified::new(self, self.broadcasts())
    }

    /// Notifies who has waited longest, or stores the notification if nobody waits.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let bell = toque::local::Notify::new();
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
    /// let bell = toque::local::Notify::new();
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
    /// let bell = toque::local::Notify::new();
    /// let (cook, waiter) = (bell.notified(), bell.notified());
    /// bell.notify_waiters();
    /// cook.await;
    /// waiter.await;
    /// # });
    /// ```
    pub fn notify_waiters(&self) {
        let mut wakers = WakeList::new();
        let mut state = self.state.borrow_mut();
        state.broadcasts += 1;
        state.waiters.serve_all(&mut wakers);
        drop(state);
        wakers.wake_all();
    }

    fn notify(&self, next: Next) {
        let mut wakers = WakeList::new();
        self.state.borrow_mut().notify(next, &mut wakers);
        wakers.wake_all();
    }

    fn broadcasts(&self) -> u64 {
        self.state.borrow().broadcasts
    }
}

impl Default for Notify {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stored = self.state.borrow().stored;
        f.debug_struct("Notify")
            .field("stored", &stored)
            .finish_non_exhaustive()
    }
}
