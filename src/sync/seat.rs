//! The seat: where a task waits that is the only one who can.
//! Used by both ends of `oneshot`, of the pipes of `io::duplex`, and by the receiver of `mpsc`. Where many can wait, there is
//! the wait list.

use std::task::{Context, Poll, Waker};

use crate::shim::sync::Mutex;

/// Tries; if that gives nothing, seats the task in `seat`, and whoever changes the state owes it a wake.
#[inline]
pub(crate) fn poll<S, R>(
    state: &Mutex<S>,
    cx: &Context<'_>,
    seat: impl Fn(&mut S) -> &mut Option<Waker>,
    mut attempt: impl FnMut(&mut S) -> Option<R>,
) -> Poll<R> {
    let mut guard = state.lock();
    if let Some(result) = attempt(&mut guard) {
        return Poll::Ready(result);
    }
    if is_seated(seat(&mut guard), cx) {
        return Poll::Pending;
    }
    drop(guard);
    take_seat(state, cx, seat, attempt)
}

/// The half of [`poll`] that has to wait. Apart, so that the other half is short enough to be inlined; and for those who expect
/// to wait, and are spared the first lock.
///
/// The waker is foreign code, so it is cloned and dropped outside the lock.
#[inline(never)]
pub(crate) fn take_seat<S, R>(
    state: &Mutex<S>,
    cx: &Context<'_>,
    seat: impl Fn(&mut S) -> &mut Option<Waker>,
    mut attempt: impl FnMut(&mut S) -> Option<R>,
) -> Poll<R> {
    let waker = cx.waker().clone();
    let mut guard = state.lock();
    // again, or a change between the two locks wakes nobody
    if let Some(result) = attempt(&mut guard) {
        return Poll::Ready(result);
    }
    let replaced = seat(&mut guard).replace(waker);
    drop(guard);
    drop(replaced);
    Poll::Pending
}

/// Wakes who sat there. After the lock.
pub(crate) fn wake(seated: Option<Waker>) {
    if let Some(waker) = seated {
        waker.wake();
    }
}

fn is_seated(seat: &Option<Waker>, cx: &Context<'_>) -> bool {
    seat.as_ref()
        .is_some_and(|waker| waker.will_wake(cx.waker()))
}
