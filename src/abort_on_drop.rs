//! Handles that take their task along when they are dropped: one that awaits it, and one that does not.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::executor::abort::AbortHandle;
use crate::executor::error::JoinError;
use crate::executor::join::JoinHandle;

/// Awaits a task's output, as a [`JoinHandle`] does; dropped, it aborts the task instead of detaching it.
///
/// # Errors
/// The output is a [`JoinError`] if the task panicked or was cancelled.
///
/// # Panics
/// If it is polled again after it was ready.
///
/// # Cancel safety
/// `&mut handle` can be awaited again, and nothing is lost; the handle itself takes its task along.
///
/// # Example
/// ```
/// use toque::task::AbortOnDropHandle;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let task = toque::spawn(std::future::pending::<()>());
/// let observer = task.abort_handle();
/// drop(AbortOnDropHandle::new(task));
/// toque::task::yield_now().await;
/// assert!(observer.is_finished());
/// # });
/// ```
#[must_use = "the task is aborted when the handle is dropped"]
pub struct AbortOnDropHandle<T>(
    /// Taken out by `detach`, so that `Drop` finds nothing to abort.
    Option<JoinHandle<T>>,
);

impl<T> AbortOnDropHandle<T> {
    /// Ties the task to the handle.
    ///
    /// # Example
    /// ```
    /// use toque::task::AbortOnDropHandle;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let soup = AbortOnDropHandle::new(toque::spawn(async { "soup" }));
    /// assert_eq!(soup.await.unwrap(), "soup"); // awaited, as a `JoinHandle` is
    /// # });
    /// ```
    pub fn new(task: JoinHandle<T>) -> Self {
        Self(Some(task))
    }

    fn task(&self) -> &JoinHandle<T> {
        self.0
            .as_ref()
            .expect("there until `detach`, which consumes the handle")
    }

    /// Cancels the task; see [`JoinHandle::abort`].
    ///
    /// # Example
    /// ```
    /// use toque::task::AbortOnDropHandle;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let task = AbortOnDropHandle::new(toque::spawn(std::future::pending::<()>()));
    /// task.abort();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort(&self) {
        self.task().abort();
    }

    /// A handle that can do no more than abort the task.
    ///
    /// # Example
    /// ```
    /// use toque::task::AbortOnDropHandle;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let task = AbortOnDropHandle::new(toque::spawn(std::future::pending::<()>()));
    /// let off_switch = task.abort_handle(); // for somebody else
    /// off_switch.abort();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort_handle(&self) -> AbortHandle {
        self.task().abort_handle()
    }

    /// Whether the task has ended, one way or the other.
    ///
    /// # Example
    /// ```
    /// use toque::task::AbortOnDropHandle;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let task = AbortOnDropHandle::new(toque::spawn(async {}));
    /// assert!(!task.is_finished()); // it has not begun
    /// toque::task::yield_now().await;
    /// assert!(task.is_finished());
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.task().is_finished()
    }

    /// Unties the task: it goes on when the handle that comes back is dropped.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let tied = toque::task::AbortOnDropHandle::new(toque::spawn(async { 42 }));
    /// assert_eq!(tied.detach().await.unwrap(), 42);
    /// # });
    /// ```
    pub fn detach(mut self) -> JoinHandle<T> {
        let Some(task) = self.0.take() else {
            unreachable!("taken here only, and `self` with it");
        };
        task
    }
}

impl<T> Future for AbortOnDropHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let task = self.0.as_mut();
        Pin::new(task.expect("there until `detach`, which consumes the handle")).poll(cx)
    }
}

impl<T> Drop for AbortOnDropHandle<T> {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

impl<T> AsRef<JoinHandle<T>> for AbortOnDropHandle<T> {
    fn as_ref(&self) -> &JoinHandle<T> {
        self.task()
    }
}

impl<T> fmt::Debug for AbortOnDropHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortOnDropHandle")
            .field("id", &self.task().id())
            .finish_non_exhaustive()
    }
}

/// Aborts a task when it is dropped, as [`AbortOnDropHandle`] does, without a claim to its output.
///
/// # Example
/// ```
/// use toque::task::AbortOnDrop;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let task = toque::spawn(std::future::pending::<()>());
/// drop(AbortOnDrop::new(task.abort_handle()));
/// assert!(task.await.unwrap_err().is_cancelled());
/// # });
/// ```
#[must_use = "the task is aborted when the handle is dropped"]
pub struct AbortOnDrop {
    task: AbortHandle,
    /// Whether `Drop` leaves the task alone.
    detached: bool,
}

impl AbortOnDrop {
    /// Ties the task to the handle.
    ///
    /// # Example
    /// ```
    /// use toque::task::AbortOnDrop;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let task = toque::spawn(std::future::pending::<()>());
    /// {
    ///     let _for_this_long = AbortOnDrop::new(task.abort_handle());
    /// }
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn new(task: AbortHandle) -> Self {
        let detached = false;
        Self { task, detached }
    }

    /// Cancels the task; see [`AbortHandle::abort`].
    ///
    /// # Example
    /// ```
    /// use toque::task::AbortOnDrop;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let task = toque::spawn(std::future::pending::<()>());
    /// let guard = AbortOnDrop::new(task.abort_handle());
    /// guard.abort(); // sooner
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort(&self) {
        self.task.abort();
    }

    /// Whether the task has ended, one way or the other.
    ///
    /// # Example
    /// ```
    /// use toque::task::AbortOnDrop;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let task = toque::spawn(async {});
    /// let guard = AbortOnDrop::new(task.abort_handle());
    /// assert!(!guard.is_finished());
    /// task.await.unwrap();
    /// assert!(guard.is_finished());
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// Unties the task: it goes on when the handle that comes back is dropped.
    ///
    /// # Example
    /// ```
    /// use toque::task::AbortOnDrop;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let task = toque::spawn(async { "soup" });
    /// let guard = AbortOnDrop::new(task.abort_handle());
    /// drop(guard.detach()); // all went well: it may go on
    /// assert_eq!(task.await.unwrap(), "soup");
    /// # });
    /// ```
    pub fn detach(mut self) -> AbortHandle {
        self.detached = true;
        self.task.clone()
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if !self.detached {
            self.task.abort();
        }
    }
}

impl fmt::Debug for AbortOnDrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortOnDrop")
            .field("id", &self.task.id())
            .finish_non_exhaustive()
    }
}
