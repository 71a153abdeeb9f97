//! The join set: many tasks, awaited in the order in which they end.
//! It polls none of them: the runtime does, and each task's end puts its key on the set's ready list.

mod builder;

use std::fmt;
use std::future::{Future, poll_fn};
use std::mem;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use slotmap::{SlotMap, new_key_type};

pub use builder::Builder;

use crate::executor::abort::AbortHandle;
use crate::executor::error::JoinError;
use crate::executor::join::JoinHandle;
use crate::executor::task::{Guard, Id};
use crate::future::budget;
use crate::ready_list::ReadyList;
use crate::runtime::{Handle, Runtime, spawn, spawn_blocking};
use crate::waits::called;

new_key_type! {
    /// Names a task of one set.
    struct Key;
}

/// Tasks that belong together: awaited as they end, and aborted when the set is dropped.
///
/// Neither the futures nor their outputs need be `Send`. All outputs have one type.
///
/// A task that has ended stays in the set until it is joined. Where nobody asks for outputs, a
/// [`TaskTracker`](crate::task::TaskTracker) keeps nothing.
///
/// # Example
/// ```
/// use toque::task::JoinSet;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let mut set = JoinSet::new();
/// for order in 1..=3 {
///     set.spawn(async move { order * 10 });
/// }
/// let mut sum = 0;
/// while let Some(outcome) = set.join_next().await {
///     sum += outcome.unwrap();
/// }
/// assert_eq!(sum, 60);
/// # });
/// ```
#[must_use = "the tasks are aborted when the set is dropped"]
pub struct JoinSet<T> {
    tasks: SlotMap<Key, Member<T>>,
    /// Who has ended.
    ready: Arc<ReadyList<Key>>,
}

/// A task of the set.
struct Member<T> {
    task: JoinHandle<T>,
    /// What its end calls.
    waker: Waker,
    /// The outcome of one that had ended by the time it was put in: on another thread, or with its runtime. Boxed, since that
    /// is rare; in a lock, which nobody takes, so that a set is `Sync` although its outputs are not: none is seen by `&self`.
    /// Thrown away as a handle's is: a panic that nobody asked for is told.
    early: Option<Box<Mutex<Guard<T>>>>,
}

impl<T> Member<T> {
    /// The outcome, if it has ended. If not, its end owes the ring.
    fn look(&mut self) -> Option<Result<T, JoinError>> {
        if let Some(early) = self.early.take() {
            let outcome = early.into_inner().unwrap_or_else(PoisonError::into_inner);
            return Some(outcome.into_inner());
        }
        match self
            .task
            .poll_by_ours(&mut Context::from_waker(&self.waker))
        {
            Poll::Ready(outcome) => Some(outcome),
            Poll::Pending => None,
        }
    }
}

/// The task's id, and what became of it.
type Outcome<T> = (Id, Result<T, JoinError>);

impl<T> JoinSet<T> {
    /// An empty set. It needs no runtime.
    ///
    /// # Example
    /// ```
    /// let set = toque::task::JoinSet::<()>::new();
    /// assert!(set.is_empty());
    /// ```
    pub fn new() -> Self {
        Self {
            tasks: SlotMap::with_key(),
            ready: Arc::new(ReadyList::new()),
        }
    }

    /// How many tasks are in the set. Those that have ended count until they are joined.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = toque::task::JoinSet::new();
    /// set.spawn(async { "soup" });
    /// set.spawn(async { "bread" });
    /// assert_eq!(set.len(), 2);
    /// set.join_next().await;
    /// assert_eq!(set.len(), 1);
    /// # });
    /// ```
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether the set is empty.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = toque::task::JoinSet::new();
    /// set.spawn(async { "soup" });
    /// assert!(!set.is_empty());
    /// set.join_next().await;
    /// assert!(set.is_empty());
    /// # });
    /// ```
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Aborts every task. They stay in the set until they are joined.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = toque::task::JoinSet::new();
    /// set.spawn(std::future::pending::<()>());
    /// set.abort_all();
    /// assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort_all(&mut self) {
        self.tasks.values().for_each(|member| member.task.abort());
    }

    /// Lets every task go: the set is empty, and they run on.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let (sender, receiver) = toque::sync::oneshot::channel();
    /// let mut set = toque::task::JoinSet::new();
    /// set.spawn(async { sender.send("served").unwrap() });
    /// set.detach_all();
    /// assert!(set.is_empty());
    /// assert_eq!(receiver.await, Ok("served"));
    /// # });
    /// ```
    pub fn detach_all(&mut self) {
        self.tasks.clear(); // a dropped join handle detaches
        let before = mem::replace(&mut self.ready, Arc::new(ReadyList::new())); // which they go on ringing
        before.wake_owner(); // who waits learns that there is nothing left to wait for
    }
}

