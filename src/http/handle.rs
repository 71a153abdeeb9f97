//! The handle of a server: tells it to stop, and reads its counters, from any thread.

use std::sync::Arc;

use super::board::Board;

/// What a server has counted so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Connections that are open.
    pub open: usize,
    /// Connections accepted since the start.
    pub accepted: u64,
    /// Requests given to the service since the start.
    pub requests: u64,
    /// Connections that ended because the service panicked.
    pub panics: u64,
    /// Failures of the listener to accept, such as a lack of descriptors.
    pub accept_errors: u64,
    /// Deadlines that have passed.
    pub timeouts: TimeoutCounts,
}

/// How often each deadline has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "named as in `ServerConfig`")]
pub struct TimeoutCounts {
    pub first_byte: u64,
    pub headers: u64,
    pub keep_alive: u64,
    pub request: u64,
    pub body_idle: u64,
    pub write_idle: u64,
}

/// A handle to a server, from [`Serve::handle`](super::Serve::handle). `Send + Sync`, and cheap to clone.
#[derive(Clone, Debug)]
pub struct ServeHandle(pub(super) Arc<Board>);

impl ServeHandle {
    /// Stops accepting; requests in flight finish within the drain's time. The second call changes nothing.
    pub fn shutdown(&self) {
        self.0.drain.cancel();
    }

    /// Ends the server at once: what is in flight is cut off. It may follow on [`shutdown`](Self::shutdown).
    pub fn abort(&self) {
        self.0.drain.cancel();
        self.0.abort.cancel();
    }

    /// The counters.
    pub fn stats(&self) -> Stats {
        self.0.stats()
    }
}
