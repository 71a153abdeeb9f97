//! Here: the executor that runs on this thread, if one does.
//! Asked by every waker: what is woken at home needs no lock.

use std::cell::Cell;
use std::ptr;

use super::home::Home;
use super::local::Executor;

thread_local! {
    /// A bare pointer, without a destructor: it can be read at any time of the thread's life, in one instruction.
    static HERE: Cell<*const Executor> = const { Cell::new(ptr::null()) };
}

/// Makes `executor` this thread's. Gives back what was there before.
///
/// # Safety
/// Until the next call on this thread, `executor` is null or points to an executor that lives. If the call is made by what
/// [`with`] runs, what was there before is set again before that returns.
pub(crate) unsafe fn set(executor: *const Executor) -> *const Executor {
    HERE.replace(executor)
}

/// Calls `f` with this thread's executor.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(Option<&Executor>) -> R) -> R {
    let executor = HERE.get();
    // SAFETY: null, or alive until the next `set`, by the promise of whoever called `set`; and that call, by the same promise,
    // does not come before `f` returns, or is undone by then.
    let result = f(unsafe { executor.as_ref() });
    debug_assert!(
        ptr::eq(executor, HERE.get()),
        "the thread's executor was exchanged while it was in use"
    );
    result
}

/// Calls `f` with this thread's executor if it is the one of `home`.
#[inline]
pub(crate) fn at<R>(home: &Home, f: impl FnOnce(&Executor) -> R) -> Option<R> {
    with(|executor| {
        let executor = executor.filter(|executor| ptr::eq(executor.home().as_ref(), home))?;
        Some(f(executor))
    })
}

thread_local! {
    /// The executor whose tasks are polled or dropped just now. Set for the time of a call, and so whatever guards do to `HERE`.
    static AT_WORK: Cell<*const Executor> = const { Cell::new(ptr::null()) };
}

/// Calls `f` while `executor` is at work.
#[inline]
pub(crate) fn work<R>(executor: &Executor, f: impl FnOnce() -> R) -> R {
    struct Restore(*const Executor);
    impl Drop for Restore {
        fn drop(&mut self) {
            AT_WORK.set(self.0);
        }
    }
    let _restore = Restore(AT_WORK.replace(executor));
    f()
}

/// Calls `f` with the executor that is at work, if it is the one of `home`.
#[inline]
pub(crate) fn at_work<R>(home: &Home, f: impl FnOnce(&Executor) -> R) -> Option<R> {
    // SAFETY: null, or borrowed by a `work` that has not returned.
    let executor = unsafe { AT_WORK.get().as_ref() };
    let executor = executor.filter(|executor| ptr::eq(executor.home().as_ref(), home))?;
    Some(f(executor))
}
