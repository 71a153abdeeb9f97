//! The handle: what other threads may hold of a runtime.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::blocking::BlockingJob;
use super::current;
use crate::executor::home::Home;
use crate::executor::join::JoinHandle;
use crate::executor::local::spawn_from_anywhere;
use crate::executor::task::{self, Origin};
use crate::pool::Pool;
use crate::reactor::Registrar;

/// The parts of a runtime that every thread may use.
pub(crate) struct Shared {
    pub(super) home: Arc<Home>,
    pub(super) pool: Arc<Pool<BlockingJob>>,
    /// To take descriptors out of the reactor, wherever they are dropped.
    pub(super) registrar: Registrar,
}

impl Shared {
    /// Waits for the blocking jobs that run; cancels those that have not begun. Gives the number of threads left at work.
    pub(super) fn shut_down_pool(&self, limit: Duration) -> usize {
        for job in self.pool.close() {
            job.cancel();
        }
        self.pool.wait_until_empty(limit)
    }
}

/// Reaches a runtime from any thread, to spawn tasks there. Cheap to clone.
///
/// It keeps the runtime neither running nor alive: spawned after the runtime's end, a task is cancelled.
///
/// # Example
/// ```
/// let runtime = toque::Runtime::new()?;
/// let handle = runtime.handle();
/// let waiter = std::thread::spawn(move || handle.spawn(async { "from another thread" }));
/// let task = waiter.join().unwrap();
/// assert_eq!(runtime.block_on(task).unwrap(), "from another thread");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

impl Handle {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// The handle of the runtime that this thread is in; on a thread of its blocking pool, too.
    ///
    /// # Panics
    /// Outside of a runtime.
    #[track_caller]
    pub fn current() -> Handle {
        match Self::try_current() {
            Ok(handle) => handle,
            Err(error) => panic!("`Handle::current`: {error}"),
        }
    }

    /// As [`current`](Self::current), without the panic.
    ///
    /// # Errors
    /// Outside of a runtime.
    pub fn try_current() -> Result<Handle, TryCurrentError> {
        let here = current::get().map(|core| Handle::new(Arc::clone(&core.shared)));
        here.or_else(current::employer).ok_or(TryCurrentError(()))
    }

    /// Spawns a task on the runtime's thread, from any thread.
    ///
    /// The future is `Send`, since it goes there; once there, it stays. On the runtime's own thread,
    /// [`toque::spawn`](crate::spawn) takes any future.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        match current::get_if(self.shared.home.id()) {
            Some(core) => core.executor.spawn(future, Origin::caller()),
            None => spawn_from_anywhere(&self.shared.home, future, Origin::caller()),
        }
    }

    /// Runs a closure on the runtime's blocking pool. See [`toque::spawn_blocking`](crate::spawn_blocking).
    ///
    /// # Panics
    /// If there is no thread in the pool, and the operating system starts none.
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, job: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.shared.spawn_blocking(job, Origin::caller())
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("runtime", &self.shared.home.id())
            .finish_non_exhaustive()
    }
}

/// [`Handle::try_current`] was called outside of a runtime.
pub struct TryCurrentError(());

impl fmt::Display for TryCurrentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no toque runtime on this thread: call it inside `block_on`")
    }
}

impl fmt::Debug for TryCurrentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TryCurrentError")
    }
}

impl Error for TryCurrentError {}

impl BlockingJob {
    fn cancel(self) {
        task::cancel(self.into_task());
    }
}
