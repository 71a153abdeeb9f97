//! The flag: whether one token is cancelled, and who waits for that.
//! Raised by the tree, looked at by everybody.

use std::borrow::Borrow;
use std::task::{Context, Poll};

use crate::shim::atomic::{AtomicBool, Ordering};
use crate::shim::sync::Mutex;
use crate::sync::wait_list::{Key, WaitList};
use crate::waker::WakeList;

/// Raised once, never lowered.
#[derive(Debug)]
pub(super) struct Flag {
    /// Set under the lock of `waiters`, so that nobody queues who would wait for ever; looked at without.
    raised: AtomicBool,
    waiters: Mutex<WaitList<()>>,
}

impl Flag {
    pub(super) fn new() -> Self {
        Self {
            raised: AtomicBool::new(false),
            waiters: Mutex::new(WaitList::new()),
        }
    }

    pub(super) fn is_raised(&self) -> bool {
        self.raised.load(Ordering::Acquire) // with `raise`
    }

    /// Raises it, and gives those who wait to `wakers`.
    pub(super) fn raise(&self, wakers: &mut WakeList) {
        let mut waiters = self.waiters.lock();
        // Release: who sees it sees what was written before the cancellation.
        self.raised.store(true, Ordering::Release);
        waiters.serve_all(wakers);
    }
}

/// Waits for a flag, borrowed or within something that keeps it. Dropped, it leaves the queue.
#[derive(Debug)]
pub(super) struct Wait<F: Borrow<Flag>> {
    flag: F,
    /// The place in the queue. Empty until the first poll that has to wait.
    key: Option<Key>,
}

impl<F: Borrow<Flag>> Wait<F> {
    pub(super) fn new(flag: F) -> Self {
        Self { flag, key: None }
    }

    pub(super) fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        let flag = self.flag.borrow();
        if flag.is_raised() {
            return Poll::Ready(());
        }
        // Foreign code: cloned before the lock; and what is left of it, or the one before, is dropped after.
        let mut waker = Some(cx.waker().clone());
        let mut waiters = flag.waiters.lock();
        if flag.is_raised() {
            return Poll::Ready(()); // again, or one raised before the lock wakes nobody
        }
        match self.key {
            Some(key) => drop(waiters.poll_served(key, &mut waker)),
            None => self.key = Some(waiters.push(waker.take(), ())),
        }
        Poll::Pending // whoever raises it owes the wake
    }
}

impl<F: Borrow<Flag>> Drop for Wait<F> {
    fn drop(&mut self) {
        let Some(key) = self.key else { return };
        let left = self.flag.borrow().waiters.lock().remove(key);
        drop(left); // after the lock
    }
}
