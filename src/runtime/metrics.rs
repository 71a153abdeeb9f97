//! Metrics: how much a runtime has to do, readable from any thread.
//! The names are those of tokio's `RuntimeMetrics`.

use std::fmt;
use std::sync::Arc;

use super::handle::{Handle, Shared};

/// A runtime's figures, each as it is at the moment of the call. Made by [`Handle::metrics`]; cheap to clone.
///
/// It keeps the runtime neither running nor alive. After the runtime's end no task lives, and blocking jobs that are still at
/// work are counted on.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let metrics = toque::Handle::current().metrics();
/// let task = toque::spawn(std::future::pending::<()>());
/// assert_eq!(metrics.num_alive_tasks(), 1);
/// task.abort();
/// assert!(task.await.is_err());
/// assert_eq!(metrics.num_alive_tasks(), 0);
/// # });
/// ```
#[derive(Clone)]
pub struct RuntimeMetrics {
    shared: Arc<Shared>,
}

impl RuntimeMetrics {
    /// Threads that run tasks: always one.
    pub fn num_workers(&self) -> usize {
        1
    }

    /// Tasks that have arrived at the runtime, and whose futures are not dropped yet. The future of `block_on` is none.
    pub fn num_alive_tasks(&self) -> usize {
        self.shared.home.task_count()
    }

    /// Wakes, tasks and errands that other threads have sent, and the runtime has not taken in yet.
    pub fn global_queue_depth(&self) -> usize {
        self.shared.home.messages()
    }

    /// Threads of the blocking pool, at work or idle.
    pub fn num_blocking_threads(&self) -> usize {
        self.shared.pool.load().threads
    }

    /// Threads of the blocking pool that wait for a job.
    pub fn num_idle_blocking_threads(&self) -> usize {
        self.shared.pool.load().idle
    }

    /// Blocking jobs that no thread has begun.
    pub fn blocking_queue_depth(&self) -> usize {
        self.shared.pool.load().queued
    }
}

impl Handle {
    /// The runtime's figures.
    pub fn metrics(&self) -> RuntimeMetrics {
        RuntimeMetrics {
            shared: Arc::clone(self.shared()),
        }
    }
}

impl fmt::Debug for RuntimeMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pool = self.shared.pool.load();
        f.debug_struct("RuntimeMetrics")
            .field("num_alive_tasks", &self.num_alive_tasks())
            .field("global_queue_depth", &self.global_queue_depth())
            .field("num_blocking_threads", &pool.threads)
            .field("num_idle_blocking_threads", &pool.idle)
            .field("blocking_queue_depth", &pool.queued)
            .finish()
    }
}
