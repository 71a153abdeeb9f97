//! The board: what one chef has done of late, for whoever looks.
//! Written by the hooks, on the chef's own thread; read by viewers, on any.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use toque::Handle;
use toque::runtime::{RuntimeMetrics, TaskInfo, TaskMeta, TaskState};
use toque::task::Id;

use super::calls;
use super::note::{Note, Poll, What};

/// Notes that are kept: some seconds of a service that is at ease, a moment of one at work.
const KEPT: usize = 4096;

#[derive(Debug)]
pub(super) struct Board {
    /// When the window was opened.
    pub(super) begun: Instant,
    notes: Mutex<Notes>,
    /// How many look. While nobody does, nothing is noted.
    viewers: AtomicUsize,
    /// The chef's runtime, once it is there.
    runtime: OnceLock<Handle>,
}

#[derive(Debug, Default)]
struct Notes {
    kept: VecDeque<Note>,
    /// How many have been thrown away: the number of the first that is kept.
    gone: u64,
}

/// What a viewer has not seen yet.
pub(super) struct News {
    pub(super) notes: Vec<Note>,
    /// What is not among them, because it is gone or because it is too much at once.
    pub(super) missed: u64,
    /// Where to go on.
    pub(super) next: u64,
}

impl Board {
    pub(super) fn new(begun: Instant) -> Board {
        Board {
            begun,
            notes: Mutex::default(),
            viewers: AtomicUsize::new(0),
            runtime: OnceLock::new(),
        }
    }

    pub(super) fn open(&self, runtime: Handle) {
        let _ = self.runtime.set(runtime); // a chef has one
    }

    pub(super) fn runtime(&self) -> Option<&Handle> {
        self.runtime.get()
    }

    /// Whether somebody looks. Relaxed: a note more or less is no matter.
    fn is_seen(&self) -> bool {
        self.viewers.load(Ordering::Relaxed) > 0
    }

    /// Somebody looks. Gives the number of the next note.
    pub(super) fn begin_to_look(&self) -> u64 {
        self.viewers.fetch_add(1, Ordering::Relaxed);
        self.next()
    }

    pub(super) fn end_to_look(&self) {
        if self.viewers.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.lock().forget(); // nobody needs them, and they take room
        }
    }

    /// The number of the next note.
    pub(super) fn next(&self) -> u64 {
        self.lock().next()
    }

    /// The notes from this number on, the newest `limit` of them.
    pub(super) fn since(&self, number: u64, limit: usize) -> News {
        let notes = self.lock();
        let next = notes.next();
        let wanted = next.saturating_sub(number);
        let given = wanted.min(limit as u64).min(notes.kept.len() as u64);
        let first = notes.kept.len() - given as usize;
        News {
            notes: notes.kept.range(first..).cloned().collect(),
            missed: wanted - given,
            next,
        }
    }

    /// Something has happened just now.
    pub(super) fn note(&self, task: Id, what: What) {
        if self.is_seen() {
            let at = Instant::now();
            self.lock().add(Note { at, task, what });
        }
    }

    /// No step of a user can panic halfway, so a poisoned lock guards whole notes.
    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notes {
    fn add(&mut self, note: Note) {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
            self.gone += 1;
        }
        self.kept.push_back(note);
    }

    /// The number of the next.
    fn next(&self) -> u64 {
        self.gone + self.kept.len() as u64
    }

    fn forget(&mut self) {
        self.gone = self.next();
        self.kept = VecDeque::new();
    }
}

/// A chef, on its own thread.
pub(super) struct Chef {
    board: Arc<Board>,
    runtime: Handle,
    metrics: RuntimeMetrics,
    /// When the poll that runs began, and how many stood in the queue behind it. `None` if nobody looked then.
    poll: Cell<Option<(Instant, usize)>>,
}

impl Chef {
    /// The one whose runtime is the current one.
    pub(super) fn new(board: Arc<Board>) -> Chef {
        let runtime = Handle::current();
        Chef {
            board,
            metrics: runtime.metrics(),
            runtime,
            poll: Cell::new(None),
        }
    }

    pub(super) fn note(&self, task: Id, what: What) {
        self.board.note(task, what);
    }

    pub(super) fn spawned(&self, task: &TaskMeta<'_>) {
        if self.board.is_seen() {
            let name = task.name().map(Into::into);
            let location = task.spawned_at();
            self.note(task.id(), What::Spawned { name, location });
        }
    }

    /// A poll begins.
    pub(super) fn begins(&self) {
        calls::forget();
        let is_seen = self.board.is_seen();
        let behind = || self.metrics.worker_local_queue_depth(0);
        self.poll.set(is_seen.then(|| (Instant::now(), behind())));
    }

    /// It has ended. Gives when it began and how long it took, if somebody looks.
    pub(super) fn polled(&self, task: Id) -> Option<(Instant, Duration)> {
        let (at, behind) = self.poll.take()?;
        let took = at.elapsed();
        let waits = self.runtime.task(task).and_then(waits);
        let poll = Poll {
            took,
            behind,
            waits,
            call: calls::taken(),
        };
        let what = What::Polled(poll);
        self.board.lock().add(Note { at, task, what });
        Some((at, took))
    }

    pub(super) fn ended(&self, task: Id) {
        self.note(task, What::Ended);
    }
}

fn waits(task: TaskInfo) -> Option<Vec<toque::runtime::Wait>> {
    match task.state {
        TaskState::Waiting(waits) => Some(waits),
        _ => None,
    }
}
