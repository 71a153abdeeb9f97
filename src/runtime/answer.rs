//! The answer: what a blocking job of the library's own has come to. Files, directories, name look-ups and standard output wait for one.
//!
//! A task is compiled for each type of output. These are all one type of task, which puts its answer down beside it.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use super::blocking::{Duty, spawn_blocking, try_spawn_blocking};
use crate::executor::error::JoinError;
use crate::executor::join::JoinHandle;

/// A blocking job under way, to await what it returns. Dropped, it leaves the job to itself.
#[derive(Debug)]
pub(crate) struct Answer<R> {
    job: JoinHandle<()>,
    place: Arc<Place<R>>,
}

/// Where the job puts its answer before it ends.
#[derive(Debug)]
struct Place<R>(Mutex<Option<R>>);

impl<R> Place<R> {
    fn lock(&self) -> MutexGuard<'_, Option<R>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Send + 'static> Answer<R> {
    /// Has it done, as [`spawn_blocking`] does.
    #[track_caller]
    pub(crate) fn of(job: impl FnOnce() -> R + Send + 'static) -> Self {
        let (job, place) = putting_down(job);
        let job = spawn_blocking(job);
        Self { job, place }
    }

    /// The same for calls that report what goes wrong: a job that is refused is an error, here and now.
    ///
    /// # Errors
    /// Outside of a runtime, after its end, or if no thread can be started. The closure is dropped.
    #[track_caller]
    pub(crate) fn try_of(duty: Duty, job: impl FnOnce() -> R + Send + 'static) -> io::Result<Self> {
        let (job, place) = putting_down(job);
        let job = try_spawn_blocking(duty, job)?;
        Ok(Self { job, place })
    }
}

/// A job that puts down what this one returns, and where.
fn putting_down<R: Send + 'static>(
    job: impl FnOnce() -> R + Send + 'static,
) -> (Box<dyn FnOnce() + Send>, Arc<Place<R>>) {
    let ours = Arc::new(Place(Mutex::new(None)));
    let place = Arc::clone(&ours);
    let job = move || {
        let answer = job();
        *place.lock() = Some(answer);
    };
    (Box::new(job), ours)
}

impl<R> Future for Answer<R> {
    type Output = Result<R, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let ended = ready!(Pin::new(&mut self.job).poll(cx)); // the job's end owes the wake
        let taken = || self.place.lock().take();
        Poll::Ready(ended.map(|()| taken().expect("a job that has ended has put it down")))
    }
}
