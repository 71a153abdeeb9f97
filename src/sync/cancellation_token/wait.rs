//! The futures that wait for a token's cancellation.

use std::borrow::Borrow;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::CancellationToken;
use super::flag::{Flag, Wait};
use crate::future::budget;
use crate::waits::note_call;

/// The future of [`CancellationToken::cancelled`].
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let token = toque::sync::CancellationToken::new();
/// let cancelled = token.cancelled();
/// token.cancel();
/// cancelled.await;
/// assert!(token.is_cancelled());
/// # });
/// ```
///
/// # Cancel safety
/// Nothing is lost when it is dropped.
#[must_use = "futures do nothing unless awaited"]
pub struct WaitForCancellationFuture<'a> {
    wait: Wait<&'a Flag>,
    /// Who has asked for it.
    location: &'static Location<'static>,
}

/// The future of [`CancellationToken::cancelled_owned`].
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let token = toque::sync::CancellationToken::new();
/// let cancelled = toque::spawn(token.clone().cancelled_owned()); // a task may keep it
/// token.cancel();
/// assert!(cancelled.await.is_ok());
/// # });
/// ```
///
/// # Cancel safety
/// Nothing is lost when it is dropped.
#[must_use = "futures do nothing unless awaited"]
pub struct WaitForCancellationFutureOwned {
    wait: Wait<CancellationToken>,
    /// Who has asked for it.
    location: &'static Location<'static>,
}

impl<'a> WaitForCancellationFuture<'a> {
    #[track_caller]
    pub(super) fn new(token: &'a CancellationToken) -> Self {
        Self {
            wait: Wait::new(token.borrow()),
            location: Location::caller(),
        }
    }
}

impl WaitForCancellationFutureOwned {
    #[track_caller]
    pub(super) fn new(token: CancellationToken) -> Self {
        Self {
            wait: Wait::new(token),
            location: Location::caller(),
        }
    }
}

impl Borrow<Flag> for CancellationToken {
    fn borrow(&self) -> &Flag {
        &self.inner.flag
    }
}

fn poll<F: Borrow<Flag>>(wait: &mut Wait<F>, cx: &mut Context<'_>) -> Poll<()> {
    ready!(budget::poll_proceed(cx));
    ready!(wait.poll(cx));
    budget::spend();
    Poll::Ready(())
}

impl Future for WaitForCancellationFuture<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let poll = poll(&mut self.wait, cx);
        if poll.is_pending() {
            note_call("CancellationToken::cancelled", Some(self.location));
        }
        poll
    }
}

impl Future for WaitForCancellationFutureOwned {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let poll = poll(&mut self.wait, cx);
        if poll.is_pending() {
            note_call("CancellationToken::cancelled_owned", Some(self.location));
        }
        poll
    }
}

impl fmt::Debug for WaitForCancellationFuture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitForCancellationFuture")
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WaitForCancellationFutureOwned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitForCancellationFutureOwned")
            .finish_non_exhaustive()
    }
}
