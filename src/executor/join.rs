//! The join handle: one end of a task, to await its output, abort it, or let it go.

use std::fmt;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use super::abort::AbortHandle;
use super::error::JoinError;
use super::shield;
use super::task::{Guard, Id, Meta, Outcome};
use crate::future::budget;
use crate::waits::{self, Wait};

/// async-task's end of the same: it holds the task's memory, and the output once there is one.
pub(crate) type Task<T> = async_task::Task<Guard<T>, Meta>;

/// Awaits a task's output.
///
/// Dropped, it detaches: the task goes on, and its output is dropped when it ends. It may be awaited anywhere, also in another
/// runtime, and sent to another thread if the output may.
///
/// # Errors
/// The output is a [`JoinError`] if the task panicked or was cancelled.
///
/// # Panics
/// If it is polled again after it was ready.
///
/// # Cancel safety
/// Nothing is lost: `&mut handle` can be awaited again.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let task = toque::spawn(async { 6 * 7 });
/// assert_eq!(task.await.unwrap(), 42);
/// # });
/// ```
pub struct JoinHandle<T> {
    /// Never dropped, since dropping it would cancel the task: `Drop` takes it out and detaches it.
    task: ManuallyDrop<Option<Task<T>>>,
    /// Whether the output was taken.
    taken: bool,
}

impl<T> JoinHandle<T> {
    pub(crate) fn new(task: Task<T>) -> Self {
        Self {
            task: ManuallyDrop::new(Some(task)),
            taken: false,
        }
    }

    fn task(&self) -> &Task<T> {
        self.task.as_ref().expect("there until it is dropped")
    }

    /// Polls by a waker that panics neither when it is called nor when it is dropped: async-task would abort the process.
    #[inline]
    pub(crate) fn poll_by_ours(&mut self, cx: &mut Context<'_>) -> Poll<Outcome<T>> {
        assert!(!self.taken, "`JoinHandle` polled after completion");
        let task = Option::as_mut(&mut self.task).expect("there until it is dropped");
        let Poll::Ready(outcome) = Pin::new(&mut *task).poll(cx) else {
            waits::note(|| Wait::Task(task.metadata().id().number()));
            return Poll::Pending; // the task's end owes the wake
        };
        self.taken = true;
        Poll::Ready(outcome.into_inner())
    }

    #[cold]
    fn poll_by_another(&mut self, waker: &Waker) -> Poll<Outcome<T>> {
        let shield = shield::raise(waker);
        self.poll_by_ours(&mut Context::from_waker(&shield))
    }

    /// Cancels the task: it is not polled again, and its future is dropped on its own thread, at its next turn.
    ///
    /// A task that has ended stays as it ended; one that is being polled may still finish. A blocking job is cancelled only
    /// if it has not started. Awaiting the handle tells which it was.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let task = toque::spawn(std::future::pending::<()>());
    /// task.abort();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort(&self) {
        if !self.is_finished() {
            self.abort_handle().abort();
        }
    }

    /// A handle that can do no more than abort the task; of any task the same type.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let order = toque::spawn(std::future::pending::<()>());
    /// order.abort_handle().abort();
    /// assert!(order.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle::new(self.task().metadata())
    }

    /// Whether the task has ended, one way or the other.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let order = toque::spawn(async { "soup" });
    /// assert!(!order.is_finished());
    /// toque::task::yield_now().await;
    /// assert!(order.is_finished());
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.task().is_finished()
    }

    /// The task's id.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (soup, bread) = (toque::spawn(async {}), toque::spawn(async {}));
    /// assert_ne!(soup.id(), bread.id());
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        self.task().metadata().id()
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(budget::poll_proceed(cx));
        let outcome = if shield::is_ours(cx.waker()) || self.is_finished() {
            ready!(self.poll_by_ours(cx))
        } else {
            ready!(self.poll_by_another(cx.waker()))
        };
        budget::spend();
        Poll::Ready(outcome)
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.detach();
        }
    }
}

impl<T> Unpin for JoinHandle<T> {}
/// A panic leaves a task's end as whole as a return does.
impl<T> UnwindSafe for JoinHandle<T> {}
impl<T> RefUnwindSafe for JoinHandle<T> {}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}
