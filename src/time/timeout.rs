//! `timeout`: a future with a deadline.

use std::error::Error;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::{Instant, Sleep};
use crate::future::budget;

/// Awaits `future` for `duration` at most.
///
/// The future is polled before the clock is looked at: one that is ready is never late.
///
/// # Errors
/// [`Elapsed`] if the time has passed first; the future is dropped with the timeout.
///
/// # Panics
/// Outside of a runtime.
///
/// # Cancel safety
/// That of `future`: it is dropped with the timeout.
///
/// # Example
/// ```
/// use std::{future::pending, time::Duration};
/// use toque::time::timeout;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let late = timeout(Duration::from_millis(1), pending::<()>()).await;
/// assert!(late.is_err());
/// # });
/// ```
#[track_caller]
pub fn timeout<F: IntoFuture>(duration: Duration, future: F) -> Timeout<F::IntoFuture> {
    Timeout {
        future: future.into_future(),
        sleep: Sleep::after(duration, "timeout"),
    }
}

/// Awaits `future` until `deadline` at most. See [`timeout`].
///
/// # Errors
/// As [`timeout`].
///
/// # Panics
/// Outside of a runtime.
///
/// # Cancel safety
/// As [`timeout`].
///
/// # Example
/// ```
/// use std::{future::pending, time::Duration};
/// use toque::time::{Instant, timeout_at};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let closing = Instant::now() + Duration::from_millis(5);
/// assert_eq!(timeout_at(closing, async { "soup" }).await, Ok("soup"));
/// assert!(timeout_at(closing, pending::<()>()).await.is_err());
/// # });
/// ```
#[track_caller]
pub fn timeout_at<F: IntoFuture>(deadline: Instant, future: F) -> Timeout<F::IntoFuture> {
    Timeout {
        future: future.into_future(),
        sleep: Sleep::new(deadline, "timeout_at"),
    }
}

pin_project! {
    /// The future of [`timeout`] and [`timeout_at`].
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::{Timeout, timeout};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let answer: Timeout<_> = timeout(Duration::from_secs(60), async { 42 });
    /// assert_eq!(answer.into_inner().await, 42); // without its deadline
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct Timeout<F> {
        #[pin]
        future: F,
        sleep: Sleep,
    }
}

impl<F> Timeout<F> {
    /// The future within.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::timeout;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let soup = toque::spawn(async { "soup" });
    /// let soup = timeout(Duration::from_secs(60), soup);
    /// assert!(!soup.get_ref().is_finished());
    /// assert_eq!(soup.await.unwrap().unwrap(), "soup");
    /// # });
    /// ```
    pub fn get_ref(&self) -> &F {
        &self.future
    }

    /// The future within.
    ///
    /// # Example
    /// ```
    /// use std::future::{Ready, ready};
    /// use std::time::Duration;
    /// use toque::time::timeout;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut dish = timeout(Duration::from_secs(60), ready("soup"));
    /// let other: &mut Ready<_> = dish.get_mut();
    /// *other = ready("salad"); // what is waited for; the deadline stays
    /// assert_eq!(dish.await, Ok("salad"));
    /// # });
    /// ```
    pub fn get_mut(&mut self) -> &mut F {
        &mut self.future
    }

    /// The future within, without its deadline.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::timeout;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let soup = timeout(Duration::ZERO, async { "soup" });
    /// assert_eq!(soup.into_inner().await, "soup"); // without haste
    /// # });
    /// ```
    pub fn into_inner(self) -> F {
        self.future
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let had_budget = budget::is_left();
        if let Poll::Ready(output) = this.future.poll(cx) {
            return Poll::Ready(Ok(output));
        }
        let mut poll_sleep = || Pin::new(&mut *this.sleep).poll(cx);
        // A future that eats the whole budget every time must not keep its own deadline from being seen.
        let elapsed = if had_budget && !budget::is_left() {
            budget::without_limit(poll_sleep)
        } else {
            poll_sleep()
        };
        ready!(elapsed);
        Poll::Ready(Err(Elapsed(())))
    }
}

/// A [`timeout`] has passed.
///
/// # Example
/// ```
/// use std::{future::pending, io, time::Duration};
/// use toque::time::timeout;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let late = timeout(Duration::from_millis(1), pending::<()>()).await.unwrap_err();
/// assert_eq!(late.to_string(), "deadline has elapsed");
/// assert_eq!(io::Error::from(late).kind(), io::ErrorKind::TimedOut);
/// # });
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Elapsed(());

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deadline has elapsed")
    }
}

impl Error for Elapsed {}

impl From<Elapsed> for io::Error {
    fn from(_: Elapsed) -> io::Error {
        io::ErrorKind::TimedOut.into()
    }
}
