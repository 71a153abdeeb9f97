//! The watch: what a poll shows of itself to a thread that looks for stalls.
//! Written by the executor around each poll, read by the runtime's watcher.
//!
//! # The protocol
//! A poll has a number: odd while it runs, even between two. The watcher wants to know whose poll it is, and the two are two words:
//!
//! | the executor | the watcher |
//! |---|---|
//! | 1. writes the task | 1. reads the number: odd, a poll runs |
//! | 2. makes the number odd | 2. reads the task |
//! | 3. polls | 3. reads the number again: the same, so the task is that poll's |
//! | 4. makes the number even | |
//!
//! No step waits, so a watcher that is slow costs the executor nothing; at worst it sees nothing this time.

use crate::shim::atomic::{AtomicU64, Ordering, fence};

#[derive(Debug)]
pub(crate) struct Watch {
    number: AtomicU64,
    /// Whose poll it is: a task's number, or [`MAIN`].
    task: AtomicU64,
}

/// The future of `block_on`. No task has this number.
pub(crate) const MAIN: u64 = 0;

/// A poll that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    number: u64,
    pub(crate) task: u64,
}

impl Watch {
    pub(crate) fn new() -> Self {
        Self {
            number: AtomicU64::new(0),
            task: AtomicU64::new(MAIN),
        }
    }

    /// A poll begins.
    pub(crate) fn begin(&self, task: u64) {
        self.task.store(task, Ordering::Relaxed);
        // Release: who sees this number sees its task, or a later one. With the first load in `seen`.
        self.number.store(self.next(), Ordering::Release);
    }

    /// It ends.
    pub(crate) fn end(&self) {
        self.number.store(self.next(), Ordering::Relaxed);
        // before the next poll's task: who sees that sees this number too. With the fence in `seen`.
        fence(Ordering::Release);
    }

    /// Only the executor writes it, so there it is the last one written.
    fn next(&self) -> u64 {
        self.number.load(Ordering::Relaxed) + 1
    }

    /// The poll that runs, if one does.
    pub(crate) fn seen(&self) -> Option<Seen> {
        let number = self.number.load(Ordering::Acquire);
        if number % 2 == 0 {
            return None;
        }
        let task = self.task.load(Ordering::Relaxed);
        fence(Ordering::Acquire); // with the one in `end`: a task that is later than the number shows a later number
        let seen = Seen { number, task };
        self.is_still(seen).then_some(seen)
    }

    /// Whether it runs still.
    pub(crate) fn is_still(&self, seen: Seen) -> bool {
        self.number.load(Ordering::Relaxed) == seen.number
    }
}

#[cfg(all(test, loom))]
#[path = "watch_loom.rs"]
mod loom_models;

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_poll_is_seen_while_it_runs() {
        let watch = Watch::new();
        assert_eq!(watch.seen(), None);
        watch.begin(7);
        let seen = watch.seen().unwrap();
        assert_eq!(seen.task, 7);
        assert!(watch.is_still(seen));
        watch.end();
        assert_eq!(watch.seen(), None);
        watch.begin(7);
        assert!(!watch.is_still(seen), "another poll of the same task");
    }
}
