//! A model of the bell of a parked thread.

use std::future::poll_fn;
use std::task::Poll;

use super::block_on;
use crate::sync::loom_tools::{check, spawn};
use loom::sync::Arc;
use loom::sync::Mutex;

/// A ring between two polls, or during one, leads to another poll.
/// Mutant that fails it: `sync_park_rings_before_it_says_so` (the thread is unparked before the flag is set, looks, and
/// parks for good).
#[test]
fn a_ring_is_never_lost() {
    check(|| {
        // Whether it is ready, and whom to tell.
        let state = Arc::new(Mutex::new((false, None)));
        let same = state.clone();
        let ringer = spawn(move || {
            let mut state = same.lock().unwrap();
            state.0 = true;
            let waker: Option<std::task::Waker> = state.1.take();
            drop(state);
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        block_on(poll_fn(|cx| {
            let mut state = state.lock().unwrap();
            if state.0 {
                return Poll::Ready(());
            }
            state.1 = Some(cx.waker().clone());
            Poll::Pending
        }));
        ringer.join().unwrap();
    });
}
