//! The home: a value that is not `Send`, in a box that is. It is used and dropped on the thread on which it was made, or not at
//! all.
//! axum's handlers and their futures travel in it.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers of threads, none used twice. Not std's `ThreadId`: a router may be dropped with the thread's locals, and to ask for the
/// current thread panics then; this is a thread-local without a destructor.
fn here() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local!(static HERE: Cell<u64> = const { Cell::new(0) });
    HERE.with(|here| {
        if here.get() == 0 {
            here.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        here.get()
    })
}

pub(super) struct Home<T> {
    /// The only thread that may touch the value.
    thread: u64,
    /// Dropped at home only. In a box of its own, which is not freed either if it is dropped elsewhere: a pinned value's memory
    /// must stay as it is until its destructor has run.
    value: ManuallyDrop<Pin<Box<T>>>,
}

// SAFETY: whatever thread has it, `get`, `get_mut` and `drop` touch the value on its own thread only.
unsafe impl<T> Send for Home<T> {}

// SAFETY: the same; `get` gives a reference on the value's own thread only.
unsafe impl<T> Sync for Home<T> {}

impl<T> Home<T> {
    pub(super) fn new(value: T) -> Self {
        Self {
            thread: here(),
            value: ManuallyDrop::new(Box::pin(value)),
        }
    }

    fn is_here(&self) -> bool {
        here() == self.thread
    }

    #[track_caller]
    pub(super) fn get(&self) -> &T {
        self.check();
        &self.value
    }

    #[track_caller]
    pub(super) fn get_mut(&mut self) -> Pin<&mut T> {
        self.check();
        self.value.as_mut()
    }

    #[track_caller]
    fn check(&self) {
        assert!(
            self.is_here(),
            "a handler made by `toque::http::local` is used on another thread than that it was made on: make its router on the \
             thread whose runtime serves it"
        );
    }
}

impl<T> Drop for Home<T> {
    /// On another thread the value is leaked: it may be dropped by nobody there, and there is no way home.
    fn drop(&mut self) {
        if self.is_here() {
            // SAFETY: it is dropped here and nowhere else.
            unsafe { ManuallyDrop::drop(&mut self.value) };
        }
    }
}

#[cfg(test)]
#[path = "home_tests.rs"]
mod tests;
