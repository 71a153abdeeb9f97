//! The wait list: who waits for a lock, a permit or a message, in the order they came.
//! Kept by each type of `sync` under its own lock, and of `local` in its own cell; its wakers are collected there, and
//! woken after it.
//!
//! A waiting future owns its entry: it pushes it, looks at it when polled, and removes it when it is done or dropped.
//! Whoever serves the waiter takes it out of the *queue* only, and leaves in the entry what was given, so a future
//! that is dropped between the two still finds what it has to pass on.
//!
//! `slotmap` would do for the entries, but has no `const` constructor, and `static LOCK: Mutex<…>` needs one.

use std::mem;
use std::task::{Poll, Waker};

use crate::waker::WakeList;

/// Waiters in a queue, by key: push, serve and remove are O(1).
#[derive(Debug)]
pub(crate) struct WaitList<T> {
    /// The entries, by the index in their key. It grows to the most that ever waited at once.
    slots: Vec<Slot<T>>,
    /// The first slot without an entry; each names the following one in `next`.
    free: Option<usize>,
    /// The head of the queue: who is served first.
    first: Option<usize>,
    /// The tail of the queue: who came last.
    last: Option<usize>,
    /// How many have ever waited. Its value at the push tells an entry from all others that had its slot.
    tickets: u64,
}

/// What a waiting future keeps to find its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    index: usize,
    ticket: u64,
}

/// The entry of one who waits.
#[derive(Debug)]
pub(crate) struct Waiter<T> {
    /// Whom to wake when it is served. Foreign code: clone and drop it outside the lock.
    pub(crate) waker: Option<Waker>,
    /// What it still needs, or has been given.
    pub(crate) value: T,
    /// Cleared when it is served.
    queued: bool,
}

impl<T> Waiter<T> {
    /// Whether it has not been served yet.
    pub(crate) fn is_queued(&self) -> bool {
        self.queued
    }
}

#[derive(Debug)]
struct Slot<T> {
    /// The ticket of the waiter that has it, or had it last.
    ticket: u64,
    /// The neighbour that came earlier. Only for an entry in the queue.
    previous: Option<usize>,
    /// The neighbour that came later; in a free slot, the next free one.
    next: Option<usize>,
    /// Empty while the slot is free.
    waiter: Option<Waiter<T>>,
}

impl<T> WaitList<T> {
    pub(crate) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            free: None,
            first: None,
            last: None,
            tickets: 0,
        }
    }

    /// Whether nobody is left to be served.
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Joins the end of the queue.
    pub(crate) fn push(&mut self, waker: Option<Waker>, value: T) -> Key {
        let index = self.vacant_slot();
        let ticket = self.tickets;
        self.tickets += 1;
        let slot = &mut self.slots[index];
        slot.ticket = ticket;
        slot.waiter = Some(Waiter {
            waker,
            value,
            queued: true,
        });
        self.link_last(index);
        Key { index, ticket }
    }

    /// The entry of `key`, until it is removed.
    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut Waiter<T>> {
        let slot = self.slots.get_mut(key.index)?;
        if slot.ticket == key.ticket {
            slot.waiter.as_mut()
        } else {
            None
        }
    }

    /// What the first in the queue waits for.
    pub(crate) fn first_mut(&mut self) -> Option<&mut T> {
        let index = self.first?;
        Some(&mut self.waiter_at(index).value)
    }

    /// Serves who came first: out of the queue it goes, its waker to `wakers`, its entry stays.
    pub(crate) fn serve_first(&mut self, wakers: &mut WakeList) -> Option<&mut T> {
        let index = self.first?;
        Some(self.serve(index, wakers))
    }

    /// Serves who came last, in the same way.
    pub(crate) fn serve_last(&mut self, wakers: &mut WakeList) -> Option<&mut T> {
        let index = self.last?;
        Some(self.serve(index, wakers))
    }

    /// Serves everyone, in order.
    pub(crate) fn serve_all(&mut self, wakers: &mut WakeList) {
        while self.serve_first(wakers).is_some() {}
    }

    /// Ready with the value once the waiter is served, and removes it. Until then its waker and `waker`, if that is
    /// one, change places: what comes back in `waker` is dropped outside the lock.
    #[inline]
    pub(crate) fn poll_served(&mut self, key: Key, waker: &mut Option<Waker>) -> Poll<T> {
        let waiter = self.get_mut(key);
        let waiter = waiter.expect("the entry stays until its future removes it");
        if waiter.queued {
            if waker.is_some() {
                mem::swap(&mut waiter.waker, waker);
            }
            return Poll::Pending;
        }
        let served = self.remove(key).expect("it was there a moment ago");
        Poll::Ready(served.value)
    }

    /// Forgets the waiter, served or not. What comes back is dropped outside the lock: it may hold a waker.
    #[must_use = "what the waiter was given has to be passed on, and its waker dropped outside the lock"]
    pub(crate) fn remove(&mut self, key: Key) -> Option<Waiter<T>> {
        if self.get_mut(key)?.queued {
            self.unlink(key.index);
        }
        let slot = &mut self.slots[key.index];
        slot.next = self.free.replace(key.index);
        slot.waiter.take()
    }

    fn serve(&mut self, index: usize, wakers: &mut WakeList) -> &mut T {
        self.unlink(index);
        let waiter = self.waiter_at(index);
        waiter.queued = false;
        wakers.add(waiter.waker.take());
        &mut waiter.value
    }

    fn vacant_slot(&mut self) -> usize {
        let Some(index) = self.free else {
            self.slots.push(Slot {
                ticket: 0,
                previous: None,
                next: None,
                waiter: None,
            });
            return self.slots.len() - 1;
        };
        self.free = self.slots[index].next;
        index
    }

    fn waiter_at(&mut self, index: usize) -> &mut Waiter<T> {
        let waiter = self.slots[index].waiter.as_mut();
        waiter.expect("the links of the queue lead to entries only")
    }

    fn link_last(&mut self, index: usize) {
        let previous = self.last.replace(index);
        self.slots[index].previous = previous;
        self.slots[index].next = None;
        match previous {
            Some(previous) => self.slots[previous].next = Some(index),
            None => self.first = Some(index),
        }
    }

    fn unlink(&mut self, index: usize) {
        let Slot { previous, next, .. } = self.slots[index];
        match previous {
            Some(previous) => self.slots[previous].next = next,
            None => self.first = next,
        }
        match next {
            Some(next) => self.slots[next].previous = previous,
            None => self.last = previous,
        }
    }
}

#[cfg(all(test, not(loom)))]
#[path = "wait_list_tests.rs"]
mod tests;
