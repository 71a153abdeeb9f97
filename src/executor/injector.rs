//! The injector: where what other threads send waits until the executor's thread looks.
//! Filled by wakers, emptied once a turn.
//!
//! # The handshake
//! The owner sleeps only if nothing waits; a sender rings only if the owner sleeps. Neither can know of the other for sure
//! at one glance, so each speaks before it looks:
//!
//! | the owner, before it sleeps | a sender |
//! |---|---|
//! | 1. sets `parked` | 1. puts its item into the queue |
//! | 2. looks into the queue: not empty, no sleep | 2. looks at `parked`: set, it rings |
//!
//! Both look into the queue under its lock, so one of them comes second there. If it is the owner, he sees the item. If it
//! is the sender, he sees `parked`. Swap the owner's two steps and an item can come in between, unseen and unrung.

use crate::shim::atomic::{AtomicBool, Ordering};
use crate::shim::sync::Mutex;

/// A queue with many senders and one owner.
#[derive(Debug)]
pub(crate) struct Injector<T> {
    queue: Mutex<Queue<T>>,
    /// Whether the queue has something: spares the owner the lock in most turns. Written under the lock only.
    filled: AtomicBool,
    /// Whether the owner is about to sleep, or does. Set by the owner; cleared by him, or by the first sender, who rings.
    parked: AtomicBool,
}

#[derive(Debug)]
struct Queue<T> {
    items: Vec<T>,
    /// Set once, when the owner goes for good: what comes later goes back to its sender.
    closed: bool,
}

/// The owner has gone; here is the item back.
#[derive(Debug)]
pub(crate) struct Closed<T>(pub(crate) T);

impl<T> Injector<T> {
    pub(crate) fn new() -> Self {
        Self {
            queue: Mutex::new(Queue {
                items: Vec::new(),
                closed: false,
            }),
            filled: AtomicBool::new(false),
            parked: AtomicBool::new(false),
        }
    }

    /// Sends an item. True if the sender must ring the bell.
    pub(crate) fn push(&self, item: T) -> Result<bool, Closed<T>> {
        let mut queue = self.queue.lock();
        if queue.closed {
            return Err(Closed(item));
        }
        queue.items.push(item);
        self.filled.store(true, Ordering::Relaxed);
        drop(queue);
        // After the push, or an owner who has just looked sleeps on. Relaxed: if the owner's look came before our push, the
        // lock has carried his `parked` to us. The first of many rings for all.
        Ok(self.parked.load(Ordering::Relaxed) && self.claim_the_ring())
    }

    /// True for one of those who saw `parked`. An exchange, and not a swap: who rings nobody must not write, since loom takes
    /// a late `false` for one that may hide the owner's next `true`.
    fn claim_the_ring(&self) -> bool {
        self.parked
            .compare_exchange(true, false, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }

    /// Whether there is something to take. Relaxed: an item missed now is found next turn, or by the look before the sleep.
    #[inline]
    pub(crate) fn is_filled(&self) -> bool {
        self.filled.load(Ordering::Relaxed)
    }

    /// How many items wait.
    pub(crate) fn len(&self) -> usize {
        self.queue.lock().items.len()
    }

    /// The owner takes all there is; `into` is empty and keeps its memory in circulation.
    pub(crate) fn take(&self, into: &mut Vec<T>) {
        debug_assert!(into.is_empty());
        if !self.is_filled() {
            return;
        }
        let mut queue = self.queue.lock();
        std::mem::swap(&mut queue.items, into);
        self.filled.store(false, Ordering::Relaxed); // under the lock, or a push in between stays unseen
    }

    /// The owner announces that he will sleep. False if he must not, since something waits.
    pub(crate) fn park(&self) -> bool {
        self.parked.store(true, Ordering::Relaxed); // before the look, or a ring is lost
        let queue = self.queue.lock();
        let may_sleep = queue.items.is_empty();
        drop(queue);
        if !may_sleep {
            self.unpark();
        }
        may_sleep
    }

    /// Whether nothing waits, and nothing will come: `sender_is_left` says whether somebody may still send. If so, the owner has announced
    /// that he will sleep.
    pub(crate) fn is_over(&self, sender_is_left: impl FnOnce() -> bool) -> bool {
        // In this order: who sends and goes does so in this order too, and what the last of them has sent is seen by the second look.
        !sender_is_left() && self.park()
    }

    /// The owner is awake: nobody needs to ring.
    pub(crate) fn unpark(&self) {
        self.parked.store(false, Ordering::Relaxed);
    }

    /// The owner goes for good, with what was left.
    pub(crate) fn close(&self) -> Vec<T> {
        let mut queue = self.queue.lock();
        queue.closed = true;
        std::mem::take(&mut queue.items)
    }
}

#[cfg(all(test, loom))]
#[path = "injector_loom.rs"]
mod loom_models;

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn items_come_out_in_the_order_they_went_in() {
        let injector = Injector::new();
        for n in 0..4 {
            assert!(!injector.push(n).unwrap());
        }
        let mut taken = Vec::new();
        injector.take(&mut taken);
        assert_eq!(taken, [0, 1, 2, 3]);
        taken.clear();
        injector.take(&mut taken);
        assert!(taken.is_empty());
    }

    #[test]
    fn only_the_first_sender_rings_for_an_owner_who_sleeps() {
        let injector = Injector::new();
        assert!(injector.park());
        assert!(injector.push(1).unwrap());
        assert!(!injector.push(2).unwrap());
    }

    #[test]
    fn an_owner_with_something_to_take_does_not_sleep() {
        let injector = Injector::new();
        injector.push(1).unwrap();
        assert!(!injector.park());
        assert!(!injector.push(2).unwrap(), "nobody sleeps, nobody rings");
    }

    #[test]
    fn what_comes_after_the_end_goes_back() {
        let injector = Injector::new();
        injector.push(1).unwrap();
        assert_eq!(injector.close(), [1]);
        let Closed(item) = injector.push(2).unwrap_err();
        assert_eq!(item, 2);
    }
}
