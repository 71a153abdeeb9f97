//! The waits: what the leaves of a future say they wait for, as they return `Pending`.
//! Noted by sockets, timers, channels, locks and joins; heard by the executor after each poll, in a runtime that notes its tasks.
//!
//! Each leaf says it by itself while it is polled anyway, so nothing is polled again for a dump, and none can get stuck. Where nobody
//! listens it costs one look at a flag, in the polls that find nothing.

mod addresses;
mod call;
mod descriptor;

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::time::Instant;

use rustix::fd::{AsRawFd, BorrowedFd};

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
    /// What listens, while something does.
    static EAR: Cell<Option<&'static Ear>> = const { Cell::new(None) };
    /// Empty while nobody listens. Without a destructor, so that it is there at the thread's end too.
    static HEARD: ManuallyDrop<RefCell<Vec<Wait>>> = const { ManuallyDrop::new(RefCell::new(Vec::new())) };
}

/// A leaf is about to return `Pending`.
#[inline]
pub(crate) fn note(wait: impl FnOnce() -> Wait) {
    if let Some(ear) = EAR.get() {
        tell(ear, wait);
    }
}

/// The same, of a leaf that waits for a descriptor.
#[inline]
pub(crate) fn note_descriptor(fd: BorrowedFd<'_>, wait: fn(Descriptor) -> Wait) {
    if let Some(ear) = EAR.get() {
        tell(ear, || wait((ear.describe)(fd)));
    }
}

/// All of it apart, so that those whom nobody hears need no room for it.
#[cold]
#[inline(never)]
fn tell(ear: &Ear, wait: impl FnOnce() -> Wait) {
    (ear.hear)(wait());
}

/// What a wait is told to. Pointers, which are there only while somebody listens: a program in which nobody ever does contains nothing of
/// what is behind them.
struct Ear {
    hear: fn(Wait),
    /// Asked while the descriptor is open.
    describe: fn(BorrowedFd<'_>) -> Descriptor,
}

static OURS: Ear = Ear { hear, describe };

fn hear(wait: Wait) {
    HEARD.with(|heard| {
        let mut heard = heard.borrow_mut();
        if heard.len() < MOST && !heard.contains(&wait) {
            heard.push(wait);
        }
    });
}

/// With its addresses: two system calls.
fn describe(fd: BorrowedFd<'_>) -> Descriptor {
    let (local, peer) = addresses::of(fd);
    Descriptor::new(fd.as_raw_fd() as i64, local, peer)
}

/// Listens until it is dropped.
#[cfg_attr(loom, allow(dead_code, reason = "there is no executor"))]
pub(crate) struct Listening;

#[cfg_attr(loom, allow(dead_code, reason = "there is no executor"))]
impl Listening {
    pub(crate) fn begin() -> Self {
        EAR.set(Some(&OURS));
        Self
    }

    /// What was heard.
    pub(crate) fn end(self) -> Vec<Wait> {
        HEARD.with(|heard| heard.take())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        EAR.set(None);
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
