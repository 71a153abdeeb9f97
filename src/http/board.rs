//! The board: what a server counts, and the three signals by which it stops.
//! Written by the server and its connections, read through the handle from any thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use super::deadline::Deadline;
use super::handle::{Stats, TimeoutCounts};
use crate::sync::CancellationToken;

/// Relaxed throughout: each number says no more than itself.
#[derive(Debug, Default)]
pub(super) struct Board {
    /// Connections whose task is there.
    pub(super) open: AtomicUsize,
    pub(super) accepted: AtomicU64,
    /// Given to the service.
    pub(super) requests: AtomicU64,
    /// Connections that ended by a panic of the service.
    pub(super) panics: AtomicU64,
    pub(super) accept_errors: AtomicU64,
    /// By kind, in the order of [`Deadline`].
    timeouts: [AtomicU64; Deadline::KINDS],
    /// Told to stop accepting and to finish.
    pub(super) drain: CancellationToken,
    /// The grace of idle connections is over.
    pub(super) close_idle: CancellationToken,
    /// Told to end at once.
    pub(super) abort: CancellationToken,
}

impl Board {
    pub(super) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(super) fn timed_out(&self, deadline: Deadline) {
        self.timeouts[deadline as usize].fetch_add(1, Relaxed);
    }

    pub(super) fn timeouts(&self) -> TimeoutCounts {
        let count = |deadline: Deadline| self.timeouts[deadline as usize].load(Relaxed);
        TimeoutCounts {
            first_byte: count(Deadline::FirstByte),
            headers: count(Deadline::Headers),
            keep_alive: count(Deadline::KeepAlive),
            request: count(Deadline::Request),
            body_idle: count(Deadline::BodyIdle),
            write_idle: count(Deadline::WriteIdle),
        }
    }

    pub(super) fn stats(&self) -> Stats {
        Stats {
            open: self.open.load(Relaxed),
            accepted: self.accepted.load(Relaxed),
            requests: self.requests.load(Relaxed),
            panics: self.panics.load(Relaxed),
            accept_errors: self.accept_errors.load(Relaxed),
            timeouts: self.timeouts(),
        }
    }
}
