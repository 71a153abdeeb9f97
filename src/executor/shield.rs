//! The shield: a waker around somebody else's, whose panics end with it.
//! Raised by join handles: async-task calls and drops the waker that waits for a task where a panic aborts the process.
//!
//! A task's own waker never panics, and needs none. It is known by its table of functions, of which there is one for each type of
//! future, and which is noted when a task of that type waits for the first time. So a shield, which takes some memory, is raised for
//! other crates' wakers, and once or twice for each type.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::task::{RawWakerVTable, Waker};

use crate::shim::sync::Arc;
use crate::swallow::in_peace;
use crate::waker::{self, Ring};

type Table = *const RawWakerVTable;

thread_local! {
    /// The one that was asked for last, if it is ours.
    static LAST: Cell<Table> = const { Cell::new(ptr::null()) };
    /// All that are, in order.
    static OURS: RefCell<Vec<Table>> = const { RefCell::new(Vec::new()) };
}

/// This waker is a task's, or that of the future of `block_on`.
pub(crate) fn note(ours: &Waker) {
    let table = ptr::from_ref(ours.vtable());
    if LAST.replace(table) != table {
        let _ = OURS.try_with(|ours| insert(&mut ours.borrow_mut(), table)); // at the thread's end it is not kept
    }
}

fn insert(ours: &mut Vec<Table>, table: Table) {
    if let Err(place) = ours.binary_search(&table) {
        ours.insert(place, table);
    }
}

/// Whether a waker is known to be one of those.
#[inline]
pub(super) fn is_ours(waker: &Waker) -> bool {
    let table = ptr::from_ref(waker.vtable());
    LAST.get() == table || is_among_ours(table)
}

#[cold]
fn is_among_ours(table: Table) -> bool {
    let is_ours = OURS.try_with(|ours| ours.borrow().binary_search(&table).is_ok()) == Ok(true);
    if is_ours {
        LAST.set(table);
    }
    is_ours
}

/// A shield for somebody else's waker.
#[cold]
pub(super) fn raise(waker: &Waker) -> Waker {
    waker::waker(Arc::new(Shield(Some(waker.clone()))))
}

/// `None` in its end.
struct Shield(Option<Waker>);

impl Ring for Shield {
    fn ring(&self) {
        in_peace(|| self.0.iter().for_each(Waker::wake_by_ref));
    }
}

impl Drop for Shield {
    fn drop(&mut self) {
        in_peace(|| drop(self.0.take()));
    }
}
