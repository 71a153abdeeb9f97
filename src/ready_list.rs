//! The ready list: which of many children have rung, in the order in which they did.
//! Filled by the children's wakers, from any thread; emptied by the one task that waits for all of them.
//!
//! A wake costs the same however many children there are: nobody is asked who has not rung.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::shim::sync::{self, Mutex};
use crate::swallow::in_peace;
use crate::waker::{Ring, waker};

/// Keys of children that have rung.
#[derive(Debug)]
pub(crate) struct ReadyList<K> {
    state: Mutex<State<K>>,
}

#[derive(Debug)]
struct State<K> {
    /// First in, first out: a child that rings all the time does not come before the others.
    ready: VecDeque<K>,
    /// Whom to wake when the next one rings. Taken by that ring: many rings before one look are one wake.
    owner: Option<Waker>,
}

impl<K> ReadyList<K> {
    pub(crate) fn new() -> Self {
        let (ready, owner) = (VecDeque::new(), None);
        Self {
            state: Mutex::new(State { ready, owner }),
        }
    }

    /// A child has rung.
    pub(crate) fn push(&self, key: K) {
        let mut state = self.state.lock();
        state.ready.push_back(key);
        let owner = state.owner.take();
        drop(state);
        wake(owner);
    }

    /// Wakes who waits, though none has rung.
    pub(crate) fn wake_owner(&self) {
        let owner = self.state.lock().owner.take();
        wake(owner);
    }

    /// The one that rang first.
    pub(crate) fn pop(&self) -> Option<K> {
        self.state.lock().ready.pop_front()
    }

    /// The same; if there is none, the next ring owes the wake.
    pub(crate) fn poll_pop(&self, cx: &Context<'_>) -> Poll<K> {
        if let Some(key) = self.pop() {
            return Poll::Ready(key);
        }
        let owner = cx.waker().clone(); // foreign code: cloned and dropped outside the lock
        let mut state = self.state.lock();
        // again, or a ring between the two locks wakes nobody
        if let Some(key) = state.ready.pop_front() {
            drop(state);
            return Poll::Ready(key);
        }
        let before = state.owner.replace(owner);
        drop(state);
        drop(before);
        Poll::Pending
    }
}

/// After the lock: a waker is foreign code.
fn wake(owner: Option<Waker>) {
    if let Some(owner) = owner {
        owner.wake();
    }
}

impl<K: Copy + Send + Sync + 'static> ReadyList<K> {
    /// The waker of one child. It is called as often as the child was polled at most, since each call costs an entry.
    pub(crate) fn waker(self: &Arc<Self>, key: K) -> Waker {
        waker(sync::Arc::new(Bell {
            list: Arc::clone(self),
            key,
        }))
    }
}

/// What a child rings.
struct Bell<K> {
    list: Arc<ReadyList<K>>,
    key: K,
}

impl<K: Copy + Send + Sync + 'static> Ring for Bell<K> {
    /// The owner's waker is foreign code, and async-task, which rings at a task's end, aborts the process on a panic.
    fn ring(&self) {
        in_peace(|| self.list.push(self.key));
    }
}

#[cfg(all(test, loom))]
#[path = "ready_list_loom.rs"]
mod loom_models;

#[cfg(all(test, not(loom)))]
#[path = "ready_list_tests.rs"]
mod tests;
