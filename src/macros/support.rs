//! What the macros expand to, by a path that is there in every crate. Not for anyone else.

pub use std::future::{Future, IntoFuture, poll_fn};
pub use std::pin::{Pin, pin};
pub use std::task::{Context, Poll, ready};

pub use super::member::{Member, NeverFails};
pub use super::order::{InOrder, Random, Rotating};
use crate::future::budget;
use crate::runtime::Builder;

/// Ready if the task may go on in this poll.
#[inline]
pub fn poll_budget(cx: &mut Context<'_>) -> Poll<()> {
    budget::poll_proceed(cx)
}

/// No branch is left that could be polled, and nothing says what then.
///
/// # Panics
/// Always.
#[cold]
#[track_caller]
pub fn all_disabled() -> ! {
    panic!(
        "`select!`: all branches are disabled and there is no else branch: add `else => …`, or keep one branch enabled"
    )
}

/// What `#[toque::main]` and `#[toque::test]` make of a function's body.
///
/// # Panics
/// If the operating system refuses what a runtime needs, and where `Runtime::block_on` does.
#[track_caller]
pub fn run<F: Future>(builder: &mut Builder, body: F) -> F::Output {
    match builder.build() {
        Ok(runtime) => runtime.block_on(body),
        Err(error) => panic!("no runtime could be made: {error}"),
    }
}
