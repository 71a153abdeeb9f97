//! The hooks: what an application wants called as tasks come, are polled and go, and as the thread sleeps.
//! Set at the builder; called by the executor, and by the runtime's turn, on their own thread.
//!
//! A hook is foreign code: nothing is borrowed while it runs, and its panic ends with it.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::task::{Id, Meta};
use crate::swallow::in_peace;

/// What a hook is told of a task.
///
/// # Example
/// ```
/// let runtime = toque::Builder::new_current_thread()
///     .on_task_spawn(|task| println!("task {}, spawned at {}", task.id(), task.spawned_at()))
///     .build()?;
/// # runtime.block_on(async { toque::spawn(async {}).await }).unwrap();
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TaskMeta<'a> {
    id: Id,
    name: Option<&'a str>,
    spawned_at: &'static Location<'static>,
}

impl<'a> TaskMeta<'a> {
    pub(super) fn new(
        id: Id,
        name: Option<&'a str>,
        spawned_at: &'static Location<'static>,
    ) -> Self {
        Self {
            id,
            name,
            spawned_at,
        }
    }

    pub(super) fn of(meta: &'a Meta) -> Self {
        Self::new(meta.id(), meta.name(), meta.location())
    }

    /// The task's id.
    ///
    /// # Example
    /// ```
    /// use std::sync::mpsc;
    ///
    /// let (tell, told) = mpsc::channel();
    /// let runtime = toque::Builder::new_current_thread()
    ///     .on_task_spawn(move |task| drop(tell.send(task.id())))
    ///     .build()?;
    /// let soup = runtime.spawn(async {});
    /// assert_eq!(told.recv().unwrap(), soup.id());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn id(&self) -> Id {
        self.id
    }

    /// Its name, if it was given one.
    ///
    /// # Example
    /// ```
    /// use std::sync::mpsc;
    ///
    /// let (tell, told) = mpsc::channel();
    /// let runtime = toque::Builder::new_current_thread()
    ///     .on_task_spawn(move |task| drop(tell.send(task.name().map(str::to_owned))))
    ///     .build()?;
    /// runtime.block_on(async { toque::task::Builder::new().name("soup").spawn(async {}).map(drop) })?;
    /// assert_eq!(told.recv().unwrap().as_deref(), Some("soup"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn name(&self) -> Option<&'a str> {
        self.name
    }

    /// Where it was spawned.
    ///
    /// # Example
    /// ```
    /// use std::sync::mpsc;
    ///
    /// let (tell, told) = mpsc::channel();
    /// let runtime = toque::Builder::new_current_thread()
    ///     .on_task_spawn(move |task| drop(tell.send(task.spawned_at().line())))
    ///     .build()?;
    /// runtime.spawn(async {}); let here = line!();
    /// assert_eq!(told.recv().unwrap(), here);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.spawned_at
    }
}

/// Called with a task.
pub(crate) type TaskHook = Arc<dyn Fn(&TaskMeta<'_>) + Send + Sync>;
/// Called as the thread goes to sleep, or wakes.
pub(crate) type ThreadHook = Arc<dyn Fn() + Send + Sync>;

/// Those of a runtime, as far as they are set.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) spawn: Option<TaskHook>,
    pub(crate) before_poll: Option<TaskHook>,
    pub(crate) after_poll: Option<TaskHook>,
    pub(crate) terminate: Option<TaskHook>,
    pub(crate) park: Option<ThreadHook>,
    pub(crate) unpark: Option<ThreadHook>,
}

impl Hooks {
    /// Whether one wants to hear of tasks.
    pub(super) fn concern_tasks(&self) -> bool {
        [
            &self.spawn,
            &self.before_poll,
            &self.after_poll,
            &self.terminate,
        ]
        .iter()
        .any(|hook| hook.is_some())
    }

    /// Whether one wants to hear of polls.
    pub(super) fn concern_polls(&self) -> bool {
        self.before_poll.is_some() || self.after_poll.is_some()
    }
}

/// Calls a hook that is told of a task, if it is set.
pub(super) fn tell(hook: &Option<TaskHook>, task: &TaskMeta<'_>) {
    if let Some(hook) = hook {
        in_peace(|| hook(task));
    }
}

/// Calls a hook that is told nothing, if it is set.
pub(crate) fn call(hook: &Option<ThreadHook>) {
    if let Some(hook) = hook {
        in_peace(|| hook());
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("spawn", &self.spawn.is_some())
            .field("before_poll", &self.before_poll.is_some())
            .field("after_poll", &self.after_poll.is_some())
            .field("terminate", &self.terminate.is_some())
            .field("park", &self.park.is_some())
            .field("unpark", &self.unpark.is_some())
            .finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn hooks_of_polls_concern_tasks_and_the_others_concern_no_polls() {
        let hook: TaskHook = Arc::new(|_| {});
        let polls = Hooks {
            after_poll: Some(hook.clone()),
            ..Hooks::default()
        };
        assert!(polls.concern_tasks() && polls.concern_polls());
        let tasks = Hooks {
            terminate: Some(hook),
            ..Hooks::default()
        };
        assert!(tasks.concern_tasks() && !tasks.concern_polls());
        let thread = Hooks {
            park: Some(Arc::new(|| {})),
            ..Hooks::default()
        };
        assert!(!thread.concern_tasks() && !thread.concern_polls());
    }
}
