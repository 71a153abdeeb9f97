//! The spans: a `tracing` span for each task, entered while that is polled. With the feature `tracing`.
//! Kept by the observer, where [`Builder::enable_task_spans`](crate::Builder::enable_task_spans) asks for it.
//!
//! Names and fields are those that tokio-console knows: a span `runtime.spawn` is a task, an event of the target `runtime::waker` a wake.

use std::cell::RefCell;
use std::rc::Rc;

use tracing::span::Entered;
use tracing::{Span, trace, trace_span};

use super::task::Meta;
use crate::numbered::Numbered;
use crate::swallow::in_peace;

/// The spans of those that live, by their numbers. A subscriber is foreign code: it is called when nothing is borrowed, and in peace,
/// since its panic would be one of a waker, or of a task's end.
#[derive(Debug)]
pub(crate) struct Spans(RefCell<Numbered<Rc<TaskSpan>>>);

/// A span that is closed in peace.
#[derive(Debug)]
struct TaskSpan(Option<Span>);

impl Drop for TaskSpan {
    fn drop(&mut self) {
        in_peace(|| drop(self.0.take()));
    }
}

/// A span that was entered, if it could be, and is left in peace.
struct Inside<'a>(Option<Entered<'a>>);

impl<'a> Inside<'a> {
    fn of(span: &'a TaskSpan) -> Self {
        let mut inside = Self(None);
        in_peace(|| inside.0 = span.0.as_ref().map(Span::enter));
        inside
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        in_peace(|| drop(self.0.take()));
    }
}

impl Spans {
    pub(crate) fn new() -> Self {
        Self(RefCell::new(Numbered::new()))
    }

    /// A task has arrived.
    pub(super) fn arrives(&self, meta: &Meta) {
        let mut span = TaskSpan(None);
        in_peace(|| {
            span.0.insert(new(meta)).follows_from(Span::current());
        });
        let before = self
            .0
            .borrow_mut()
            .insert(meta.id().number(), Rc::new(span));
        drop(before);
    }

    fn of(&self, task: u64) -> Option<Rc<TaskSpan>> {
        self.0.borrow().get(task).cloned()
    }

    /// A task was woken.
    pub(super) fn wakes(&self, task: u64) {
        let span = self.of(task);
        in_peace(|| {
            let span = span.as_ref().and_then(|span| span.0.as_ref());
            if let Some(id) = span.and_then(Span::id) {
                trace!(target: "runtime::waker", op = "waker.wake", task.id = id.into_u64());
            }
        });
    }

    /// Polls a task in its span, which may be over after that.
    pub(super) fn poll<R>(&self, task: u64, poll: impl FnOnce() -> R) -> R {
        let span = self.of(task);
        let _inside = span.as_deref().map(Inside::of);
        poll()
    }

    /// A task is over.
    pub(super) fn leaves(&self, task: u64) {
        let span = self.0.borrow_mut().remove(task);
        drop(span); // after the borrow; entered, it is there until it is left
    }
}

/// The span of a new task.
fn new(meta: &Meta) -> Span {
    let location = meta.location();
    trace_span!(
        target: "runtime::task",
        parent: None,
        "runtime.spawn",
        kind = "task",
        task.name = meta.name(),
        task.id = meta.id().number(),
        loc.file = location.file(),
        loc.line = location.line(),
        loc.col = location.column(),
    )
}
