//! Aborting: how a task is ended by others, from any thread.
//! An abort is a mark and a wake: when its turn comes, a marked task drops its future instead of polling it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use slotmap::{Key, KeyData};

use super::here;
use super::home::Home;
use super::task::{Id, Meta, TaskKey};

/// Shared by a task and its abort handles.
#[derive(Debug)]
pub(crate) struct AbortState {
    /// Relaxed: who sets it then wakes the task, and the wake carries it.
    aborted: AtomicBool,
    /// Release when it is set, so that whoever sees the end sees all that came before it.
    finished: AtomicBool,
    /// The task's place in its table, or 0 before it has arrived there. Written and used at home.
    key: AtomicU64,
}

impl AbortState {
    pub(super) fn new(key: TaskKey) -> Self {
        Self {
            aborted: AtomicBool::new(false),
            finished: AtomicBool::new(false),
            key: AtomicU64::new(key.data().as_ffi()),
        }
    }

    pub(super) fn set_key(&self, key: TaskKey) {
        self.key.store(key.data().as_ffi(), Ordering::Relaxed);
    }

    fn key(&self) -> TaskKey {
        KeyData::from_ffi(self.key.load(Ordering::Relaxed)).into()
    }

    pub(super) fn is_aborted(&self) -> bool {
        self.aborted.load(Ordering::Relaxed)
    }

    pub(super) fn abort(&self) {
        self.aborted.store(true, Ordering::Relaxed);
    }

    pub(super) fn finish(&self) {
        self.finished.store(true, Ordering::Release);
    }
}

/// Aborts a task, from any thread. It keeps the task's memory from nothing and its output from nobody.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let task = toque::spawn(std::future::pending::<()>());
/// let handle = task.abort_handle();
/// std::thread::spawn(move || handle.abort());
/// assert!(task.await.unwrap_err().is_cancelled());
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct AbortHandle {
    state: Arc<AbortState>,
    /// Where to wake the task.
    home: Arc<Home>,
    id: Id,
}

impl AbortHandle {
    pub(crate) fn new(meta: &Meta) -> Self {
        Self {
            state: Arc::clone(meta.abort_state()),
            home: Arc::clone(meta.home()),
            id: meta.id(),
        }
    }

    /// Cancels the task: it is not polled again, and its future is dropped on its own thread, at its next turn.
    ///
    /// A task that has ended stays as it ended; one that is being polled may still finish. A blocking job is cancelled only
    /// if it has not started.
    pub fn abort(&self) {
        if self.state.aborted.swap(true, Ordering::Relaxed) {
            return;
        }
        let wake = |state: &AbortState, home: &Arc<Home>| {
            here::at(home, |executor| executor.wake(state.key())).is_some()
        };
        if !wake(&self.state, &self.home) {
            let (state, home) = (Arc::clone(&self.state), Arc::clone(&self.home));
            // It comes after the task itself, should that still be on its way.
            self.home.errand(move || {
                wake(&state, &home);
            });
        }
    }

    pub(super) fn note_finished(&self) {
        self.state.finish();
    }

    /// Whether the task has ended.
    pub fn is_finished(&self) -> bool {
        // Acquire: with the Release in `finish`.
        self.state.finished.load(Ordering::Acquire)
    }

    /// The task's id.
    pub fn id(&self) -> Id {
        self.id
    }
}