impl<T: 'static> JoinSet<T> {
    /// A builder for a task of this set that has a name.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = toque::task::JoinSet::new();
    /// set.build_task().name("soup").spawn(async { 1 }).unwrap();
    /// assert_eq!(set.join_next().await.unwrap().unwrap(), 1);
    /// # });
    /// ```
    pub fn build_task(&mut self) -> Builder<'_, T> {
        Builder::new(self)
    }

    /// Spawns a task on this thread's runtime, as [`toque::spawn`](crate::spawn) does, and puts it into the set.
    ///
    /// It runs whether or not the set is polled.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = toque::task::JoinSet::new();
    /// let soup = set.spawn(async { "soup" });
    /// assert_eq!(set.join_next().await.unwrap().unwrap(), "soup");
    /// assert!(soup.is_finished());
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.insert(spawn(future))
    }

    /// Spawns a task on the runtime of `handle`, as [`Handle::spawn`] does, and puts it into the set.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let handle = toque::runtime::Handle::current();
    /// let mut set = toque::task::JoinSet::new();
    /// set.spawn_on(async { "soup" }, &handle);
    /// assert_eq!(set.join_all().await, ["soup"]);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_on<F>(&mut self, future: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.insert(handle.spawn(future))
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
    /// let mut set = toque::task::JoinSet::new();
    /// set.spawn_local(async move { *recipe });
    /// assert_eq!(set.join_all().await, ["soup"]);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_local<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.insert(spawn(future))
    }

    /// Spawns a task on a runtime of this thread that it is not within, as [`Runtime::spawn`] does, and puts it into the set.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Runtime::new()?;
    /// let mut set = toque::task::JoinSet::new();
    /// set.spawn_local_on(async { "soup" }, &runtime);
    /// assert_eq!(runtime.block_on(set.join_all()), ["soup"]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_local_on<F>(&mut self, future: F, runtime: &Runtime) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.insert(runtime.spawn(future))
    }

    /// Runs a closure on the blocking pool, as [`toque::spawn_blocking`](crate::spawn_blocking) does, and puts it into the set.
    /// One that has begun is not aborted, also when the set is dropped.
    ///
    /// # Panics
    /// Outside of a runtime; or if there is no thread in the pool, and the operating system starts none.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = toque::task::JoinSet::new();
    /// for n in 1..=3 {
    ///     set.spawn_blocking(move || n * n);
    /// }
    /// assert_eq!(set.join_all().await.iter().sum::<i32>(), 14);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, job: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.insert(spawn_blocking(job))
    }

    /// Runs a closure on the blocking pool of `handle`'s runtime, and puts it into the set.
    ///
    /// # Panics
    /// If there is no thread in the pool, and the operating system starts none.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let handle = toque::runtime::Handle::current();
    /// let mut set = toque::task::JoinSet::new();
    /// set.spawn_blocking_on(|| 6 * 7, &handle);
    /// assert_eq!(set.join_all().await, [42]);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, job: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.insert(handle.spawn_blocking(job))
    }

    fn insert(&mut self, task: JoinHandle<T>) -> AbortHandle {
        let abort = task.abort_handle();
        let key = self.tasks.insert_with_key(|key| Member {
            task,
            waker: self.ready.waker(key),
            early: None,
        });
        let member = &mut self.tasks[key];
        if let Some(outcome) = member.look() {
            member.early = Some(Box::new(Mutex::new(Guard::new(outcome))));
            self.ready.push(key);
        }
        abort
    }

    /// Waits until a task ends, takes it out of the set, and gives its outcome: those first that ended first. `None` if the set
    /// is empty.
    ///
    /// # Errors
    /// The outcome is a [`JoinError`] if the task panicked or was cancelled.
    ///
    /// # Cancel safety
    /// Nothing is lost: the tasks are the set's, and the next call gives what this one would have.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = toque::task::JoinSet::new();
    /// set.spawn(async { "soup" });
    /// assert_eq!(set.join_next().await.unwrap().unwrap(), "soup");
    /// assert!(set.join_next().await.is_none());
    /// # });
    /// ```
    #[track_caller]
    pub fn join_next(&mut self) -> impl Future<Output = Option<Result<T, JoinError>>> {
        called(
            || "task::JoinSet::join_next",
            poll_fn(|cx| self.poll_join_next(cx)),
        )
    }

    /// As [`join_next`](Self::join_next), with the task's id; the one of a task without an output is in its error.
    ///
    /// # Errors
    /// As `join_next`.
    ///
    /// # Cancel safety
    /// As `join_next`.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = toque::task::JoinSet::new();
    /// let soup = set.spawn(async { "soup" });
    /// let (id, dish) = set.join_next_with_id().await.unwrap().unwrap();
    /// assert_eq!((id, dish), (soup.id(), "soup"));
    /// # });
    /// ```
    #[track_caller]
    pub fn join_next_with_id(
        &mut self,
    ) -> impl Future<Output = Option<Result<(Id, T), JoinError>>> {
        called(
            || "task::JoinSet::join_next_with_id",
            poll_fn(|cx| self.poll_join_next_with_id(cx)),
        )
    }

    /// The outcome of a task that has ended, if there is one.
    ///
    /// # Errors
    /// As [`join_next`](Self::join_next).
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = toque::task::JoinSet::new();
    /// set.spawn(async { "soup" });
    /// assert!(set.try_join_next().is_none(), "it has not run yet");
    /// toque::task::yield_now().await;
    /// assert_eq!(set.try_join_next().unwrap().unwrap(), "soup");
    /// # });
    /// ```
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        let (_, outcome) = self.try_join()?;
        Some(outcome)
    }

    /// As [`try_join_next`](Self::try_join_next), with the task's id.
    ///
    /// # Errors
    /// As [`join_next`](Self::join_next).
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = toque::task::JoinSet::new();
    /// let soup = set.spawn(async { "soup" });
    /// assert!(set.try_join_next_with_id().is_none()); // it has not run yet
    /// toque::task::yield_now().await;
    /// let (id, dish) = set.try_join_next_with_id().unwrap().unwrap();
    /// assert_eq!((id, dish), (soup.id(), "soup"));
    /// # });
    /// ```
    pub fn try_join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        self.try_join().map(with_id)
    }

    /// Waits for all tasks, and gives their outputs in the order in which they ended.
    ///
    /// # Panics
    /// With the panic of the first task that panicked; or if one was cancelled. The others are aborted.
    ///
    /// # Cancel safety
    /// Dropped, it aborts all tasks: the set is in it.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let set: toque::task::JoinSet<_> = (0..3).map(|n| async move { n }).collect();
    /// assert_eq!(set.join_all().await, [0, 1, 2]);
    /// # });
    /// ```
    #[track_caller]
    pub fn join_all(mut self) -> impl Future<Output = Vec<T>> {
        called(|| "task::JoinSet::join_all", async move {
            let mut outputs = Vec::with_capacity(self.len());
            while let Some(outcome) = self.next().await {
                match outcome {
                    Ok(output) => outputs.push(output),
                    Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
                    Err(error) => panic!(
                        "`JoinSet::join_all`: {error}; `join_next` gives the outcome of each"
                    ),
                }
            }
            outputs
        })
    }

    /// Aborts all tasks, and waits until the last of their futures is dropped. The set can be used again.
    ///
    /// What has ended before is thrown away, be it an output or a panic.
    ///
    /// # Cancel safety
    /// The tasks are aborted at the first poll. Dropped before the end, it leaves the rest of them in the set.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = toque::task::JoinSet::new();
    /// set.spawn(std::future::pending::<()>());
    /// set.shutdown().await;
    /// assert!(set.is_empty());
    /// # });
    /// ```
    #[track_caller]
    pub fn shutdown(&mut self) -> impl Future<Output = ()> {
        called(|| "task::JoinSet::shutdown", async {
            self.abort_all();
            while self.next().await.is_some() {}
        })
    }

    /// `join_next` for those who name themselves.
    async fn next(&mut self) -> Option<Result<T, JoinError>> {
        poll_fn(|cx| self.poll_join_next(cx)).await
    }

    /// As [`join_next`](Self::join_next), for hand-written futures.
    ///
    /// `Pending` says that no task in the set has ended, or that the budget of the calling task is spent; it is woken for either.
    /// Only the waker of the last call counts.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = toque::task::JoinSet::new();
    /// set.spawn(async { "soup" });
    /// let next = std::future::poll_fn(|cx| set.poll_join_next(cx)).await;
    /// assert_eq!(next.unwrap().unwrap(), "soup");
    /// # });
    /// ```
    pub fn poll_join_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, JoinError>>> {
        let joined = ready!(self.poll_join(cx));
        Poll::Ready(joined.map(|(_, outcome)| outcome))
    }

    /// As [`join_next_with_id`](Self::join_next_with_id), for hand-written futures.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = toque::task::JoinSet::new();
    /// let soup = set.spawn(async { "soup" });
    /// let next = std::future::poll_fn(|cx| set.poll_join_next_with_id(cx)).await;
    /// assert_eq!(next.unwrap().unwrap(), (soup.id(), "soup"));
    /// # });
    /// ```
    pub fn poll_join_next_with_id(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<(Id, T), JoinError>>> {
        let joined = ready!(self.poll_join(cx));
        Poll::Ready(joined.map(with_id))
    }

    fn poll_join(&mut self, cx: &mut Context<'_>) -> Poll<Option<Outcome<T>>> {
        if self.is_empty() {
            return Poll::Ready(None);
        }
        // Here and not at each task: one that is not looked at for want of budget would ring for nothing, and so for ever.
        ready!(budget::poll_proceed(cx));
        loop {
            let key = ready!(self.ready.poll_pop(cx)); // the next task to end owes the wake
            if let Some(joined) = self.take_if_ended(key) {
                budget::spend();
                return Poll::Ready(Some(joined));
            }
        }
    }

    fn try_join(&mut self) -> Option<Outcome<T>> {
        loop {
            let key = self.ready.pop()?;
            if let Some(joined) = self.take_if_ended(key) {
                return Some(joined);
            }
        }
    }

    fn take_if_ended(&mut self, key: Key) -> Option<Outcome<T>> {
        let member = self.tasks.get_mut(key)?;
        let outcome = member.look()?;
        let id = member.task.id();
        self.tasks.remove(key);
        Some((id, outcome))
    }
}

fn with_id<T>((id, outcome): Outcome<T>) -> Result<(Id, T), JoinError> {
    outcome.map(|output| (id, output))
}

impl<T> Drop for JoinSet<T> {
    fn drop(&mut self) {
        self.abort_all();
    }
}

impl<T> Default for JoinSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinSet")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// Spawns each future on this thread's runtime.
impl<T: 'static, F> FromIterator<F> for JoinSet<T>
where
    F: Future<Output = T> + 'static,
{
    fn from_iter<I: IntoIterator<Item = F>>(futures: I) -> Self {
        let mut set = Self::new();
        set.extend(futures);
        set
    }
}

/// Spawns each future on this thread's runtime.
impl<T: 'static, F> Extend<F> for JoinSet<T>
where
    F: Future<Output = T> + 'static,
{
    fn extend<I: IntoIterator<Item = F>>(&mut self, futures: I) {
        for future in futures {
            self.spawn(future);
        }
    }
}
