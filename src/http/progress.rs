//! The progress of a connection: which part of which request it is at.
//! The stream notes when bytes come, the service when a request is whole enough to be served and when its answer is sent.
//! The stream's deadlines are chosen by it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};

use super::board::Board;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing of the next request has come.
    Waiting,
    /// Bytes of a head have come.
    Head,
    /// A service is at work, or its answer is being sent; the body may still come.
    Serving,
    /// It is HTTP no more.
    Upgraded,
}

const PHASES: [Phase; 4] = [Phase::Waiting, Phase::Head, Phase::Serving, Phase::Upgraded];

/// Atomic, since hyper wants a stream that can be upgraded to be `Send`. All is on one thread, so relaxed is enough.
#[derive(Debug)]
pub(super) struct Progress {
    /// Index into [`PHASES`].
    phase: AtomicU8,
    /// Requests that have reached the service.
    requests: AtomicU64,
    /// Of these, those whose answers are not sent yet. More than one in HTTP/2.
    in_flight: AtomicUsize,
    /// Where to count.
    pub(super) board: Arc<Board>,
    /// The answer in the making is to be the last.
    last: AtomicBool,
    /// The last request had a body, of which there may be some left to read.
    body: AtomicBool,
    /// Requests come side by side: what is read says nothing of any one of them.
    pub(super) multiplexed: AtomicBool,
    /// How many requests there may be.
    max_requests: AtomicU64,
}

impl Progress {
    pub(super) fn new(board: Arc<Board>, max_requests: Option<u64>) -> Arc<Self> {
        Arc::new(Self {
            phase: AtomicU8::new(Phase::Waiting as u8),
            requests: AtomicU64::new(0),
            in_flight: AtomicUsize::new(0),
            board,
            last: AtomicBool::new(false),
            body: AtomicBool::new(false),
            multiplexed: AtomicBool::new(false),
            max_requests: AtomicU64::new(max_requests.unwrap_or(u64::MAX)),
        })
    }

    pub(super) fn phase(&self) -> Phase {
        PHASES[usize::from(self.phase.load(Relaxed))]
    }

    pub(super) fn set(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Relaxed)
    }

    /// Bytes have come.
    pub(super) fn received(&self) {
        if self.phase() == Phase::Waiting && !self.is_multiplexed() {
            self.set(Phase::Head);
        }
    }

    /// A head is whole, and a body is to follow or not. The guard is kept until the answer is sent.
    pub(super) fn begin(self: &Arc<Self>, has_body: bool) -> InFlight {
        self.body.store(has_body, Relaxed);
        self.board.requests.fetch_add(1, Relaxed);
        let requests = self.requests.fetch_add(1, Relaxed) + 1;
        if requests >= self.max_requests.load(Relaxed) {
            self.end_after_this();
        }
        self.in_flight.fetch_add(1, Relaxed);
        self.set(Phase::Serving);
        InFlight(Arc::clone(self))
    }

    /// The answer in the making is the last of HTTP.
    pub(super) fn upgrade(&self) {
        self.set(Phase::Upgraded);
    }

    pub(super) fn is_multiplexed(&self) -> bool {
        self.multiplexed.load(Relaxed)
    }

    /// No request is to follow.
    pub(super) fn end_after_this(&self) {
        self.last.store(true, Relaxed);
    }

    /// No request is to follow the one of this number.
    pub(super) fn end_after(&self, request: u64) {
        self.max_requests.fetch_min(request, Relaxed);
        if self.requests() >= request {
            self.end_after_this(); // it is at work already
        }
    }

    /// Whether no request is to follow: an answer says so to the client.
    pub(super) fn is_last(&self) -> bool {
        self.last.load(Relaxed) || self.board.drain.is_cancelled()
    }

    /// Whether the client may still be sending when the connection is closed: a body that nobody has read, or what follows on a
    /// head that was refused.
    pub(super) fn may_send(&self) -> bool {
        self.body.load(Relaxed) || self.phase() == Phase::Head
    }

    /// Whether the connection is idle and to end. HTTP/2 has a farewell of its own, and its last answers may not be sent yet.
    pub(super) fn is_over(&self) -> bool {
        let idle = self.phase() == Phase::Waiting && !self.is_multiplexed();
        idle && self.board.close_idle.is_cancelled()
    }

    /// Polls what a connection does. It is polled again when idle ones are to end: its read then sees it.
    pub(super) async fn attend<R>(&self, mut work: impl FnMut(&mut Context<'_>) -> Poll<R>) -> R {
        let close_idle = &self.board.close_idle;
        let mut told = pin!(close_idle.cancelled());
        poll_fn(|cx| {
            if !close_idle.is_cancelled() {
                let _ = told.as_mut().poll(cx); // it owes the wake
            }
            work(cx)
        })
        .await
    }
}

/// A request whose answer is not sent yet.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Progress>);

impl InFlight {
    pub(super) fn progress(&self) -> &Progress {
        &self.0
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let none_left = self.0.in_flight.fetch_sub(1, Relaxed) == 1;
        if none_left && self.0.phase() == Phase::Serving {
            self.0.set(Phase::Waiting);
        }
    }
}
