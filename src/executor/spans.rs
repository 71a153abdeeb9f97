//! The spans: a `tracing` span for each task, entered while that is polled. With the feature `tracing`.
//! Kept by the observer, where [`Builder::enable_task_spans`](crate::Builder::enable_task_spans) asks for it.
//!
//! Names and fields are those that tokio-console knows: a span `runtime.spawn` is a task, an event of the target `runtime::waker` a wake.

use std::cell::RefCell;
use std::rc::Rc;

use tracing::{Span, trace, trace_span};

use super::task::Meta;
use crate::numbered::Numbered;

/// The spans of those that live, by their numbers. A subscriber is foreign code: it is called when nothing is borrowed.
#[derive(Debug)]
pub(crate) struct Spans(RefCell<Numbered<Rc<Span>>>);

impl Spans {
    pub(crate) fn new() -> Self {
        Self(RefCell::new(Numbered::new()))
    }

    /// A task has arrived.
    pub(super) fn arrives(&self, meta: &Meta) {
        let location = meta.location();
        let span = Rc::new(trace_span!(
            target: "runtime::task",
            parent: None,
            "runtime.spawn",
            kind = "task",
            task.name = meta.name(),
            task.id = meta.id().number(),
            loc.file = location.file(),
            loc.line = location.line(),
            loc.col = location.column(),
        ));
        span.follows_from(Span::current());
        let before = self.0.borrow_mut().insert(meta.id().number(), span);
        drop(before);
    }

    fn of(&self, task: u64) -> Option<Rc<Span>> {
        self.0.borrow().get(task).cloned()
    }

    /// A task was woken.
    pub(super) fn wakes(&self, task: u64) {
        let span = self.of(task);
        if let Some(id) = span.as_ref().and_then(|span| span.id()) {
            trace!(target: "runtime::waker", op = "waker.wake", task.id = id.into_u64());
        }
    }

    /// Polls a task in its span, which may be over after that.
    pub(super) fn poll<R>(&self, task: u64, poll: impl FnOnce() -> R) -> R {
        match self.of(task) {
            Some(span) => span.in_scope(poll),
            None => poll(),
        }
    }

    /// A task is over.
    pub(super) fn leaves(&self, task: u64) {
        let span = self.0.borrow_mut().remove(task);
        drop(span); // after the borrow; entered, it is there until it is left
    }
}
