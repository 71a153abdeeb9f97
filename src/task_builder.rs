//! The task builder: spawns tasks that have a name.

use std::future::Future;
use std::io;

use crate::executor::join::JoinHandle;
use crate::executor::task::Origin;
use crate::runtime::{Handle, spawn_as};

/// Spawns a task with a name, which is told where the task is: in reports, dumps and panics.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let task = toque::task::Builder::new().name("soup").spawn(async { 1 });
/// assert_eq!(task.unwrap().await.unwrap(), 1);
/// # });
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "a builder does nothing until it spawns"]
pub struct Builder<'a> {
    name: Option<&'a str>,
}

impl<'a> Builder<'a> {
    /// A task without a name, as yet.
    ///
    /// # Example
    /// ```
    /// use toque::task::Builder;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let task = Builder::new().spawn(async { "soup" }).unwrap();
    /// assert_eq!(task.await.unwrap(), "soup");
    /// # });
    /// ```
    pub fn new() -> Builder<'a> {
        Self::default()
    }

    /// Names the task. Several may have the same name.
    ///
    /// # Example
    /// ```
    /// use toque::task::Builder;
    ///
    /// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
    /// runtime.block_on(async {
    ///     let soup = Builder::new().name("soup").spawn(async {})?;
    ///     let task = toque::Handle::current().task(soup.id()).unwrap();
    ///     assert_eq!(task.name.as_deref(), Some("soup"));
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn name(&self, name: &'a str) -> Builder<'a> {
        Builder { name: Some(name) }
    }

    #[track_caller]
    fn origin(&self) -> Origin {
        Origin::named(self.name)
    }

    /// Spawns a task, as [`toque::spawn`](crate::spawn) does.
    ///
    /// # Errors
    /// None at present; the result is tokio's.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use toque::task::Builder;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let soup = Builder::new().name("soup").spawn(async { 1 }).unwrap();
    /// assert_eq!(soup.await.unwrap(), 1);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn<F>(self, future: F) -> io::Result<JoinHandle<F::Output>>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        Ok(spawn_as(self.origin(), future))
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
    /// use toque::task::Builder;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let shared = Rc::new("soup");
    /// let task = Builder::new().name("soup").spawn_local(async move { *shared }).unwrap();
    /// assert_eq!(task.await.unwrap(), "soup");
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_local<F>(self, future: F) -> io::Result<JoinHandle<F::Output>>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        Ok(spawn_as(self.origin(), future))
    }

    /// Spawns a task on the runtime of `handle`, as [`Handle::spawn`] does.
    ///
    /// # Errors
    /// None at present.
    ///
    /// # Example
    /// ```
    /// use toque::task::Builder;
    ///
    /// let runtime = toque::Runtime::new()?;
    /// let task = Builder::new().name("soup").spawn_on(async { "soup" }, runtime.handle())?; // from outside
    /// assert_eq!(runtime.block_on(task)?, "soup");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_on<F>(self, future: F, handle: &Handle) -> io::Result<JoinHandle<F::Output>>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        Ok(handle.spawn_as(self.origin(), future))
    }

    /// Runs a closure on the blocking pool, as [`toque::spawn_blocking`](crate::spawn_blocking) does.
    ///
    /// # Errors
    /// None at present.
    ///
    /// # Panics
    /// Outside of a runtime; or if there is no thread in the pool, and the operating system starts none.
    ///
    /// # Example
    /// ```
    /// use toque::task::Builder;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let soup = Builder::new().name("soup").spawn_blocking(|| 1).unwrap();
    /// assert_eq!(soup.await.unwrap(), 1);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F, R>(self, job: F) -> io::Result<JoinHandle<R>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        Ok(Handle::current().spawn_blocking_as(self.origin(), job))
    }

    /// Runs a closure on the blocking pool of `handle`'s runtime.
    ///
    /// # Errors
    /// None at present.
    ///
    /// # Panics
    /// If there is no thread in the pool, and the operating system starts none.
    ///
    /// # Example
    /// ```
    /// use toque::task::Builder;
    ///
    /// let runtime = toque::Runtime::new()?;
    /// let job = Builder::new().name("bread").spawn_blocking_on(|| "bread", runtime.handle())?;
    /// assert_eq!(runtime.block_on(job)?, "bread");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_blocking_on<F, R>(self, job: F, handle: &Handle) -> io::Result<JoinHandle<R>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        Ok(handle.spawn_blocking_as(self.origin(), job))
    }
}
