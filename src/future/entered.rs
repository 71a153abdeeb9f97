//! Whether this thread is inside of a runtime's `block_on`: there, blocking it would stop every task.
//! Set by `block_on`; asked by the blocking forms of `sync`, which know no runtime.

use std::cell::Cell;

thread_local! {
    static ENTERED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread runs tasks.
pub(crate) fn is_entered() -> bool {
    ENTERED.get()
}

/// Sets it, and gives back what it was.
pub(crate) fn set_entered(entered: bool) -> bool {
    ENTERED.replace(entered)
}

/// Panics where blocking would stop every task.
#[track_caller]
pub(crate) fn forbid_blocking(caller: &str) {
    assert!(
        !is_entered(),
        "Cannot block the current thread from within a runtime: `{caller}` would stop every task of it. Await the \
         asynchronous form, or call it inside `spawn_blocking`"
    );
}
