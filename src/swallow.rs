//! Swallow: the end of a panic that is nobody's, such as that of a hook, of a destructor, or of a waker at a task's end.
//! Called where foreign code runs that must take nobody along. The process' panic hook has told of it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Ends a panic here, even one whose payload panics when it is dropped.
pub(crate) fn swallow(result: Result<(), Box<dyn Any + Send>>) {
    let Err(payload) = result else { return };
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        Box::leak(second); // it might go on like that
    }
}

/// Runs `f`, and ends its panic here.
pub(crate) fn in_peace(f: impl FnOnce()) {
    swallow(catch_unwind(AssertUnwindSafe(f)));
}

#[cfg(all(test, not(loom)))]
#[path = "swallow_tests.rs"]
mod tests;
