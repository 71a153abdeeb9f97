//! Blocking jobs: closures that run on the pool, awaited like tasks.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use super::current::Employed;
use super::handle::{Handle, Shared};
use super::shutdown::LeftTask;
use crate::executor::join::JoinHandle;
use crate::executor::local::job;
use crate::executor::task::{self, Id, Meta, Origin, Runnable};
use crate::numbered::Numbered;
use crate::pool::{Job, Refused};

/// Runs a closure that may block on a thread of the blocking pool, so that this one need not wait for it.
///
/// For file systems, databases, name look-ups, and computations that take long. At most [`Builder::max_blocking_threads`] run at
/// once, further ones wait in a queue. A job that has begun can't be aborted.
///
/// [`Builder::max_blocking_threads`]: crate::Builder::max_blocking_threads
///
/// # Panics
/// Outside of a runtime; or if there is no thread in the pool, and the operating system starts none.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let sum = toque::spawn_blocking(|| (1..=1_000_000_u64).sum::<u64>());
/// assert_eq!(sum.await.unwrap(), 500_000_500_000);
/// # });
/// ```
#[track_caller]
pub fn spawn_blocking<F, R>(job: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    match Handle::try_current() {
        Ok(handle) => handle.spawn_blocking(job),
        Err(error) => panic!("`spawn_blocking`: {error}"),
    }
}

/// What becomes of a job that was taken and has not begun when the runtime ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duty {
    /// It is cancelled.
    Optional,
    /// It is done.
    Mandatory,
}

/// As [`spawn_blocking`], for calls that report what goes wrong: a job that is refused is an error, here and now.
///
/// # Errors
/// Outside of a runtime, after its end, or if no thread can be started. The closure is dropped.
#[track_caller]
pub(super) fn try_spawn_blocking(
    duty: Duty,
    job: Box<dyn FnOnce() + Send>,
) -> io::Result<JoinHandle<()>> {
    let handle = Handle::try_current().map_err(io::Error::other)?;
    let (job, submitted) = handle.shared().submit(job, Origin::caller(), duty);
    submitted.map(|()| job).map_err(|refusal| match refusal {
        Refusal::Closed => io::Error::other("the runtime has ended, and its blocking pool with it"),
        Refusal::NoThread(error) => error,
    })
}

/// Why the pool has not taken a job.
enum Refusal {
    Closed,
    NoThread(io::Error),
}

impl Shared {
    #[track_caller]
    pub(super) fn spawn_blocking<F, R>(
        self: &Arc<Self>,
        closure: F,
        origin: Origin,
    ) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        let (handle, submitted) = self.submit(closure, origin, Duty::Optional);
        if let Err(Refusal::NoThread(error)) = submitted {
            panic!("`spawn_blocking`: no thread can be started: {error}");
        }
        handle
    }

    /// Hands a closure to the pool. Refused, it is cancelled.
    fn submit<F, R>(
        self: &Arc<Self>,
        closure: F,
        origin: Origin,
        duty: Duty,
    ) -> (JoinHandle<R>, Result<(), Refusal>)
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        let (task, handle) = job(&self.home, Closure(Some(closure)), origin);
        let submitted = self.hand_in(task, duty);
        (handle, submitted)
    }

    fn hand_in(self: &Arc<Self>, task: Runnable, duty: Duty) -> Result<(), Refusal> {
        let own = task.metadata().id();
        let job = BlockingJob {
            task,
            employer: Handle::new(Arc::clone(self)),
            duty,
        };
        let submitted = self.pool.submit(job);
        submitted.or_else(|refused| BlockingJob::refuse(refused, own))
    }
}

/// A closure as a future that is ready at once.
struct Closure<F>(Option<F>);

impl<F> Unpin for Closure<F> {}

impl<F: FnOnce() -> R, R> Future for Closure<F> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<R> {
        let closure = self.0.take().expect("polled once");
        Poll::Ready(closure())
    }
}

/// A closure on its way to a thread of the pool.
pub(crate) struct BlockingJob {
    task: Runnable,
    /// The runtime it works for: what `Handle::current` gives on that thread.
    employer: Handle,
    /// Whether the runtime's end waits for its turn.
    duty: Duty,
}

impl BlockingJob {
    /// Cancels what comes back. That is no refusal for job `own` if it is not among it: then it has found a thread.
    fn refuse(refused: Refused<Self>, own: Id) -> Result<(), Refusal> {
        let (jobs, refusal) = match refused {
            Refused::Closed(job) => (VecDeque::from([job]), Refusal::Closed),
            Refused::NoThread(jobs, error) => (jobs, Refusal::NoThread(error)),
        };
        let is_among_them = jobs.iter().any(|job| job.meta().id() == own);
        jobs.into_iter().for_each(Self::cancel);
        if is_among_them { Err(refusal) } else { Ok(()) }
    }

    pub(super) fn meta(&self) -> &Meta {
        self.task.metadata()
    }

    /// Ends it before it has begun.
    pub(super) fn cancel(self) {
        task::cancel(self.task);
    }
}

impl Shared {
    fn running(&self) -> MutexGuard<'_, Numbered<LeftTask>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The blocking jobs that run.
    pub(super) fn running_jobs(&self) -> Vec<LeftTask> {
        let running = self.running();
        running.iter().map(|(_, job)| job.clone()).collect()
    }
}

impl Job for BlockingJob {
    fn is_mandatory(&self) -> bool {
        self.duty == Duty::Mandatory
    }

    fn run(self) {
        let number = self.meta().id().number();
        let shared = Arc::clone(self.employer.shared());
        let job = LeftTask::new(self.meta());
        shared.running().insert(number, job);
        let employed = Employed::by(self.employer);
        self.task.run(); // it catches panics
        drop(employed);
        shared.running().remove(number);
    }
}
