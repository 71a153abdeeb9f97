//! `unconstrained`: a future without a budget.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::budget;

/// Polls `future` without a budget: it is not made to give way to others, and what it awaits may keep the thread for as long as
/// that is ready.
///
/// # Cancel safety
/// That of `future`.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let answer = toque::task::unconstrained(async { 42 }).await;
/// assert_eq!(answer, 42);
/// # });
/// ```
pub fn unconstrained<F>(future: F) -> Unconstrained<F> {
    Unconstrained { future }
}

pin_project! {
    /// The future of [`unconstrained`].
    ///
    /// # Example
    /// ```
    /// use toque::task::{Unconstrained, unconstrained};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let answer: Unconstrained<_> = unconstrained(async { 42 });
    /// assert_eq!(answer.await, 42);
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct Unconstrained<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Unconstrained<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        budget::without_limit(|| self.project().future.poll(cx))
    }
}
