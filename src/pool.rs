//! The pool: threads for work that blocks, so that the one thread of the runtime need not.
//! Filled by `spawn_blocking`; the results come back through the injector, as every wake from another thread does.
//!
//! Threads start when a job finds no idle one, up to a bound, and leave when they have been idle for a while.

use std::collections::VecDeque;
use std::sync::Arc; // std's under loom too: a method's `self` can be no other
use std::time::{Duration, Instant};
use std::{fmt, io};

use crate::shim::sync::{Condvar, Mutex, MutexGuard};
use crate::shim::thread;

/// Work for a thread of the pool.
pub(crate) trait Job: Send + 'static {
    /// Does it. Does not panic.
    fn run(self);

    /// Whether it is done even if the pool is closed meanwhile: what was accepted of a file's bytes has to reach the file.
    fn is_mandatory(&self) -> bool {
        false
    }
}

/// How many threads, and how long they wait for work.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) threads: usize,
    pub(crate) keep_alive: Duration,
    pub(crate) name: String,
    pub(crate) stack_size: Option<usize>,
}

/// Threads that block so that others need not.
#[derive(Debug)]
pub(crate) struct Pool<J> {
    state: Mutex<State<J>>,
    /// Idle threads wait here for a job, or the end.
    work: Condvar,
    /// Whoever shuts the pool down waits here for the last thread.
    empty: Condvar,
    limits: Limits,
}

#[derive(Debug)]
struct State<J> {
    /// Jobs that no thread has taken yet, first come, first served.
    queue: VecDeque<J>,
    /// All threads, at work or idle.
    threads: usize,
    /// Those that wait for work.
    idle: usize,
    /// Those of the idle that have been called and have not come yet. Counted, since a wait may end without a call.
    called: usize,
    /// Set once: no more jobs.
    closed: bool,
}

/// What a pool has to do, at one moment.
pub(crate) struct Load {
    /// Threads, at work or idle.
    pub(crate) threads: usize,
    /// Those that wait for work.
    pub(crate) idle: usize,
    /// Jobs that no thread has taken.
    pub(crate) queued: usize,
}

/// Why a job was not taken. It comes back.
pub(crate) enum Refused<J> {
    /// The pool has been shut down.
    Closed(J),
    /// There is no thread, and the operating system starts none. All come back that are left without one.
    NoThread(VecDeque<J>, io::Error),
}

impl<J> fmt::Debug for Refused<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(_) => f.write_str("Closed"),
            Self::NoThread(_, error) => write!(f, "NoThread({error})"),
        }
    }
}

impl<J: Job> Pool<J> {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            state: Mutex::new(State {
                queue: VecDeque::new(),
                threads: 0,
                idle: 0,
                called: 0,
                closed: false,
            }),
            work: Condvar::new(),
            empty: Condvar::new(),
            limits,
        }
    }

    // ANCHOR: submit
    /// Queues a job, and sees that a thread comes for it.
    pub(crate) fn submit(self: &Arc<Self>, job: J) -> Result<(), Refused<J>> {
        let mut state = self.state.lock();
        if state.closed {
            return Err(Refused::Closed(job));
        }
        state.queue.push_back(job);
        if state.idle > state.called {
            state.called += 1;
            drop(state); // before the call, or whoever comes waits for the lock
            self.work.notify_one();
        } else if state.threads < self.limits.threads {
            state.threads += 1;
            drop(state);
            return self.start_thread();
        }
        Ok(())
    }
    // ANCHOR_END: submit

    fn start_thread(self: &Arc<Self>) -> Result<(), Refused<J>> {
        let mut thread = thread::Builder::new().name(self.limits.name.clone());
        if let Some(size) = self.limits.stack_size {
            thread = thread.stack_size(size);
        }
        let pool = Arc::clone(self);
        let Err(error) = thread.spawn(move || pool.serve()) else {
            return Ok(());
        };
        let jobs = self.count_out();
        if jobs.is_empty() {
            return Ok(()); // somebody comes for it, later, or has come
        }
        Err(Refused::NoThread(jobs, error))
    }

    /// A thread that was counted has not started. If it was the last one, nobody comes for any job of the queue: who submitted
    /// the others has counted on this thread.
    fn count_out(&self) -> VecDeque<J> {
        let mut state = self.state.lock();
        state.threads -= 1;
        if state.threads > 0 {
            return VecDeque::new();
        }
        self.empty.notify_all();
        std::mem::take(&mut state.queue)
    }

    /// A thread's life.
    fn serve(&self) {
        let mut state = self.state.lock();
        loop {
            while let Some(job) = state.queue.pop_front() {
                drop(state);
                job.run();
                state = self.state.lock();
            }
            let called;
            (state, called) = self.wait_for_work(state);
            if !called {
                break;
            }
        }
        state.threads -= 1;
        if state.threads == 0 {
            self.empty.notify_all();
        }
    }

    /// Waits until called. False if it is time to leave.
    fn wait_for_work<'a>(
        &self,
        mut state: MutexGuard<'a, State<J>>,
    ) -> (MutexGuard<'a, State<J>>, bool) {
        state.idle += 1;
        let mut late = false;
        while state.called == 0 && !state.closed && !late {
            (state, late) = self.work.wait_timeout(state, self.limits.keep_alive);
        }
        state.idle -= 1;
        let called = state.called > 0; // first of all, or a job waits for nobody
        if called {
            state.called -= 1;
        }
        (state, called)
    }

    /// Whether a job runs, or waits for a thread.
    pub(crate) fn is_busy(&self) -> bool {
        let load = self.load();
        load.threads > load.idle || load.queued > 0
    }

    /// What it has to do.
    pub(crate) fn load(&self) -> Load {
        let state = self.state.lock();
        Load {
            threads: state.threads,
            idle: state.idle,
            queued: state.queue.len(),
        }
    }

    /// Takes no more jobs. Gives back those that no thread has begun, but for the mandatory ones: a thread comes for each job
    /// that was taken, and looks into the queue before it leaves.
    // A loop, since `partition` is 1.3 KiB of every program (2026-12-01, benches/start).
    pub(crate) fn close(&self) -> VecDeque<J> {
        let mut state = self.state.lock();
        state.closed = true;
        self.work.notify_all();
        let mut given_back = VecDeque::new();
        for job in std::mem::take(&mut state.queue) {
            let list = if job.is_mandatory() {
                &mut state.queue
            } else {
                &mut given_back
            };
            list.push_back(job);
        }
        given_back
    }

    /// Waits until the last thread has left, but not longer than `limit`. Gives the number of those that are left.
    pub(crate) fn wait_until_empty(&self, limit: Duration) -> usize {
        let end = Instant::now().checked_add(limit);
        let mut state = self.state.lock();
        while state.threads > 0 {
            // A limit that no clock can hold is none, so an hour at a time.
            let left = end.map_or(Duration::from_secs(3600), |end| {
                end.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                break;
            }
            (state, _) = self.empty.wait_timeout(state, left);
        }
        state.threads
    }
}

#[cfg(all(test, loom))]
#[path = "pool_loom.rs"]
mod loom_models;

#[cfg(all(test, not(loom)))]
#[path = "pool_tests.rs"]
mod tests;
