//! `yield_now`: a future that is ready the second time it is polled.
//! The smallest future with a waker in it, and so the first to read.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Goes to the end of the queue of ready tasks, and lets the others run first.
///
/// # Cancel safety
/// Nothing is lost when the future is dropped.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// toque::task::yield_now().await;
/// # });
/// ```
#[inline]
pub fn yield_now() -> YieldNow {
    YieldNow { yielded: false }
}

/// The future of [`yield_now`].
///
/// # Example
/// ```
/// use toque::task::{YieldNow, yield_now};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let task = toque::spawn(async {});
/// let turn: YieldNow = yield_now();
/// turn.await; // meanwhile the task has its turn
/// assert!(task.is_finished());
/// # });
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct YieldNow {
    /// Whether the others have had their turn.
    yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.yielded {
            return Poll::Ready(());
        }
        self.yielded = true;
        // The task owes itself the wake: it goes to the end of the queue.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
