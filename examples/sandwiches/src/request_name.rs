//! The request's name: which request a task works for.
//!
//! The access layer sets it around a handler. It follows the request through every await and into every task that is spawned for
//! it, so nobody passes it on; the [log](crate::log) writes it into each line.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

toque::task_local! {
    #[inherit]
    static NAME: Arc<str>;
}

/// That of the request that the current task works for, if it works for one.
pub fn current() -> Option<Arc<str>> {
    NAME.try_get().ok()
}

/// Calls `work` for the request of this name. For what does not run in its tasks: a waker on another thread.
pub fn within<R>(name: &Arc<str>, work: impl FnOnce() -> R) -> R {
    NAME.sync_scope(Arc::clone(name), work)
}

/// Runs `work` for the request of this name: what `NAME.scope` does, by a future that is `Send`, as axum wants it.
pub fn scope<F: Future>(name: Arc<str>, work: F) -> Scope<F> {
    Scope { name, work }
}

pin_project! {
    /// The future of [`scope`].
    #[derive(Debug)]
    pub struct Scope<F> {
        name: Arc<str>,
        #[pin]
        work: F,
    }
}

impl<F: Future> Future for Scope<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        within(this.name, || this.work.poll(cx))
    }
}
