//! The listener: a future's place among those who wait for an event that wakes them all.
//! Used by `closed`, `changed` and `broadcast`: the event is something to look at, so whoever leaves takes nothing along.

use std::task::{Context, Poll, Waker};

use super::wait_list::{Key, WaitList};
use crate::shim::sync::Mutex;

/// Dropped, it leaves the list.
pub(super) struct Listener<'a, S> {
    /// Guards the list, and all that the event changes.
    state: &'a Mutex<S>,
    /// Where the list is in the state.
    list: fn(&mut S) -> &mut WaitList<()>,
    /// The place in the list. Empty until the first wait.
    key: Option<Key>,
}

impl<'a, S> Listener<'a, S> {
    pub(super) fn new(state: &'a Mutex<S>, list: fn(&mut S) -> &mut WaitList<()>) -> Self {
        Self {
            state,
            list,
            key: None,
        }
    }

    /// Tries; if that gives nothing, joins the list, and whoever changes the state serves it.
    pub(super) fn poll<R>(
        &mut self,
        cx: &Context<'_>,
        mut attempt: impl FnMut(&mut S) -> Option<R>,
    ) -> Poll<R> {
        let mut state = self.state.lock();
        if let Some(result) = attempt(&mut state) {
            return Poll::Ready(result);
        }
        if self.is_waiting(&mut state, cx) {
            return Poll::Pending;
        }
        drop(state);
        self.join(cx.waker().clone(), attempt)
    }

    fn is_waiting(&self, state: &mut S, cx: &Context<'_>) -> bool {
        let waiter = self.key.and_then(|key| (self.list)(state).get_mut(key));
        let waker = waiter.and_then(|waiter| waiter.waker.as_ref());
        waker.is_some_and(|waker| waker.will_wake(cx.waker()))
    }

    /// The waker comes cloned, and leaves before it is dropped: foreign code, which stays outside the lock.
    fn join<R>(&mut self, waker: Waker, mut attempt: impl FnMut(&mut S) -> Option<R>) -> Poll<R> {
        let mut state = self.state.lock();
        // again, or a change between the two locks wakes nobody
        if let Some(result) = attempt(&mut state) {
            return Poll::Ready(result);
        }
        let list = (self.list)(&mut state);
        let left = self.key.and_then(|key| list.remove(key));
        self.key = Some(list.push(Some(waker), ()));
        drop(state);
        drop(left);
        Poll::Pending
    }
}

impl<S> Drop for Listener<'_, S> {
    fn drop(&mut self) {
        let Some(key) = self.key else { return };
        let left = (self.list)(&mut self.state.lock()).remove(key);
        drop(left);
    }
}
