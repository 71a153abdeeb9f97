//! The queue of what is ready: first come, first served.
//!
//! Every wake goes through it, so it does without `RefCell`'s flag: 14 of 217 instructions of a yield (callgrind, 2026-11).

use std::cell::UnsafeCell;
use std::collections::VecDeque;

use super::task::Runnable;

/// One entry of the queue.
pub(crate) enum Work {
    /// Poll this task.
    Task(Runnable),
    /// Poll the future of `block_on`.
    Main,
}

pub(super) struct Queue(UnsafeCell<VecDeque<Work>>);

impl Queue {
    pub(super) fn new() -> Self {
        Self(UnsafeCell::new(VecDeque::new()))
    }

    /// Puts work at the end.
    #[inline]
    pub(super) fn push(&self, work: Work) {
        // SAFETY: the queue is not `Sync`, and no reference into it lives longer than one of these three functions. None of
        // them runs foreign code meanwhile: entries are moved and never dropped.
        let queue = unsafe { &mut *self.0.get() };
        queue.push_back(work);
    }

    /// Takes the first.
    #[inline]
    pub(super) fn pop(&self) -> Option<Work> {
        // SAFETY: as in `push`.
        let queue = unsafe { &mut *self.0.get() };
        queue.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        // SAFETY: as in `push`.
        let queue = unsafe { &*self.0.get() };
        queue.is_empty()
    }
}
