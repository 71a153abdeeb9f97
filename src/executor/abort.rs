//! Aborting: how a task is ended by others, from any thread.
//! An abort is a mark and a wake: when its turn comes, a marked task drops its future instead of polling it.

use std::sync::Arc;

use super::extras::Shared;
use super::here;
use super::home::Home;
use super::local::Executor;
use super::task::{Id, Meta};
use crate::shim::sync;

/// Aborts a task, from any thread. It keeps neither the task nor its output.
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
#[derive(Clone)]
pub struct AbortHandle {
    task: sync::Arc<Shared>,
    /// Where to wake the task.
    home: Arc<Home>,
    id: Id,
}

impl AbortHandle {
    pub(crate) fn new(meta: &Meta) -> Self {
        Self {
            task: meta.share(),
            home: Arc::clone(meta.home()),
            id: meta.id(),
        }
    }

    /// Cancels the task: it is not polled again, and its future is dropped on its own thread, at its next turn.
    ///
    /// A task that has ended stays as it ended; one that is being polled may still finish. A blocking job is cancelled only
    /// if it has not started.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let order = toque::spawn(std::future::pending::<()>());
    /// let abort = order.abort_handle();
    /// abort.abort();
    /// assert!(order.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort(&self) {
        if !self.task.abort() || here::at(&self.home, |executor| self.wake(executor)).is_some() {
            return;
        }
        let this = self.clone();
        // It arrives after the task itself, should that still be on its way.
        self.home.errand(move || {
            here::at_work(&this.home, |executor| this.wake(executor));
        });
    }

    /// Wakes the task, so that it finds the mark. One that was never polled is in the queue, and finds it anyway; one that has
    /// ended has left its place to another.
    fn wake(&self, executor: &Executor) {
        if !self.task.has_ended() {
            executor.wake(self.task.place());
        }
    }

    /// Whether the task has ended.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let order = toque::spawn(async { "soup" });
    /// let abort = order.abort_handle();
    /// order.await.unwrap();
    /// assert!(abort.is_finished());
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.task.has_ended()
    }

    /// The task's id.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let order = toque::spawn(async { "soup" });
    /// assert_eq!(order.abort_handle().id(), order.id());
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        self.id
    }
}

impl std::fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AbortHandle")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
