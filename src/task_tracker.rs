//! The task tracker: waits until all of many tasks have ended, and asks for nothing else of them.
//! A tally that its tasks are counted in; nothing of a task stays behind when it ends.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::executor::join::JoinHandle;
use crate::runtime::{Handle, Runtime, spawn, spawn_blocking};
use crate::sync::tally::{self, Tally};

/// Waits for tasks to end: for a shutdown that lets them finish.
///
/// Unlike a [`JoinSet`](crate::task::JoinSet) it keeps no outputs, so it can be fed for ever; it is fed by `&self`, and a clone is
/// the same tracker. Dropping it does nothing to the tasks.
///
/// [`wait`](Self::wait) returns once the tracker is both closed and empty: an empty one that is open may be about to get more.
/// Closing refuses no task.
///
/// # Example
/// ```
/// use toque::sync::CancellationToken;
/// use toque::task::TaskTracker;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (kitchen, closing_time) = (TaskTracker::new(), CancellationToken::new());
/// for _cook in 0..3 {
///     let closing_time = closing_time.clone();
///     kitchen.spawn(async move { closing_time.cancelled().await });
/// }
/// closing_time.cancel();
/// kitchen.close();
/// kitchen.wait().await;
/// assert!(kitchen.is_empty());
/// # });
/// ```
pub struct TaskTracker {
    tally: Arc<Tally>,
}

