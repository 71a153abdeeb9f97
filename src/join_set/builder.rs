//! The builder of a join set's tasks: spawns those that have a name.

use std::fmt;
use std::future::Future;
use std::io;

use super::JoinSet;
use crate::executor::abort::AbortHandle;
use crate::executor::task::Origin;
use crate::runtime::{Handle, spawn_as};

/// Spawns a task with a name into a [`JoinSet`]. Made by [`JoinSet::build_task`].
///
/// # Example
/// ```
/// use toque::task::JoinSet;
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut kitchen = JoinSet::new();
/// kitchen.build_task().name("soup").spawn(async { 42 })?;
/// assert_eq!(kitchen.join_next().await.unwrap()?, 42);
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "a builder does nothing until it spawns"]
pub struct Builder<'a, T> {
    set: &'a mut JoinSet<T>,
    name: Option<&'a str>,
}

impl<'a, T: 'static> Builder<'a, T> {
    pub(super) fn new(set: &'a mut JoinSet<T>) -> Self {
        Self { set, name: None }
    }

    /// Names the task. Several may have the same name.
    ///
    /// # Example
    /// ```
    /// use toque::task::JoinSet;
    ///
    /// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
    /// runtime.block_on(async {
    ///     let mut set = JoinSet::new();
    ///     let soup = set.build_task().name("soup").spawn(async {})?;
    ///     let task = toque::Handle::current().task(soup.id()).unwrap();
    ///     assert_eq!(task.name.as_deref(), Some("soup"));
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn name(self, name: &'a str) -> Self {
        let name = Some(name);
        Self { name, ..self }
    }

    #[track_caller]
    fn origin(&self) -> Origin {
        Origin::named(self.name)
    }

    /// Spawns a task, as [`JoinSet::spawn`] does.
    ///
    /// # Errors
    /// None at present; the result is tokio's.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use toque::task::JoinSet;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = JoinSet::new();
    /// set.build_task().name("soup").spawn(async { 7 }).unwrap();
    /// assert_eq!(set.join_next().await.unwrap().unwrap(), 7);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn<F>(self, future: F) -> io::Result<AbortHandle>
    where
        F: Future<Output = T> + 'static,
    {
        let task = spawn_as(self.origin(), future);
        Ok(self.set.insert(task))
    }

    /// The same as [`spawn`](Self::spawn), by tokio's other name.
    ///
    /// # Errors
    /// None at present.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use std::rc::Rc;
    /// use toque::task::JoinSet;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let shared = Rc::new(7);
    /// let mut set = JoinSet::new();
    /// set.build_task().name("soup").spawn_local(async move { *shared }).unwrap();
    /// assert_eq!(set.join_next().await.unwrap().unwrap(), 7);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_local<F>(self, future: F) -> io::Result<AbortHandle>
    where
        F: Future<Output = T> + 'static,
    {
        let task = spawn_as(self.origin(), future);
        Ok(self.set.insert(task))
    }

    /// Spawns a task on the runtime of `handle`, as [`JoinSet::spawn_on`] does.
    ///
    /// # Errors
    /// None at present.
    ///
    /// # Example
    /// ```
    /// use toque::task::JoinSet;
    ///
    /// let runtime = toque::Runtime::new()?;
    /// let mut set = JoinSet::new();
    /// set.build_task().name("soup").spawn_on(async { 7 }, runtime.handle())?; // from outside
    /// assert_eq!(runtime.block_on(set.join_next()).unwrap().unwrap(), 7);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_on<F>(self, future: F, handle: &Handle) -> io::Result<AbortHandle>
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        let task = handle.spawn_as(self.origin(), future);
        Ok(self.set.insert(task))
    }

    /// Runs a closure on the blocking pool, as [`JoinSet::spawn_blocking`] does.
    ///
    /// # Errors
    /// None at present.
    ///
    /// # Panics
    /// Outside of a runtime; or if there is no thread in the pool, and the operating system starts none.
    ///
    /// # Example
    /// ```
    /// use toque::task::JoinSet;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut set = JoinSet::new();
    /// set.build_task().name("bread").spawn_blocking(|| 7).unwrap();
    /// assert_eq!(set.join_next().await.unwrap().unwrap(), 7);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F>(self, job: F) -> io::Result<AbortHandle>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.spawn_blocking_on(job, &Handle::current())
    }

    /// Runs a closure on the blocking pool of `handle`'s runtime, as [`JoinSet::spawn_blocking_on`] does.
    ///
    /// # Errors
    /// None at present.
    ///
    /// # Panics
    /// If there is no thread in the pool, and the operating system starts none.
    ///
    /// # Example
    /// ```
    /// use toque::task::JoinSet;
    ///
    /// let runtime = toque::Runtime::new()?;
    /// let mut set = JoinSet::new();
    /// set.build_task().name("bread").spawn_blocking_on(|| 7, runtime.handle())?; // from outside
    /// assert_eq!(runtime.block_on(set.join_next()).unwrap().unwrap(), 7);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_blocking_on<F>(self, job: F, handle: &Handle) -> io::Result<AbortHandle>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        let task = handle.spawn_blocking_as(self.origin(), job);
        Ok(self.set.insert(task))
    }
}

impl<T> fmt::Debug for Builder<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("set", &self.set)
            .field("name", &self.name)
            .finish()
    }
}
