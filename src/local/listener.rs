//! The listener: a future's place among those who wait for an event that wakes them all.
//! Used by `closed` of `mpsc`: the event is something to look at, so whoever leaves takes nothing along.

use std::cell::RefCell;
use std::task::{Context, Poll};

use crate::sync::wait_list::{Key, WaitList};

/// Dropped, it leaves the list.
pub(super) struct Listener<'a, S> {
    /// Holds the list, and all that the event changes.
    state: &'a RefCell<S>,
    /// Where the list is in the state.
    list: fn(&mut S) -> &mut WaitList<()>,
    /// The place in the list. Empty until the first wait.
    key: Option<Key>,
}

impl<'a, S> Listener<'a, S> {
    pub(super) fn new(state: &'a RefCell<S>, list: fn(&mut S) -> &mut WaitList<()>) -> Self {
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
        // Cloned before the borrow; if it is not used, it is dropped after: a waker is foreign code.
        let waker = cx.waker().clone();
        let mut state = self.state.borrow_mut();
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
        let left = (self.list)(&mut self.state.borrow_mut()).remove(key);
        drop(left); // after the borrow
    }
}
