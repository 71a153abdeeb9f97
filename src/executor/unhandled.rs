//! Unhandled panics: what becomes of a task's panic that nobody awaits.
//! Asked when the outcome of such a task is thrown away, on whatever thread that happens.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::task::Id;

/// A task that panicked, and whose outcome was dropped unread: it was detached, or its handle was.
///
/// # Example
/// ```
/// use std::sync::{Arc, mpsc};
/// use toque::runtime::{Builder, TaskPanic, UnhandledPanic};
///
/// let (tell, told) = mpsc::channel();
/// let hook = move |panic: &TaskPanic<'_>| drop(tell.send(panic.message.clone()));
/// let runtime = Builder::new_current_thread()
///     .unhandled_panic(UnhandledPanic::Hook(Arc::new(hook)))
///     .build()?;
/// runtime.block_on(async {
///     drop(toque::spawn(async { panic!("the soup boils over") })); // nobody awaits it
///     toque::task::yield_now().await;
/// });
/// assert_eq!(told.recv().unwrap().as_deref(), Some("the soup boils over"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct TaskPanic<'a> {
    /// The task's id.
    pub id: Id,
    /// Its name, if it was given one.
    pub name: Option<&'a str>,
    /// Where it was spawned.
    pub location: &'static Location<'static>,
    /// What the panic said, if it said it in words.
    pub message: Option<String>,
}

impl fmt::Display for TaskPanic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {}", self.id)?;
        if let Some(name) = self.name {
            write!(f, " {name:?}")?;
        }
        write!(f, ", spawned at {}, panicked", self.location)?;
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        Ok(())
    }
}

type Hook = Arc<dyn Fn(&TaskPanic<'_>) + Send + Sync>;

/// What becomes of a task's panic that nobody awaits.
///
/// # Example
/// ```
/// use std::panic::{AssertUnwindSafe, catch_unwind};
/// use toque::runtime::{Builder, UnhandledPanic};
///
/// let runtime = Builder::new_current_thread()
///     .unhandled_panic(UnhandledPanic::ShutdownRuntime)
///     .build()?;
/// let outcome = catch_unwind(AssertUnwindSafe(|| {
///     runtime.block_on(async {
///         drop(toque::spawn(async { panic!("the soup boils over") })); // nobody awaits it
///         std::future::pending::<()>().await;
///     })
/// }));
/// assert!(outcome.is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum UnhandledPanic {
    /// It is told on standard error, with the task's name and where it was spawned.
    #[default]
    Log,
    /// The runtime's `block_on` panics.
    ShutdownRuntime,
    /// This is called, on the thread that drops the outcome; mostly, but not always, the runtime's.
    Hook(Hook),
}

impl fmt::Debug for UnhandledPanic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Log => "Log",
            Self::ShutdownRuntime => "ShutdownRuntime",
            Self::Hook(_) => "Hook",
        })
    }
}
