//! A figure: a number that one thread counts and every thread may read.
//! Kept by the runtime's parts; read by its metrics.
//!
//! One writer, so a sum is a load and a store and no locked instruction. Relaxed, both: a figure says nothing of any other memory, and
//! 64 bits are never read in halves. Two figures read one after the other may be of different moments.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Written by one thread.
#[derive(Debug, Default)]
pub(crate) struct Figure(AtomicU64);

impl Figure {
    #[inline]
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn add(&self, more: u64) {
        self.set(self.get().wrapping_add(more));
    }

    /// Adds a time, which it counts in nanoseconds.
    pub(crate) fn add_time(&self, more: Duration) {
        self.add(nanoseconds(more));
    }

    /// A time that it has counted.
    pub(crate) fn time(&self) -> Duration {
        Duration::from_nanos(self.get())
    }
}

/// What fits: 584 years.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
