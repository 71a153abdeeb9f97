//! The seat: where a task waits that is the only one who can.
//! Used by both ends of `oneshot` and by the receiver of `mpsc`. Where many can wait, there is the wait list.

use std::cell::RefCell;
use std::task::{Context, Poll, Waker};

/// Tries; if that gives nothing, seats the task in `seat`, and whoever changes the state owes it a wake.
#[inline]
pub(super) fn poll<S, R>(
    state: &RefCell<S>,
    cx: &Context<'_>,
    seat: impl Fn(&mut S) -> &mut Option<Waker>,
    mut attempt: impl FnMut(&mut S) -> Option<R>,
) -> Poll<R> {
    let mut borrowed = state.borrow_mut();
    if let Some(result) = attempt(&mut borrowed) {
        return Poll::Ready(result);
    }
    if is_seated(seat(&mut borrowed), cx) {
        return Poll::Pending;
    }
    drop(borrowed);
    take_seat(state, cx, seat, attempt)
}

/// The half of [`poll`] that has to wait. Apart, so that the other half is short enough to be inlined.
///
/// The waker is foreign code, so it is cloned and dropped outside the borrow.
#[inline(never)]
fn take_seat<S, R>(
    state: &RefCell<S>,
    cx: &Context<'_>,
    seat: impl Fn(&mut S) -> &mut Option<Waker>,
    mut attempt: impl FnMut(&mut S) -> Option<R>,
) -> Poll<R> {
    let waker = cx.waker().clone();
    let mut borrowed = state.borrow_mut();
    // again, or what the waker's own clone has changed wakes nobody
    if let Some(result) = attempt(&mut borrowed) {
        return Poll::Ready(result);
    }
    let replaced = seat(&mut borrowed).replace(waker);
    drop(borrowed);
    drop(replaced);
    Poll::Pending
}

/// Wakes who sat there. After the borrow.
#[inline]
pub(super) fn wake(seated: Option<Waker>) {
    if let Some(waker) = seated {
        waker.wake();
    }
}

fn is_seated(seat: &Option<Waker>, cx: &Context<'_>) -> bool {
    seat.as_ref()
        .is_some_and(|waker| waker.will_wake(cx.waker()))
}
