//! Held: permits of a lock that an `Arc` keeps alive, given back on drop.
//! The owned guards of `Mutex` and `RwLock` have this where the borrowing ones have a `SemaphorePermit`.

use std::sync::Arc;

use super::Semaphore;

/// A lock that is made of a semaphore.
pub(crate) trait Lock {
    /// Whose permits its guards hold.
    fn semaphore(&self) -> &Semaphore;
}

/// Permits of `lock`, which go back when this is dropped.
pub(crate) struct Held<L: Lock + ?Sized> {
    lock: Arc<L>,
    /// How many go back.
    permits: usize,
}

impl<L: Lock + ?Sized> Held<L> {
    /// Permits that were taken from the semaphore of `lock` and have no guard yet.
    pub(crate) fn new(lock: Arc<L>, permits: usize) -> Self {
        Self { lock, permits }
    }

    /// Whose they are.
    pub(crate) fn lock(&self) -> &Arc<L> {
        &self.lock
    }

    /// Gives all but `rest` back.
    pub(crate) fn keep(&mut self, rest: usize) {
        let surplus = self.permits - rest;
        self.permits = rest;
        self.lock.semaphore().release(surplus);
    }
}

impl<L: Lock + ?Sized> Drop for Held<L> {
    fn drop(&mut self) {
        self.lock.semaphore().release(self.permits);
    }
}
