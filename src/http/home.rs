//! The home: a value that is not `Send`, in a box that is. It is used and dropped on the thread on which it was made, or not at
//! all.
//! axum's handlers and their futures travel in it.

use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::thread::{self, ThreadId};

pub(super) struct Home<T> {
    /// The only thread that may touch the value. Ids are not used twice in a process.
    thread: ThreadId,
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
            thread: thread::current().id(),
            value: ManuallyDrop::new(Box::pin(value)),
        }
    }

    fn is_here(&self) -> bool {
        thread::current().id() == self.thread
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
