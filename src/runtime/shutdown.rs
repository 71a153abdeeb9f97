//! The end of a runtime: every task is dropped, blocking jobs are waited for, and what is left is named.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::{Runtime, current, registry};
use crate::executor::task::{Id, Meta};

/// What the end of a runtime has cut off. Made by [`Runtime::shutdown`].
///
/// # Example
/// ```
/// use std::time::Duration;
///
/// let runtime = toque::Runtime::new()?;
/// runtime.block_on(async { drop(toque::spawn(std::future::pending::<()>())) });
/// let report = runtime.shutdown(Duration::from_secs(1));
/// assert!(!report.is_clean());
/// assert_eq!(report.tasks.len(), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// Tasks that were not ready, in the order they were dropped.
    pub tasks: Vec<LeftTask>,
    /// Blocking jobs that had not begun.
    pub cancelled_jobs: Vec<LeftTask>,
    /// Blocking jobs that still run. Their threads go on until the jobs are done.
    pub running_jobs: Vec<LeftTask>,
}

impl Report {
    /// Whether everything had ended by itself.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// let runtime = toque::Runtime::new()?;
    /// runtime.block_on(async { toque::spawn(async {}).await })?;
    /// let report = runtime.shutdown(Duration::from_secs(1));
    /// assert!(report.is_clean(), "{report}"); // nothing was forgotten
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn is_clean(&self) -> bool {
        self.tasks.is_empty() && self.cancelled_jobs.is_empty() && self.running_jobs.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return f.write_str("nothing was left");
        }
        let parts = [
            (&self.tasks, "was not ready"),
            (&self.cancelled_jobs, "had not begun"),
            (&self.running_jobs, "still runs"),
        ];
        let mut first = true;
        for (tasks, what) in parts {
            for task in tasks {
                let separator = if first { "" } else { "; " };
                write!(f, "{separator}{task} {what}")?;
                first = false;
            }
        }
        Ok(())
    }
}

/// A task or a blocking job in a [`Report`].
///
/// # Example
/// ```
/// use std::time::Duration;
///
/// let runtime = toque::Runtime::new()?;
/// let soup = toque::task::Builder::new().name("soup");
/// drop(runtime.block_on(async { soup.spawn(std::future::pending::<()>()) })?);
/// let report = runtime.shutdown(Duration::from_secs(1));
/// assert_eq!(report.tasks[0].name.as_deref(), Some("soup"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LeftTask {
    /// Its id.
    pub id: Id,
    /// Its name, if it was given one.
    pub name: Option<String>,
    /// Where it was spawned.
    pub location: &'static Location<'static>,
}

impl LeftTask {
    pub(super) fn new(meta: &Meta) -> Self {
        Self {
            id: meta.id(),
            name: meta.name().map(str::to_owned),
            location: meta.location(),
        }
    }
}

impl fmt::Display for LeftTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {}", self.id)?;
        if let Some(name) = &self.name {
            write!(f, " {name:?}")?;
        }
        write!(f, " (spawned at {})", self.location)
    }
}

impl Runtime {
    /// Ends the runtime: drops every task, and waits for blocking jobs that run, for `limit` at most. Tells what it had to leave.
    ///
    /// # Panics
    /// Within the runtime's own [`Handle::block_on`](super::Handle::block_on): its tasks run there.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// let runtime = toque::Runtime::new()?;
    /// runtime.spawn(std::future::pending::<()>());
    /// let report = runtime.shutdown(Duration::from_secs(1));
    /// assert_eq!(report.tasks.len(), 1);
    /// println!("{report}");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn shutdown(mut self, limit: Duration) -> Report {
        assert!(
            !self.core.driven.get(),
            "`shutdown` within the runtime's own `block_on`: call it when that has returned, or drop the runtime, which then \
             ends with it"
        );
        self.shutdown_timeout = limit;
        self.end()
    }

    /// Ends the runtime as dropping it does, but waits for blocking jobs for `limit` at most.
    ///
    /// # Example
    /// ```
    /// use std::time::{Duration, Instant};
    ///
    /// let runtime = toque::Runtime::new()?;
    /// runtime.spawn_blocking(|| std::thread::sleep(Duration::from_secs(5)));
    /// let start = Instant::now();
    /// runtime.shutdown_timeout(Duration::from_millis(10)); // it has had its time
    /// assert!(start.elapsed() < Duration::from_secs(5));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn shutdown_timeout(mut self, limit: Duration) {
        self.shutdown_timeout = limit;
    }

    /// Ends the runtime as dropping it does, but waits for no blocking job.
    ///
    /// # Example
    /// ```
    /// use std::time::{Duration, Instant};
    ///
    /// let runtime = toque::Runtime::new()?;
    /// runtime.spawn_blocking(|| std::thread::sleep(Duration::from_secs(5)));
    /// let start = Instant::now();
    /// runtime.shutdown_background();
    /// assert!(start.elapsed() < Duration::from_secs(5));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn shutdown_background(self) {
        self.shutdown_timeout(Duration::ZERO);
    }

    /// Ends it once; the second time there is nothing left to end, and nothing is waited for.
    pub(super) fn end(&mut self) -> Report {
        let limit = std::mem::take(&mut self.shutdown_timeout);
        let mut report = Report::default();
        let current = current::enter(&self.core);
        let tasks = &mut report.tasks;
        self.core
            .executor
            .shut_down(&mut |meta| tasks.push(LeftTask::new(meta)));
        drop(current);
        drop(self.core.companions.take());
        registry::remove(self.core.executor.home().id());
        current::forget(&self.core);
        let shared = &self.core.shared;
        report.cancelled_jobs = shared.cancel_queued_jobs();
        shared.pool.wait_until_empty(limit);
        report.running_jobs = shared.running_jobs();
        report
    }
}
