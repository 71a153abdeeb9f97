//! A place that is written once, by any thread, and can be read from then on.
//! Under `OnceCell` and `SetOnce`, which add the waiting.
//!
//! std's `OnceLock` would do, but cannot be made full in a `const`, and loom does not see into it.

use crate::shim::atomic::{AtomicU8, Ordering};
use crate::shim::cell::UnsafeCell;

/// Empty, then full for good.
pub(crate) struct WriteOnce<T> {
    /// [`EMPTY`], [`WRITING`] or [`FULL`]: who may touch `value`.
    state: AtomicU8,
    value: UnsafeCell<Option<T>>,
}

/// Nobody touches the value. Left by the one `set` that succeeds.
const EMPTY: u8 = 0;
/// Only the thread in `set` touches it. Left when that has written.
const WRITING: u8 = 1;
/// Everyone may read, nobody writes. Never left.
const FULL: u8 = 2;

// SAFETY: threads share the value once it is there, so it has to be `Sync`; and it may be written on one thread and
// taken on another, so it has to be `Send`. `state` says who may touch it when.
unsafe impl<T: Send + Sync> Sync for WriteOnce<T> {}

impl<T> WriteOnce<T> {
    crate::shim::const_fn! {
        /// Full from the beginning if there is a `value`.
        pub(crate) const fn new(value: Option<T>) -> Self {
            let state = if value.is_some() { FULL } else { EMPTY };
            Self {
                state: AtomicU8::new(state),
                value: UnsafeCell::new(value),
            }
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        // Acquire: partner of the store in `set`; who sees FULL sees the value.
        self.state.load(Ordering::Acquire) == FULL
    }

    pub(crate) fn get(&self) -> Option<&T> {
        if !self.is_full() {
            return None;
        }
        // SAFETY: it is full, so nobody writes while `self` is borrowed: `set` does in EMPTY only, and the others take
        // `self` mutably.
        self.value.with(|value| unsafe { (*value).as_ref() })
    }

    /// Gives the value back if there is one already, or another thread is about to write one.
    pub(crate) fn set(&self, value: T) -> Result<(), T> {
        // Relaxed: it only chooses one of those that call this; nothing was written before.
        let chosen =
            self.state
                .compare_exchange(EMPTY, WRITING, Ordering::Relaxed, Ordering::Relaxed);
        if chosen.is_err() {
            return Err(value);
        }
        // SAFETY: EMPTY became WRITING, and that happens once: no other thread writes, and none reads before FULL.
        self.value.with_mut(|place| unsafe { *place = Some(value) });
        // Release: partner of the load in `is_full`.
        self.state.store(FULL, Ordering::Release);
        Ok(())
    }

    pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
        // SAFETY: `self` is borrowed mutably, so no other thread is in `get` or `set`, and no reference is left.
        self.value.with_mut(|value| unsafe { (*value).as_mut() })
    }

    pub(crate) fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }
}

#[cfg(all(test, loom))]
#[path = "write_once_loom.rs"]
mod loom_models;
