//! What the ends of a broadcast channel share: a ring of the latest values, and the tail that says where it ends.
//! A slot is only locked by who holds the lock of the tail, and may be kept locked after that. So a clone holds up one
//! value, and two ends never wait for each other.

use std::ops::Range;

use super::error::RecvError;
use crate::shim::sync::{Mutex, MutexGuard};
use crate::sync::wait_list::WaitList;
use crate::waker::WakeList;

pub(super) struct Shared<T> {
    /// The value of each position is in the slot of the position's low bits: their number is a power of two.
    slots: Box<[Mutex<Slot<T>>]>,
    /// Where the ring ends, and who is there.
    pub(super) tail: Mutex<Tail>,
}

pub(super) struct Slot<T> {
    /// Receivers that have not taken the value yet.
    unread: usize,
    /// Kept while `unread` is not zero.
    value: Option<T>,
}

pub(super) struct Tail {
    /// The position of the next value. Positions count all that was ever sent.
    pub(super) next: u64,
    /// At zero, nothing more will come.
    pub(super) senders: usize,
    /// Weak senders, counted for those who ask.
    pub(super) weak_senders: usize,
    /// At zero, a send fails.
    pub(super) receivers: usize,
    /// Receivers that wait for a value.
    pub(super) waiting: WaitList<()>,
    /// Senders that wait until there is no receiver.
    pub(super) closing: WaitList<()>,
}

impl<T> Shared<T> {
    pub(super) fn new(capacity: usize) -> Self {
        let slot = |_| {
            Mutex::new(Slot {
                unread: 0,
                value: None,
            })
        };
        Self {
            slots: (0..capacity).map(slot).collect(),
            tail: Mutex::new(Tail {
                next: 0,
                senders: 1,
                weak_senders: 0,
                receivers: 0,
                waiting: WaitList::new(),
                closing: WaitList::new(),
            }),
        }
    }

    /// The positions whose values have not been overwritten.
    pub(super) fn kept(&self, tail: &Tail) -> Range<u64> {
        tail.next.saturating_sub(self.slots.len() as u64)..tail.next
    }

    /// Takes the tail as the proof that its lock is held.
    fn slot(&self, _tail: &Tail, position: u64) -> MutexGuard<'_, Slot<T>> {
        self.slots[position as usize & (self.slots.len() - 1)].lock()
    }

    /// Puts a value at the tail, for the receivers that are there now, and says how many. It comes back if none is.
    pub(super) fn send(&self, value: T) -> Result<usize, T> {
        let mut wakers = WakeList::new();
        let mut tail = self.tail.lock();
        let receivers = tail.receivers;
        if receivers == 0 {
            return Err(value);
        }
        let overwritten = self.slot(&tail, tail.next).put(value, receivers);
        tail.next += 1;
        tail.waiting.serve_all(&mut wakers);
        drop(tail);
        wakers.wake_all();
        drop(overwritten);
        Ok(receivers)
    }

    /// The slot of the receiver's `next` value, locked, and `next` moved on; or what it gets instead.
    pub(super) fn take(
        &self,
        tail: &Tail,
        next: &mut u64,
    ) -> Option<Result<MutexGuard<'_, Slot<T>>, RecvError>> {
        let kept = self.kept(tail);
        if *next == kept.end {
            return (tail.senders == 0).then_some(Err(RecvError::Closed));
        }
        if *next < kept.start {
            let missed = kept.start - *next;
            *next = kept.start;
            return Some(Err(RecvError::Lagged(missed)));
        }
        let slot = self.slot(tail, *next);
        *next += 1;
        Some(Ok(slot))
    }

    /// A receiver that has not taken from `next` on is gone.
    pub(super) fn leave(&self, next: u64) {
        let mut wakers = WakeList::new();
        let mut tail = self.tail.lock();
        let kept = self.kept(&tail);
        let unread = next.max(kept.start)..kept.end;
        // gathered, to be dropped outside the lock: a value is foreign code
        let released: Vec<T> = unread
            .filter_map(|position| self.slot(&tail, position).release())
            .collect();
        tail.receivers -= 1;
        if tail.receivers == 0 {
            tail.closing.serve_all(&mut wakers);
        }
        drop(tail);
        wakers.wake_all();
        drop(released);
    }

    /// How many values some receiver has not taken yet. An older value has no more readers left than a younger one, so
    /// the first that has any is found by halving.
    pub(super) fn len(&self) -> usize {
        let tail = self.tail.lock();
        let Range { mut start, mut end } = self.kept(&tail);
        while start < end {
            let middle = start + (end - start) / 2;
            if self.slot(&tail, middle).unread == 0 {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        (tail.next - start) as usize
    }

    /// Changes the tail under its lock, and wakes after it.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut Tail, &mut WakeList) -> R) -> R {
        let mut wakers = WakeList::new();
        let result = change(&mut self.tail.lock(), &mut wakers);
        wakers.wake_all();
        result
    }
}

impl<T> Slot<T> {
    /// Gives out the value that is overwritten.
    fn put(&mut self, value: T, readers: usize) -> Option<T> {
        self.unread = readers;
        self.value.replace(value)
    }

    /// One reader less. Gives out the value if it was the last.
    fn release(&mut self) -> Option<T> {
        self.unread -= 1;
        if self.unread == 0 {
            self.value.take()
        } else {
            None
        }
    }
}

/// One receiver's copy of the value.
pub(super) fn read<T: Clone>(mut slot: MutexGuard<'_, Slot<T>>) -> T {
    // before the clone, which may panic: the receiver has moved on already
    let last = slot.release();
    if last.is_none() {
        let value = slot.value.as_ref();
        // Under the lock, since the value need not be `Sync`.
        return value.expect("a value stays until its last reader").clone();
    }
    drop(slot);
    // The last reader's is a clone as well, so that the user's `clone` is called for each, as tokio's users expect.
    last.clone().expect("it was looked at above")
}
