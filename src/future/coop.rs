//! Cooperation: a task gives way to the others when its budget is spent. For those who write futures of their own.
//! Public as `task::coop`; what spends the budget is in `budget`.

use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::budget;
pub use super::budget::consume_budget;
pub use super::unconstrained::{Unconstrained, unconstrained};

/// Whether the task has budget left in this poll.
///
/// # Example
/// ```
/// use toque::task::coop;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let task = toque::spawn(async {
///     let mut operations = 0;
///     while coop::has_budget_remaining() {
///         coop::consume_budget().await;
///         operations += 1;
///     }
///     operations
/// });
/// assert!(task.await.unwrap() > 0);
/// # });
/// ```
pub fn has_budget_remaining() -> bool {
    budget::is_left()
}

/// Spends one operation if there is one, or is pending, and wakes the task at once to go on after the others.
///
/// The operation is given back when the result is dropped, unless [`made_progress`](RestoreOnPending::made_progress) was called.
///
/// # Example
/// ```
/// use std::future::poll_fn;
/// use std::task::{Poll, ready};
/// use toque::task::coop;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let mut plates = vec!["soup"];
/// let plate = poll_fn(|cx| {
///     let operation = ready!(coop::poll_proceed(cx));
///     let plate = plates.pop();
///     operation.made_progress(); // it stays spent
///     Poll::Ready(plate)
/// });
/// assert_eq!(plate.await, Some("soup"));
/// # });
/// ```
pub fn poll_proceed(cx: &mut Context<'_>) -> Poll<RestoreOnPending> {
    ready!(budget::poll_proceed(cx));
    let before = budget::left();
    budget::spend();
    Poll::Ready(RestoreOnPending {
        before: Cell::new(Some(before)),
        _not_send: PhantomData,
    })
}

/// Gives an operation of the budget back when it is dropped.
///
/// # Example
/// ```
/// use std::future::poll_fn;
/// use std::task::{Poll, ready};
/// use toque::task::coop;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let answer = poll_fn(|cx| {
///     let operation = ready!(coop::poll_proceed(cx));
///     operation.made_progress(); // without this, the operation is given back
///     Poll::Ready(42)
/// });
/// assert_eq!(answer.await, 42);
/// # });
/// ```
#[derive(Debug)]
#[must_use]
pub struct RestoreOnPending {
    /// What was left before it. `None` once something was done for it.
    before: Cell<Option<u32>>,
    /// The budget is this thread's.
    _not_send: PhantomData<*mut ()>,
}

impl RestoreOnPending {
    /// The operation was done: it stays spent.
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use std::task::{Poll, ready};
    /// use toque::task::coop;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut plates = 0;
    /// toque::spawn(async move {
    ///     while coop::has_budget_remaining() {
    ///         poll_fn(|cx| {
    ///             let operation = ready!(coop::poll_proceed(cx));
    ///             plates += 1;
    ///             operation.made_progress(); // without it, the loop would have no end
    ///             Poll::Ready(())
    ///         })
    ///         .await;
    ///     }
    ///     assert!(plates > 1);
    /// })
    /// .await
    /// .unwrap();
    /// # });
    /// ```
    pub fn made_progress(&self) {
        self.before.set(None);
    }
}

impl Drop for RestoreOnPending {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            budget::restore(before);
        }
    }
}

/// Makes each time that `future` is ready cost an operation of the budget.
///
/// # Cancel safety
/// That of `future`.
///
/// # Example
/// ```
/// use toque::task::coop::cooperative;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let mut sum = 0;
/// for n in 1..=1000 {
///     sum += cooperative(std::future::ready(n)).await; // never pending by itself
/// }
/// assert_eq!(sum, 500_500);
/// # });
/// ```
pub fn cooperative<F: Future>(future: F) -> Coop<F> {
    Coop { future }
}

pin_project! {
    /// The future of [`cooperative`].
    ///
    /// # Example
    /// ```
    /// use toque::task::coop::{Coop, cooperative};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let answer: Coop<_> = cooperative(async { 42 });
    /// assert_eq!(answer.await, 42);
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct Coop<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Coop<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let operation = ready!(poll_proceed(cx));
        let output = self.project().future.poll(cx);
        if output.is_ready() {
            operation.made_progress();
        }
        output
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::future::{pending, ready};
    use std::pin::pin;
    use std::task::Waker;

    use super::*;

    /// As within a task's poll, with its whole budget. Gives what was spent.
    fn spent_by(action: impl FnOnce(&mut Context<'_>)) -> u32 {
        budget::refill();
        let whole = budget::left();
        action(&mut Context::from_waker(Waker::noop()));
        let left = budget::left();
        budget::unlimited();
        whole - left
    }

    #[test]
    fn an_operation_is_given_back_unless_it_was_done() {
        let given_back = spent_by(|cx| assert!(poll_proceed(cx).is_ready()));
        assert_eq!(given_back, 0);
        let done = spent_by(|cx| {
            let Poll::Ready(operation) = poll_proceed(cx) else {
                panic!("there is a whole budget")
            };
            operation.made_progress();
        });
        assert_eq!(done, 1);
    }

    #[test]
    fn what_is_ready_spends_and_what_is_pending_does_not() {
        let waits =
            spent_by(|cx| assert!(pin!(cooperative(pending::<()>())).poll(cx).is_pending()));
        assert_eq!(waits, 0);
        let is_ready = spent_by(|cx| assert!(pin!(cooperative(ready(1))).poll(cx).is_ready()));
        assert_eq!(is_ready, 1);
    }

    #[test]
    fn nothing_remains_after_the_last_operation() {
        spent_by(|cx| {
            let mut operations = 0;
            while has_budget_remaining() {
                assert!(pin!(cooperative(ready(1))).poll(cx).is_ready());
                operations += 1;
            }
            assert_eq!(operations, budget::OPERATIONS);
            assert!(poll_proceed(cx).is_pending());
        });
    }
}
