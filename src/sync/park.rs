//! Park: wait for a future on a thread that runs no tasks.
//! The blocking forms of the locks and channels are their asynchronous forms, awaited here.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::shim::atomic::{AtomicBool, Ordering};
use crate::shim::thread::{self, Thread};
use crate::waker::{self, Ring};

/// The bell of a thread that waits.
struct ThreadBell {
    /// Whom to unpark.
    thread: Thread,
    /// Set by a ring, cleared by the thread before it polls. `unpark` alone would not do: its token could be taken by
    /// a `park` inside of the future.
    rung: AtomicBool,
}

impl Ring for ThreadBell {
    fn ring(&self) {
        // Release: the swap in `wait` sees what was written before the ring.
        self.rung.store(true, Ordering::Release);
        // after the store, or the thread looks too early and parks again
        self.thread.unpark();
    }
}

impl ThreadBell {
    fn wait(&self) {
        // Acquire: partner of the store in `ring`.
        while !self.rung.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }
}

/// Runs `future` to its end on this thread, which sleeps while the future is pending.
///
/// The caller has asked `crate::future::entered::forbid_blocking` first.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let bell = Arc::new(ThreadBell {
        thread: thread::current(),
        rung: AtomicBool::new(false),
    });
    let waker = waker::waker(bell.clone());
    let mut cx = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        bell.wait();
    }
}