impl TaskTracker {
    /// A tracker that is open and empty. It needs no runtime.
    ///
    /// # Example
    /// ```
    /// let tracker = toque::task::TaskTracker::new();
    /// assert!(tracker.is_empty() && !tracker.is_closed());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self {
            tally: Arc::new(Tally::new()),
        }
    }

    /// Waits until the tracker is closed and empty at once. That it was so for a moment, since this call, is enough.
    ///
    /// The futures of all tracked tasks are dropped by then, though [`JoinHandle::is_finished`] may still say no.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let tracker = toque::task::TaskTracker::new();
    /// let soup = tracker.spawn(async { "soup" });
    /// tracker.close();
    /// tracker.wait().await;
    /// assert_eq!(soup.await.unwrap(), "soup");
    /// # });
    /// ```
    #[track_caller]
    pub fn wait(&self) -> TaskTrackerWaitFuture<'_> {
        TaskTrackerWaitFuture {
            wait: self.tally.wait(),
        }
    }

    /// Lets [`wait`](Self::wait) return as soon as the tracker is empty. False if it was closed.
    ///
    /// # Example
    /// ```
    /// let tracker = toque::task::TaskTracker::new();
    /// assert!(tracker.close());
    /// assert!(!tracker.close()); // it was closed
    /// ```
    pub fn close(&self) -> bool {
        self.tally.close()
    }

    /// Takes [`close`](Self::close) back, though not from those whose `wait` is over. False if it was open.
    ///
    /// # Example
    /// ```
    /// let tracker = toque::task::TaskTracker::new();
    /// tracker.close();
    /// assert!(tracker.reopen());
    /// assert!(!tracker.is_closed());
    /// ```
    pub fn reopen(&self) -> bool {
        self.tally.reopen()
    }

    /// Whether the tracker is closed.
    ///
    /// # Example
    /// ```
    /// let tracker = toque::task::TaskTracker::new();
    /// assert!(!tracker.is_closed());
    /// tracker.close();
    /// assert!(tracker.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.tally.is_closed()
    }

    /// How many tasks and tokens are tracked.
    ///
    /// # Example
    /// ```
    /// let tracker = toque::task::TaskTracker::new();
    /// let token = tracker.token();
    /// assert_eq!(tracker.len(), 1);
    /// drop(token);
    /// assert_eq!(tracker.len(), 0);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.tally.count()).unwrap_or(usize::MAX)
    }

    /// Whether nothing is tracked.
    ///
    /// # Example
    /// ```
    /// let tracker = toque::task::TaskTracker::new();
    /// let token = tracker.token();
    /// assert!(!tracker.is_empty());
    /// drop(token);
    /// assert!(tracker.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tally.count() == 0
    }

    /// Spawns a tracked task on this thread's runtime, as [`toque::spawn`](crate::spawn) does.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let tracker = toque::task::TaskTracker::new();
    /// let soup = tracker.spawn(async { "soup" });
    /// assert_eq!(tracker.len(), 1);
    /// assert_eq!(soup.await.unwrap(), "soup");
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        spawn(self.track_future(future))
    }

    /// Spawns a tracked task on the runtime of `handle`, as [`Handle::spawn`] does.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let handle = toque::runtime::Handle::current();
    /// let tracker = toque::task::TaskTracker::new();
    /// let soup = tracker.spawn_on(async { "soup" }, &handle);
    /// assert_eq!(soup.await.unwrap(), "soup");
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_on<F>(&self, future: F, handle: &Handle) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        handle.spawn(self.track_future(future))
    }

    /// The same as [`spawn`](Self::spawn), by tokio's name for futures that are not `Send`.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let recipe = std::rc::Rc::new("soup"); // not `Send`
    /// let tracker = toque::task::TaskTracker::new();
    /// let soup = tracker.spawn_local(async move { *recipe });
    /// assert_eq!(soup.await.unwrap(), "soup");
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        spawn(self.track_future(future))
    }

    /// Spawns a tracked task on a runtime of this thread that it is not within, as [`Runtime::spawn`] does.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Runtime::new()?;
    /// let tracker = toque::task::TaskTracker::new();
    /// let soup = tracker.spawn_local_on(async { "soup" }, &runtime);
    /// assert_eq!(runtime.block_on(soup).unwrap(), "soup");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_local_on<F>(&self, future: F, runtime: &Runtime) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        runtime.spawn(self.track_future(future))
    }

    /// Runs a tracked closure on the blocking pool, as [`toque::spawn_blocking`](crate::spawn_blocking) does.
    ///
    /// # Panics
    /// Outside of a runtime; or if there is no thread in the pool, and the operating system starts none.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let tracker = toque::task::TaskTracker::new();
    /// let answer = tracker.spawn_blocking(|| 6 * 7);
    /// tracker.close();
    /// tracker.wait().await;
    /// assert_eq!(answer.await.unwrap(), 42);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, job: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        spawn_blocking(self.token().tracked(job))
    }

    /// Runs a tracked closure on the blocking pool of `handle`'s runtime.
    ///
    /// # Panics
    /// If there is no thread in the pool, and the operating system starts none.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let handle = toque::runtime::Handle::current();
    /// let tracker = toque::task::TaskTracker::new();
    /// let answer = tracker.spawn_blocking_on(|| 6 * 7, &handle);
    /// assert_eq!(answer.await.unwrap(), 42);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_blocking_on<F, R>(&self, job: F, handle: &Handle) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        handle.spawn_blocking(self.token().tracked(job))
    }

    /// Tracks a future until it is dropped, whoever polls it.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let tracker = toque::task::TaskTracker::new();
    /// let tracked = tracker.track_future(async { 42 });
    /// assert_eq!(tracker.len(), 1);
    /// assert_eq!(tracked.await, 42);
    /// assert!(tracker.is_empty());
    /// # });
    /// ```
    pub fn track_future<F: Future>(&self, future: F) -> TrackedFuture<F> {
        TrackedFuture {
            future,
            token: self.token(),
        }
    }

    /// Tracks whatever the token is put into, until it is dropped.
    ///
    /// # Example
    /// ```
    /// let tracker = toque::task::TaskTracker::new();
    /// let token = tracker.token();
    /// let thread = std::thread::spawn(move || drop(token));
    /// thread.join().unwrap();
    /// assert!(tracker.is_empty());
    /// ```
    #[must_use = "it tracks nothing once it is dropped"]
    pub fn token(&self) -> TaskTrackerToken {
        self.tally.add();
        TaskTrackerToken {
            tracker: self.clone(),
        }
    }

    /// Whether both are clones of one tracker.
    ///
    /// # Example
    /// ```
    /// use toque::task::TaskTracker;
    ///
    /// let (kitchen, bar) = (TaskTracker::new(), TaskTracker::new());
    /// assert!(TaskTracker::ptr_eq(&kitchen, &kitchen.clone()));
    /// assert!(!TaskTracker::ptr_eq(&kitchen, &bar));
    /// ```
    #[must_use]
    pub fn ptr_eq(left: &TaskTracker, right: &TaskTracker) -> bool {
        Arc::ptr_eq(&left.tally, &right.tally)
    }
}

