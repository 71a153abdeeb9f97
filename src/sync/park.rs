//! Park: wait for a future on a thread that runs no tasks.
//! The blocking forms of the locks and channels are their asynchronous forms, awaited here.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll};

use crate::shim::sync::Arc;
use crate::shim::thread::{self, Thread};
use crate::waker::{self, Latch, Ring};

/// The bell of a thread that waits.
struct ThreadBell {
    /// Whether to poll again. `unpark` alone would not do: a `park` inside of the future could take its token.
    rung: Latch,
    /// Whom to unpark.
    thread: Thread,
}

impl Ring for ThreadBell {
    fn ring(&self) {
        // before `unpark`, or the thread wakes, finds nothing, and parks again
        if self.rung.set() {
            self.thread.unpark();
        }
    }
}

impl ThreadBell {
    fn wait(&self) {
        while !self.rung.reset() {
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
        rung: Latch::new(),
        thread: thread::current(),
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

#[cfg(all(test, loom))]
#[path = "park_loom.rs"]
mod loom_models;

#[cfg(all(test, not(loom)))]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

    use super::*;

    /// A `park` within the future takes the token that its own ring has left, and no more than that.
    #[test]
    fn a_future_that_rings_and_parks_is_polled_again() {
        let mut polls = 0;
        block_on(poll_fn(|cx| {
            polls += 1;
            if polls == 3 {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            thread::park();
            Poll::Pending
        }));
    }

    /// A thread that does not sleep polls again before the one that rings has begun.
    #[test]
    fn a_thread_that_waits_polls_when_it_is_rung_and_not_before() {
        let rung = Arc::new(AtomicBool::new(false));
        let mut ringer = None;
        block_on(poll_fn(|cx| {
            if ringer.is_some() {
                assert!(rung.load(SeqCst));
                return Poll::Ready(());
            }
            thread::current().unpark(); // by somebody else, for another reason
            let (rung, waker) = (rung.clone(), cx.waker().clone());
            ringer = Some(std::thread::spawn(move || {
                rung.store(true, SeqCst);
                waker.wake();
            }));
            Poll::Pending
        }));
        ringer.unwrap().join().unwrap();
    }
}
