//! The hint for a deadlock: `block_on` that nothing will wake any more.
//! Asked by the turn before it sleeps without a timer, where [`Builder::panic_when_stuck`](super::Builder::panic_when_stuck) was called.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Core;
use super::proc;
use super::tasks::Dump;
use crate::executor::local::Executor;

/// A handle may go without a word, as may a blocking job or another thread: then somebody has to look again.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What is known of a runtime that may be stuck.
#[derive(Debug)]
pub(super) struct Stuck {
    /// How long another thread may take to wake it.
    patience: Duration,
    /// Threads of the process that are the runtime's, its pool's not counted.
    own_threads: usize,
    /// References to what handles share that are the runtime's own. Each more is a handle, or figures.
    own_references: Cell<usize>,
    /// Since when nothing could wake it but another thread, and how many polls there were by then.
    since: Cell<Option<(Instant, u64)>>,
    /// Set when it is known to be stuck: `block_on` panics after the turn, when everything is back in order.
    verdict: Cell<Option<Verdict>>,
}

#[derive(Clone, Copy, Debug)]
enum Verdict {
    /// There is no other thread.
    Alone,
    /// There are some, and none has woken it.
    LeftAlone,
}

impl Stuck {
    pub(super) fn new(patience: Duration, own_threads: usize) -> Self {
        Self {
            patience,
            own_threads,
            own_references: Cell::new(0),
            since: Cell::new(None),
            verdict: Cell::new(None),
        }
    }

    /// The runtime is complete: from here on each new reference is somebody else's.
    pub(super) fn count_references(&self, core: &Core) {
        self.own_references.set(Arc::strong_count(&core.shared));
    }

    /// `block_on` begins.
    pub(super) fn start(&self) {
        self.since.set(None);
        self.verdict.set(None);
    }

    /// How long a thread may sleep that nobody has set a timer for. `None` is for ever: it waits for an event.
    pub(super) fn limit(&self, core: &Core) -> Option<Duration> {
        if core.reactor.is_awaited() {
            self.since.set(None);
            return None;
        }
        let may_send = || self.has_helpers(core);
        if !core.executor.is_over(may_send) {
            self.since.set(None);
            return Some(LOOK_AGAIN); // at once, if it is a message that has come
        }
        if self.is_alone(core) {
            self.verdict.set(Some(Verdict::Alone));
            return Some(Duration::ZERO);
        }
        let left = self.wait_on(&core.executor);
        Some(left.min(LOOK_AGAIN)) // the other threads may end
    }

    /// Whether somebody has a handle. A blocking job has one until it is done.
    fn has_helpers(&self, core: &Core) -> bool {
        Arc::strong_count(&core.shared) > self.own_references.get()
    }

    /// Whether all threads are the runtime's own. Those of the pool have nothing to do, so none comes or brings others.
    fn is_alone(&self, core: &Core) -> bool {
        // Before the pool's own count: one of its threads that goes leaves that first, and so at worst counts as a stranger.
        let threads = proc::threads();
        let own = 1 + self.own_threads + core.shared.pool.load().threads;
        threads.is_some_and(|threads| threads <= own)
    }

    /// What is left of the patience.
    fn wait_on(&self, executor: &Executor) -> Duration {
        let (now, (polls, _)) = (Instant::now(), executor.ends());
        let known = self.since.get().filter(|(_, before)| *before == polls);
        let (since, _) = known.unwrap_or((now, polls));
        self.since.set(Some((since, polls)));
        let left = self.patience.saturating_sub(now - since);
        if left.is_zero() {
            self.verdict.set(Some(Verdict::LeftAlone));
        }
        left
    }

    /// Why it is stuck, if it is.
    pub(super) fn verdict(&self, core: &Core) -> Option<String> {
        let verdict = self.verdict.get()?;
        if !core.executor.has_nothing() {
            self.start(); // the last look has found something
            return None;
        }
        let why = match verdict {
            Verdict::Alone => "the process has no other thread".to_owned(),
            Verdict::LeftAlone => format!(
                "no other thread has woken it for {:?} (`Builder::panic_when_stuck`)",
                self.patience
            ),
        };
        let dump = Dump::of(core.shared.ledger.as_deref());
        Some(format!(
            "`block_on` is stuck: no task is ready, no timer is set, nobody waits for a socket or a signal, no blocking job runs, nobody \
             has a handle, and {why}.\n{dump}"
        ))
    }
}
