//! The handle: what other threads may hold of a runtime.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, Mutex};

use super::blocking::BlockingJob;
use super::current::{self, Employed};
use super::enter::{Context, EnterGuard};
use super::shutdown::LeftTask;
use super::turns::Turns;
use crate::executor::home::Home;
use crate::executor::join::JoinHandle;
use crate::executor::ledger::Ledger;
use crate::executor::local::spawn_from_anywhere;
use crate::executor::task::Origin;
use crate::future::entered;
use crate::numbered::Numbered;
use crate::pool::Pool;
use crate::reactor::{self, Registrar};
use crate::sync::park;

/// The parts of a runtime that every thread may use.
pub(crate) struct Shared {
    pub(super) home: Arc<Home>,
    pub(super) pool: Arc<Pool<BlockingJob>>,
    /// The blocking jobs that run, to name those that the end has to leave.
    pub(super) running: Mutex<Numbered<LeftTask>>,
    /// To take descriptors out of the reactor, wherever they are dropped.
    pub(super) registrar: Registrar,
    /// What the reactor counts, and what the turns do.
    pub(super) sources: Arc<reactor::Figures>,
    pub(super) turns: Turns,
    /// Who lives, if that is noted, and inspected.
    pub(super) ledger: Option<Arc<Ledger>>,
}

impl Shared {
    /// Takes no more blocking jobs, and cancels those that have not begun.
    pub(super) fn cancel_queued_jobs(&self) -> Vec<LeftTask> {
        let mut left = Vec::new();
        for job in self.pool.close() {
            left.push(LeftTask::new(job.meta()));
            job.cancel();
        }
        left
    }
}

/// Reaches a runtime from any thread, to spawn tasks there. Cheap to clone.
///
/// It keeps the runtime neither running nor alive: spawned after the runtime's end, a task is cancelled.
///
/// # Example
/// ```
/// let runtime = toque::Runtime::new()?;
/// let handle = runtime.handle().clone();
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

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Tells this runtime from all others of the process.
    ///
    /// # Example
    /// ```
    /// use toque::runtime::Handle;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// assert_eq!(Handle::current().id(), Handle::current().id());
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        Id(self.shared.home.id())
    }

    /// The handle of the runtime that this thread is in; on a thread of its blocking pool, too.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let handle = toque::runtime::Handle::current();
    /// assert_eq!(handle.spawn(async { "soup" }).await.unwrap(), "soup");
    /// # });
    /// ```
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
    ///
    /// # Example
    /// ```
    /// use toque::runtime::Handle;
    ///
    /// assert!(Handle::try_current().is_err());
    /// let runtime = toque::Runtime::new().unwrap();
    /// assert!(runtime.block_on(async { Handle::try_current() }).is_ok());
    /// ```
    pub fn try_current() -> Result<Handle, TryCurrentError> {
        let here = current::get().map(|core| Handle::new(Arc::clone(&core.shared)));
        here.or_else(current::employer).ok_or(TryCurrentError(()))
    }

    /// Spawns a task on the runtime's thread, from any thread.
    ///
    /// The future is `Send`, since it goes there; once there, it stays. On the runtime's own thread,
    /// [`toque::spawn`](crate::spawn) takes any future.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let handle = toque::runtime::Handle::current();
    /// let soup = std::thread::spawn(move || handle.spawn(async { "soup" })).join().unwrap();
    /// assert_eq!(soup.await.unwrap(), "soup");
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.spawn_as(Origin::caller(), future)
    }

    pub(crate) fn spawn_as<F>(&self, origin: Origin, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        match current::get_if(self.shared.home.id()) {
            Some(core) => core.executor.spawn(future, origin),
            None => spawn_from_anywhere(&self.shared.home, future, origin),
        }
    }

    /// Enters the runtime: on its own thread as [`Runtime::enter`](super::Runtime::enter) does. On any other, what needs no more
    /// than a handle finds it: [`Handle::current`] and [`spawn_blocking`](crate::spawn_blocking).
    ///
    /// # Example
    /// ```
    /// use toque::runtime::Handle;
    ///
    /// let runtime = toque::Runtime::new().unwrap();
    /// let handle = runtime.handle().clone();
    /// let _entered = handle.enter();
    /// assert_eq!(Handle::current().id(), handle.id());
    /// ```
    pub fn enter(&self) -> EnterGuard<'_> {
        EnterGuard::with(match current::made_here(self.shared.home.id()) {
            Some(core) => Context::Home(current::enter(&core)),
            None => Context::Abroad(Employed::by(self.clone())),
        })
    }

    /// Runs a future on this thread until it is ready: on the runtime's own thread as [`Runtime::block_on`] does. On any other,
    /// the future is polled here, and the runtime is not driven: it may await channels and join handles, and spawn by the
    /// handle, but has no timers and sockets.
    ///
    /// # Panics
    /// If the future does; or if this thread is within a `block_on` already.
    ///
    /// [`Runtime::block_on`]: super::Runtime::block_on
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Runtime::new().unwrap();
    /// assert_eq!(runtime.handle().block_on(async { "soup" }), "soup");
    /// ```
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        if let Some(core) = current::made_here(self.shared.home.id()) {
            return super::block_on(&core, future);
        }
        entered::forbid_blocking("Handle::block_on");
        let _employed = Employed::by(self.clone());
        park::block_on(future)
    }

    /// Runs a closure on the runtime's blocking pool. See [`toque::spawn_blocking`](crate::spawn_blocking).
    ///
    /// # Panics
    /// If there is no thread in the pool, and the operating system starts none.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let handle = toque::runtime::Handle::current();
    /// assert_eq!(handle.spawn_blocking(|| 6 * 7).await.unwrap(), 42);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, job: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.spawn_blocking_as(Origin::caller(), job)
    }

    #[track_caller]
    pub(crate) fn spawn_blocking_as<F, R>(&self, origin: Origin, job: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.shared.spawn_blocking(job, origin)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("runtime", &self.shared.home.id())
            .finish_non_exhaustive()
    }
}

/// Names a runtime: unique in the process.
///
/// # Example
/// ```
/// let (one, other) = (toque::Runtime::new()?, toque::Runtime::new()?);
/// assert_eq!(one.handle().id(), one.handle().id());
/// assert_ne!(one.handle().id(), other.handle().id());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id(u64);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A panic leaves the runtime as whole as a return does: each task's panic ends that task alone.
impl UnwindSafe for Handle {}
impl RefUnwindSafe for Handle {}

/// [`Handle::try_current`] was called outside of a runtime.
///
/// # Example
/// ```
/// let error = toque::Handle::try_current().unwrap_err(); // outside of `block_on`
/// assert!(error.to_string().starts_with("no toque runtime on this thread"));
/// ```
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
