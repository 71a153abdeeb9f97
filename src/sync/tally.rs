//! The tally: how many there are, whether more are to come, and who waits for the end of both.
//! Counted by the tasks of a `TaskTracker`, on whatever thread they end.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::Notify;
use super::notify::Notified;
use crate::shim::atomic::{AtomicU64, Ordering};
use crate::waits::note_call;

/// Counts from any thread. It is done when it is closed and the count is zero.
#[derive(Debug)]
pub(crate) struct Tally {
    /// The count in steps of [`ONE`], and the bit [`CLOSED`]. In one number, so that whoever brings about the end of both knows.
    state: AtomicU64,
    /// Rung when it is done.
    done: Notify,
}

/// Nothing more is to come, or so it was said: it can still be counted up, and opened again.
const CLOSED: u64 = 1;
const ONE: u64 = 2;

impl Tally {
    crate::shim::const_fn! {
        pub(crate) const fn new() -> Self {
            Self {
                state: AtomicU64::new(0),
                done: Notify::const_new(),
            }
        }
    }

    pub(crate) fn add(&self) {
        self.state.fetch_add(ONE, Ordering::Relaxed); // nothing is told by it
    }

    pub(crate) fn remove(&self) {
        // Release: who sees the end sees what came before each removal. Acquire: so does the one who brings the news.
        if self.state.fetch_sub(ONE, Ordering::AcqRel) == ONE + CLOSED {
            self.done.notify_waiters();
        }
    }

    /// False if it was closed.
    pub(crate) fn close(&self) -> bool {
        let before = self.state.fetch_or(CLOSED, Ordering::AcqRel); // as `remove`
        if before == 0 {
            self.done.notify_waiters();
        }
        before & CLOSED == 0
    }

    /// False if it was open.
    pub(crate) fn reopen(&self) -> bool {
        self.state.fetch_and(!CLOSED, Ordering::Relaxed) & CLOSED != 0
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state.load(Ordering::Acquire) & CLOSED != 0
    }

    pub(crate) fn count(&self) -> u64 {
        self.state.load(Ordering::Acquire) / ONE // with `remove`
    }

    fn is_done(&self) -> bool {
        self.state.load(Ordering::Acquire) == CLOSED // with `remove`
    }

    /// Waits until it is done. It need not be so when that is seen: that it was so once, since this call, is enough.
    #[track_caller]
    pub(crate) fn wait(&self) -> Wait<'_> {
        let told = self.done.notified_unnamed(); // before the look, or an end between the two is missed
        let was_done = self.is_done();
        Wait {
            was_done,
            told,
            location: Location::caller(),
        }
    }
}

pin_project! {
    /// The future of [`Tally::wait`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub(crate) struct Wait<'a> {
        // When the wait began.
        was_done: bool,
        #[pin]
        told: Notified<'a>,
        // Who waits.
        location: &'static Location<'static>,
    }
}

impl Future for Wait<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if *this.was_done {
            return Poll::Ready(());
        }
        let poll = this.told.poll(cx); // whoever brings about the end owes the wake
        if poll.is_pending() {
            note_call("task::TaskTracker::wait", Some(this.location));
        }
        poll
    }
}

#[cfg(all(test, loom))]
#[path = "tally_loom.rs"]
mod loom_models;