impl Clone for TaskTracker {
    /// The same tracker.
    fn clone(&self) -> Self {
        Self {
            tally: Arc::clone(&self.tally),
        }
    }
}

impl Default for TaskTracker {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TaskTracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskTracker")
            .field("len", &self.len())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

/// Is tracked until it is dropped. Made by [`TaskTracker::token`]; a clone is tracked as well.
///
/// # Example
/// ```
/// let tracker = toque::task::TaskTracker::new();
/// let token = tracker.token();
/// let another = token.clone();
/// assert_eq!(tracker.len(), 2);
/// drop((token, another));
/// assert!(tracker.is_empty());
/// ```
#[derive(Debug)]
pub struct TaskTrackerToken {
    tracker: TaskTracker,
}

impl TaskTrackerToken {
    /// Who tracks it.
    ///
    /// # Example
    /// ```
    /// use toque::task::TaskTracker;
    ///
    /// let kitchen = TaskTracker::new();
    /// let token = kitchen.token();
    /// assert!(TaskTracker::ptr_eq(token.task_tracker(), &kitchen));
    /// ```
    #[must_use]
    pub fn task_tracker(&self) -> &TaskTracker {
        &self.tracker
    }

    /// A job that is tracked until it is dropped, with all that it holds.
    fn tracked<F: FnOnce() -> R, R>(self, job: F) -> impl FnOnce() -> R {
        move || {
            let output = job(); // named first, so dropped first if it is never called
            drop(self);
            output
        }
    }
}

impl Clone for TaskTrackerToken {
    fn clone(&self) -> Self {
        self.tracker.token()
    }
}

impl Drop for TaskTrackerToken {
    fn drop(&mut self) {
        self.tracker.tally.remove();
    }
}

pin_project! {
    /// A future that is tracked until it is dropped. Made by [`TaskTracker::track_future`].
    ///
    /// # Example
    /// ```
    /// use toque::task::task_tracker::{TaskTracker, TrackedFuture};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let tracker = TaskTracker::new();
    /// let tracked: TrackedFuture<_> = tracker.track_future(async { 42 });
    /// assert_eq!(tracker.len(), 1); // though nobody polls it yet
    /// assert_eq!(tracked.await, 42);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// That of the future within.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct TrackedFuture<F> {
        #[pin]
        future: F,
        // After the future, so that the future is dropped by the time it is counted out.
        token: TaskTrackerToken,
    }
}

impl<F: Future> Future for TrackedFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }
}

pin_project! {
    /// The future of [`TaskTracker::wait`].
    ///
    /// # Example
    /// ```
    /// use toque::task::task_tracker::{TaskTracker, TaskTrackerWaitFuture};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let tracker = TaskTracker::new();
    /// let task = tracker.spawn(async { 42 });
    /// tracker.close();
    /// let all_done: TaskTrackerWaitFuture<'_> = tracker.wait();
    /// all_done.await;
    /// assert_eq!(task.await.unwrap(), 42);
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct TaskTrackerWaitFuture<'a> {
        #[pin]
        wait: tally::Wait<'a>,
    }
}

impl Future for TaskTrackerWaitFuture<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().wait.poll(cx)
    }
}
