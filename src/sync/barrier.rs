//! A barrier: everyone waits until all have come.
//! A counter, and the wait list of those who were not the last.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use crate::future::budget;
use crate::shim::sync::Mutex;
use crate::sync::wait_list::{Key, WaitList};
use crate::waits::called;
use crate::waker::WakeList;

/// Lets a fixed number of tasks wait for each other. It can be used again and again.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use toque::sync::Barrier;
///
/// // Two courses that have to be served together.
/// let table = Barrier::new(2);
/// let (soup, salad) = futures_lite::future::zip(table.wait(), table.wait()).await;
/// assert!(soup.is_leader() != salad.is_leader());
/// # });
/// ```
pub struct Barrier {
    /// How many have to come. At least one.
    size: usize,
    /// Held for a few instructions, never across a wake or an await.
    state: Mutex<State>,
}

struct State {
    /// How many have come since the last time that all were there: as many as are in the queue.
    arrived: usize,
    /// Those who have come and wait for the others.
    waiters: WaitList<()>,
}

impl Barrier {
    crate::shim::const_fn! {
        /// A barrier for `n` tasks. With 0 it is as with 1: nobody waits.
        ///
        /// # Example
        /// ```
        /// # toque::Runtime::new().unwrap().block_on(async {
        /// assert!(toque::sync::Barrier::new(1).wait().await.is_leader());
        /// # });
        /// ```
        #[must_use]
        pub const fn new(n: usize) -> Self {
            Self {
                size: if n == 0 { 1 } else { n },
                state: Mutex::new(State {
                    arrived: 0,
                    waiters: WaitList::new(),
                }),
            }
        }
    }

    /// Waits until all have come. The last is the leader.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let alone = toque::sync::Barrier::new(1);
    /// assert!(alone.wait().await.is_leader());
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// A future that is dropped before all have come has not come: the others wait for one more. (In tokio it counts.)
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = BarrierWaitResult> {
        let leads = Wait {
            barrier: self,
            key: None,
        };
        called(
            || "Barrier::wait",
            async move { BarrierWaitResult(leads.await) },
        )
    }

    /// Comes; `None` for the last, who lets everyone go.
    fn arrive(&self, waker: Waker) -> Option<Key> {
        // Dropped after the lock if it is not used: a waker is foreign code.
        let mut waker = Some(waker);
        let mut wakers = WakeList::new();
        let mut state = self.state.lock();
        state.arrived += 1;
        if state.arrived < self.size {
            return Some(state.waiters.push(waker.take(), ()));
        }
        state.arrived = 0;
        state.waiters.serve_all(&mut wakers);
        drop(state);
        wakers.wake_all();
        None
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrived = self.state.lock().arrived; // before: a formatter is foreign code, and may come back
        f.debug_struct("Barrier")
            .field("size", &self.size)
            .field("arrived", &arrived)
            .finish_non_exhaustive()
    }
}

/// Whether this task was the one that let the others go.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// use std::sync::Arc;
///
/// let barrier = Arc::new(toque::sync::Barrier::new(2));
/// let other = toque::spawn({
///     let barrier = barrier.clone();
///     async move { barrier.wait().await.is_leader() }
/// });
/// let leads = barrier.wait().await.is_leader();
/// assert_ne!(leads, other.await.unwrap()); // one of them leads
/// # });
/// ```
#[derive(Debug, Clone)]
pub struct BarrierWaitResult(bool);

impl BarrierWaitResult {
    /// True for one of the tasks that waited together: the last to come.
    ///
    /// # Example
    /// ```
    /// use toque::sync::Barrier;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let table = Barrier::new(2);
    /// let (one, other) = futures_lite::future::zip(table.wait(), table.wait()).await;
    /// let pays = [one, other].iter().filter(|guest| guest.is_leader()).count();
    /// assert_eq!(pays, 1); // never none, never both
    /// # });
    /// ```
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

/// Waits at a barrier; true for who came last.
struct Wait<'a> {
    barrier: &'a Barrier,
    /// The entry in the wait list, from the arrival until the future is ready.
    key: Option<Key>,
}

impl Future for Wait<'_> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        // before the arrival: the order of those who come makes no difference here
        ready!(budget::poll_proceed(cx));
        match self.key {
            None => {
                self.key = self.barrier.arrive(cx.waker().clone());
                if self.key.is_some() {
                    // The last to come owes the wake.
                    return Poll::Pending;
                }
            }
            Some(key) => ready!(self.look(key, cx)),
        }
        budget::spend();
        Poll::Ready(self.key.take().is_none())
    }
}

impl Wait<'_> {
    /// Ready once all have come.
    fn look(&self, key: Key, cx: &mut Context<'_>) -> Poll<()> {
        // It changes places with the old one, which so is dropped after the lock: a waker is foreign code.
        let mut waker = Some(cx.waker().clone());
        let mut state = self.barrier.state.lock();
        state.waiters.poll_served(key, &mut waker)
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let Some(key) = self.key else { return };
        let mut state = self.barrier.state.lock();
        let waiter = state.waiters.remove(key);
        if waiter.as_ref().is_some_and(|waiter| waiter.is_queued()) {
            state.arrived -= 1;
        }
        drop(state);
        drop(waiter);
    }
}

#[cfg(all(test, loom))]
#[path = "barrier_loom.rs"]
mod loom_models;
