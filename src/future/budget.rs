//! The budget: how many operations a task may finish in one poll before it must give way.
//! Set by the executor before each poll, spent by sockets, timers and channels that were ready.
//!
//! Without it a socket that always has data would keep its task, and so the thread, for ever: `read().await` never
//! returns `Pending` when there is always something to read.

use std::cell::Cell;
use std::task::{Context, Poll, ready};

/// Operations in one poll. 128 is what tokio grants (tokio 1.54, `task/coop`): users' expectations of fairness are
/// made of it, and an echo of 64 bytes spends two in a message.
pub(crate) const OPERATIONS: u32 = 128;

/// How often a task is told in one poll to give way. Who asks on after that never will: it is polled by another crate's `block_on`,
/// within the task, which would spin for ever, since the next budget comes with the next poll. So it gets another one.
const REFUSALS: u32 = 1_000;

thread_local! {
    /// The operations and the refusals that are left; of the latter one is taken when there is none of the former. Outside of a task
    /// there is no end: nobody waits behind it.
    static LEFT: Cell<u32> = const { Cell::new(u32::MAX) };
}

/// A new poll begins.
#[inline]
pub(crate) fn refill() {
    LEFT.set(OPERATIONS + REFUSALS);
}

/// Code outside of any task begins.
#[inline]
pub(crate) fn unlimited() {
    LEFT.set(u32::MAX);
}

// ANCHOR: proceed
/// Ready if the task may try another operation; otherwise it is woken at once, to go on after
/// the others.
#[inline]
pub(crate) fn poll_proceed(cx: &mut Context<'_>) -> Poll<()> {
    if is_left() || never_gives_way() {
        return Poll::Ready(());
    }
    cx.waker().wake_by_ref();
    Poll::Pending
}
// ANCHOR_END: proceed

/// Takes a refusal, or if there is none left, grants another budget.
#[cold]
fn never_gives_way() -> bool {
    let refusals = LEFT.get();
    if refusals == 0 {
        refill();
        return true;
    }
    LEFT.set(refusals - 1);
    false
}

/// An operation was finished.
#[inline]
pub(crate) fn spend() {
    spend_many(1);
}

/// Bytes that an operation moves at the price of one: to copy so many takes a system call as long as the call by itself does
/// (2026-11-30: 64 KiB between a socket and a buffer 26 µs, 64 bytes 1.5).
const BYTES: usize = 4096;

/// An operation was finished that has moved so many bytes. A large one counts as several: a socket that is flooded would have
/// its task read 8 MiB in one poll.
#[inline]
pub(crate) fn spend_for(bytes: usize) {
    match bytes / BYTES {
        0 => spend(),
        more => spend_many(u32::try_from(1 + more).unwrap_or(OPERATIONS)),
    }
}

#[inline]
fn spend_many(operations: u32) {
    let left = LEFT.get();
    let there = left.wrapping_sub(REFUSALS);
    if there <= OPERATIONS {
        LEFT.set(left - there.min(operations)); // there is an end
    }
}

/// Spends one operation, or gives way if none is left.
///
/// For loops that await nothing which could give way by itself.
///
/// # Cancel safety
/// Nothing is lost when the future is dropped.
///
/// # Example
/// ```
/// use toque::task::coop;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let sum = toque::spawn(async {
///     let mut sum = 0;
///     for n in 1..=1000 {
///         sum += n;
///         coop::consume_budget().await; // now and then the others have their turn
///     }
///     sum
/// });
/// assert_eq!(sum.await.unwrap(), 500_500);
/// # });
/// ```
pub async fn consume_budget() {
    std::future::poll_fn(|cx| {
        ready!(poll_proceed(cx));
        spend();
        Poll::Ready(())
    })
    .await;
}

/// What is left.
pub(crate) fn left() -> u32 {
    LEFT.get()
}

/// Gives back what an operation that did nothing had spent.
pub(crate) fn restore(left: u32) {
    LEFT.set(left);
}

/// Whether the task may go on in this poll.
#[inline]
pub(crate) fn is_left() -> bool {
    LEFT.get() > REFUSALS
}

/// Runs `f` as if the budget had no end.
pub(crate) fn without_limit<R>(f: impl FnOnce() -> R) -> R {
    /// Puts the budget back, also on a panic.
    struct Restore(u32);

    impl Drop for Restore {
        fn drop(&mut self) {
            LEFT.set(self.0);
        }
    }

    let _restore = Restore(LEFT.replace(u32::MAX));
    f()
}
