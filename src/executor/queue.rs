//! The queue of what is ready: first come, first served. A ring that doubles when it is full.
//!
//! Every wake and every poll goes through it. A `VecDeque` in an `UnsafeCell` costs a yield 11 instructions more, of 199: a
//! wrap-around to compute, and a push that may unwind. In a `RefCell`, 16 more still (callgrind, 2026-11).

use std::cell::Cell;
use std::ptr::{self, NonNull};

use super::task::Runnable;
use crate::figure::Figure;

/// One entry of the queue.
pub(crate) enum Work {
    /// Poll this task.
    Task(Runnable),
    /// Poll the future of `block_on`.
    Main,
}

/// Entries of a new queue. A power of two, as every size after it.
const FIRST_SIZE: usize = 64;

/// The entries numbered from `head` to `tail` are filled; number `n` is in slot `n & mask`.
pub(super) struct Queue {
    /// `mask + 1` slots, allocated as a `Vec`. Only this queue's functions look at them, one after the other: it is not `Sync`.
    slots: Cell<NonNull<Work>>,
    /// The number of slots less one.
    mask: Cell<usize>,
    /// Entries taken out so far: polls.
    head: Cell<u64>,
    /// Entries put in so far: wakes and spawns.
    tail: Cell<u64>,
}

/// How far a queue is, as other threads may read it.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    pub(crate) head: Figure,
    pub(crate) tail: Figure,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            slots: Cell::new(allocate(FIRST_SIZE)),
            mask: Cell::new(FIRST_SIZE - 1),
            head: Cell::new(0),
            tail: Cell::new(0),
        }
    }

    /// Entries taken out so far, and put in.
    pub(super) fn ends(&self) -> (u64, u64) {
        (self.head.get(), self.tail.get())
    }

    /// Shows what was put in: what waits, before a batch.
    #[inline]
    pub(super) fn show_tail(&self, ends: &Ends) {
        ends.tail.set(self.tail.get());
    }

    /// Whether nothing was taken out since it was shown.
    #[inline]
    pub(super) fn has_not_moved_since(&self, ends: &Ends) -> bool {
        self.head.get() == ends.head.get()
    }

    /// Shows how far it is. Its counters are the runtime's figures, so that no poll and no wake has to count.
    #[inline]
    pub(super) fn show(&self, ends: &Ends) {
        ends.head.set(self.head.get());
        ends.tail.set(self.tail.get());
    }

    fn len(&self) -> usize {
        self.tail.get().wrapping_sub(self.head.get()) as usize
    }

    fn slot(&self, number: u64) -> NonNull<Work> {
        // SAFETY: a masked number is less than the number of slots.
        unsafe { self.slots.get().add(number as usize & self.mask.get()) }
    }

    /// Puts work at the end.
    #[inline]
    pub(super) fn push(&self, work: Work) {
        if self.len() > self.mask.get() {
            grow(self);
        }
        let tail = self.tail.get();
        // SAFETY: there are fewer entries than slots, so this slot is not filled, and ours to write.
        unsafe { self.slot(tail).write(work) };
        self.tail.set(tail.wrapping_add(1));
    }

    /// Takes the first.
    #[inline]
    pub(super) fn pop(&self) -> Option<Work> {
        let head = self.head.get();
        if head == self.tail.get() {
            return None;
        }
        self.head.set(head.wrapping_add(1));
        // SAFETY: the slot was filled by `push`; from now on it counts as taken, so it is read once.
        Some(unsafe { self.slot(head).read() })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Doubles the slots. `extern "C"`, so that a caller need not be ready for a panic: if there are ever too many, that aborts.
#[cold]
extern "C" fn grow(queue: &Queue) {
    let (old, size) = (queue.slots.get(), queue.mask.get() + 1);
    let new = allocate(size * 2);
    let head = queue.head.get();
    for n in 0..queue.len() {
        let number = head.wrapping_add(n as u64);
        let from = queue.slot(number);
        // SAFETY: a masked number is less than the slots of `new`.
        let to = unsafe { new.add(number as usize & (size * 2 - 1)) };
        // SAFETY: each filled slot is moved once, into memory of its own; what stays behind is not dropped.
        unsafe { ptr::copy_nonoverlapping(from.as_ptr(), to.as_ptr(), 1) };
    }
    queue.slots.set(new);
    queue.mask.set(size * 2 - 1);
    free(old, size);
}

fn allocate(size: usize) -> NonNull<Work> {
    let slots = Box::<[Work]>::new_uninit_slice(size);
    NonNull::from(Box::leak(slots)).cast()
}

/// Gives back what `allocate` gave, without a look at what is in it.
fn free(slots: NonNull<Work>, size: usize) {
    let slots =
        ptr::slice_from_raw_parts_mut(slots.as_ptr().cast::<std::mem::MaybeUninit<Work>>(), size);
    // SAFETY: `allocate` leaked this box, of this size, and both callers forget the pointer.
    drop(unsafe { Box::from_raw(slots) });
}

impl Drop for Queue {
    fn drop(&mut self) {
        while self.pop().is_some() {}
        free(self.slots.get(), self.mask.get() + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_and_empties_at_every_offset_of_the_ring() {
        for offset in 0..FIRST_SIZE {
            let queue = Queue::new();
            for _ in 0..offset {
                queue.push(Work::Main);
                assert!(queue.pop().is_some());
            }
            for n in 0..3 * FIRST_SIZE {
                assert_eq!(queue.len(), n);
                queue.push(Work::Main);
            }
            for _ in 0..3 * FIRST_SIZE {
                assert!(matches!(queue.pop(), Some(Work::Main)));
            }
            assert!(queue.pop().is_none());
            assert!(queue.is_empty());
        }
    }

    #[test]
    fn its_counters_run_over() {
        let queue = Queue::new();
        queue.head.set(u64::MAX - 1);
        queue.tail.set(u64::MAX - 1);
        for _ in 0..2 * FIRST_SIZE {
            queue.push(Work::Main);
        }
        assert_eq!(queue.len(), 2 * FIRST_SIZE);
        while queue.pop().is_some() {}
        assert_eq!(queue.ends().0, 2 * FIRST_SIZE as u64 - 2);
        assert!(queue.is_empty());
    }
}
