//! Unhandled panics: what becomes of a task's panic that nobody awaits.
//! Asked when the outcome of such a task is thrown away, on whatever thread that happens.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::task::Id;

/// A task that panicked, and whose outcome was dropped unread: it was detached, or its handle was.
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
