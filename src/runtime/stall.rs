//! The stall: a poll that keeps the thread for too long, as it is told to whoever wants to know.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::proc::BlockedThread;
use crate::executor::task::Id;

/// A poll that takes longer than [`Builder::warn_on_stall`](super::Builder::warn_on_stall) allows, and still runs: nothing else does
/// meanwhile.
///
/// # Example
/// ```
/// use std::{sync::mpsc, time::Duration};
///
/// let (tell, told) = mpsc::channel();
/// let runtime = toque::Builder::new_current_thread()
///     .warn_on_stall(Duration::from_millis(10))
///     .on_stall(move |stall| drop(tell.send(stall.clone())))
///     .build()?;
/// let stall = runtime.block_on(async { told.recv().unwrap() }); // this blocks the thread
/// assert_eq!(stall.id, None); // it was no task, but the future of `block_on`
/// println!("{stall}");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stall {
    /// The task that is polled. `None` in the future of `block_on`.
    pub id: Option<Id>,
    /// Its name, if it was given one.
    pub name: Option<String>,
    /// Where it was spawned, or `block_on` was called.
    pub location: Option<&'static Location<'static>>,
    /// How long the poll has run, at least.
    pub running_for: Duration,
    /// What the operating system tells of the thread. `None` if it tells nothing, or the poll has ended before it was asked.
    pub thread: Option<BlockedThread>,
}

impl fmt::Display for Stall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let began = match self.id {
            Some(id) => {
                write!(f, "task {id}")?;
                "spawned"
            }
            None => {
                f.write_str("the future of `block_on`")?;
                "called"
            }
        };
        if let Some(name) = &self.name {
            write!(f, " {name:?}")?;
        }
        if let Some(location) = self.location {
            write!(f, ", {began} at {location},")?;
        }
        write!(f, " has blocked the loop for {:?}", self.running_for)?;
        match &self.thread {
            Some(thread) => write!(f, ": {thread}"),
            None => Ok(()),
        }
    }
}

/// Called with each stall, on the watcher's thread.
pub(super) type StallHook = Arc<dyn Fn(&Stall) + Send + Sync>;
