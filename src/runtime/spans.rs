//! What the feature `tracing` adds to the builder, and to what becomes of a stall.

use std::io::Write as _;

use super::Builder;
use super::stall::Stall;
use crate::executor::spans::Spans;

impl Builder {
    /// Makes a `tracing` span for each task, which is entered while the task is polled. With the feature `tracing`.
    ///
    /// It is named `runtime.spawn`, with the target `runtime::task` and the level `TRACE`; its fields are `task.name`, `task.id`,
    /// `loc.file`, `loc.line` and `loc.col`, the place where the task was spawned. It has no parent; it follows from the span in which the
    /// task was spawned. Each wake is an event with the target `runtime::waker`. These are the names that tokio-console's subscriber
    /// knows: with that installed, and its layer's filter open for `runtime=trace`, the console shows the tasks.
    ///
    /// A subscriber is called as the tasks are spawned, woken and polled: it must neither block nor panic, nor drop the runtime.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Builder::new_current_thread().enable_task_spans().build()?;
    /// runtime.block_on(async {
    ///     toque::spawn(async { tracing::info!("within the span of its task") }).await
    /// }).unwrap();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enable_task_spans(&mut self) -> &mut Builder {
        self.wishes().spans = Some(Spans::new);
        self
    }
}

/// As an event, if a subscriber wants it; else to standard error in one piece. What can't be written is lost: `eprintln!` would panic.
pub(super) fn log(stall: &Stall) {
    if tracing::enabled!(target: "toque::stall", tracing::Level::WARN) {
        return tell(stall);
    }
    let line = format!("toque: {stall}\n");
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

fn tell(stall: &Stall) {
    let id = stall.id.map(|id| id.number());
    let name = stall.name.as_deref();
    let file = stall.location.map(|location| location.file());
    let line = stall.location.map(|location| location.line());
    tracing::warn!(
        target: "toque::stall",
        { task.id = id, task.name = name, loc.file = file, loc.line = line },
        "{stall}"
    );
}
