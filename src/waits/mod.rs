//! The waits: what the leaves of a future say they wait for, as they return `Pending`.
//! Noted by sockets, timers, channels, locks and joins; heard by the executor after each poll, in a runtime that notes its tasks.
//!
//! Each leaf says it by itself while it is polled anyway, so nothing is polled again for a dump, and none can get stuck. Where nobody
//! listens it costs one look at a flag, in the polls that find nothing.

mod call;
mod descriptor;

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::time::Instant;

pub use call::Call;
pub(crate) use call::{called, note_call, polled};
pub use descriptor::{Address, Descriptor};

/// What a leaf waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// A timer that rings then.
    Timer(Instant),
    /// A descriptor that can be read.
    Read(Descriptor),
    /// One that can be written.
    Write(Descriptor),
    /// The end of the task with this number.
    Task(u64),
    /// Another task, by what they have in common.
    Sync(Call),
}

/// A leaf waits for one thing, and a poll has few leaves; what goes on in a loop may give up one after the other.
const MOST: usize = 32;

thread_local! {
    /// Whether somebody listens.
    static LISTENS: Cell<bool> = const { Cell::new(false) };
    /// Empty while nobody listens. Without a destructor, so that it is there at the thread's end too.
    static HEARD: ManuallyDrop<RefCell<Vec<Wait>>> = const { ManuallyDrop::new(RefCell::new(Vec::new())) };
}

/// A leaf is about to return `Pending`.
#[inline]
pub(crate) fn note(wait: impl FnOnce() -> Wait) {
    if LISTENS.get() {
        hear(wait);
    }
}

/// All of it apart, so that those whom nobody hears need no room for it.
#[cold]
#[inline(never)]
fn hear(wait: impl FnOnce() -> Wait) {
    let wait = wait();
    HEARD.with(|heard| {
        let mut heard = heard.borrow_mut();
        if heard.len() < MOST && !heard.contains(&wait) {
            heard.push(wait);
        }
    });
}

/// Listens until it is dropped.
#[cfg_attr(loom, allow(dead_code, reason = "there is no executor"))]
pub(crate) struct Listening;

#[cfg_attr(loom, allow(dead_code, reason = "there is no executor"))]
impl Listening {
    pub(crate) fn begin() -> Self {
        LISTENS.set(true);
        Self
    }

    /// What was heard.
    pub(crate) fn end(self) -> Vec<Wait> {
        HEARD.with(|heard| heard.take())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENS.set(false);
        drop(HEARD.with(|heard| heard.take())); // what a poll that has panicked has left
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_heard_once_and_no_more_than_the_most() {
        let listening = Listening::begin();
        for task in 0..2 * MOST as u64 {
            note(|| Wait::Task(task));
            note(|| Wait::Task(task));
        }
        let expected: Vec<_> = (0..MOST as u64).map(Wait::Task).collect();
        assert_eq!(listening.end(), expected);
    }

    #[test]
    fn nobody_is_asked_what_it_waits_for_when_nobody_listens() {
        note(|| unreachable!());
        assert_eq!(Listening::begin().end(), []);
        note(|| unreachable!());
    }
}
