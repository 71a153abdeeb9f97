//! `sleep`: a future that is ready when its time has come.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::Instant;
use crate::runtime::Timer;

/// Waits for `duration`. One too long for any clock is for ever.
///
/// # Panics
/// Outside of a runtime.
///
/// # Cancel safety
/// Dropped, it leaves nothing behind.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::{Instant, sleep};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let start = Instant::now();
/// sleep(Duration::from_millis(5)).await;
/// assert!(start.elapsed() >= Duration::from_millis(5));
/// # });
/// ```
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    Sleep::after(duration, "sleep")
}

/// Waits until `deadline`. One that has passed is ready at once.
///
/// # Panics
/// Outside of a runtime.
///
/// # Cancel safety
/// Dropped, it leaves nothing behind.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::{Instant, sleep_until};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let ready = Instant::now() + Duration::from_millis(5);
/// sleep_until(ready).await;
/// assert!(Instant::now() >= ready);
/// # });
/// ```
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep::new(deadline, "sleep_until")
}

/// The future of [`sleep`] and [`sleep_until`].
///
/// It may be moved, also to another thread, but is polled on its own: elsewhere it panics.
///
/// # Example
/// ```
/// use std::pin::{Pin, pin};
/// use std::time::Duration;
/// use toque::time::{Instant, Sleep, sleep};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let start = Instant::now();
/// let mut nap: Pin<&mut Sleep> = pin!(sleep(Duration::from_secs(60)));
/// nap.as_mut().reset(start + Duration::from_millis(1)); // sooner
/// nap.as_mut().await;
/// assert!(nap.is_elapsed());
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Sleep {
    timer: Timer,
}

impl Sleep {
    /// `caller` is who says so if there is no runtime.
    #[track_caller]
    pub(super) fn new(deadline: Instant, caller: &str) -> Self {
        Self {
            timer: Timer::new(deadline, caller),
        }
    }

    /// One that is ready after `duration`.
    #[track_caller]
    pub(super) fn after(duration: Duration, caller: &str) -> Self {
        Self {
            timer: Timer::after(duration, caller),
        }
    }

    /// When it is ready.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::{Instant, sleep_until};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let noon = Instant::now() + Duration::from_secs(60);
    /// assert_eq!(sleep_until(noon).deadline(), noon);
    /// # });
    /// ```
    pub fn deadline(&self) -> Instant {
        self.timer.deadline()
    }

    /// Whether its time has come, as far as its polls and the runtime's timers have seen: one that was never polled is not
    /// elapsed.
    ///
    /// # Example
    /// ```
    /// use std::{pin::pin, time::Duration};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut nap = pin!(toque::time::sleep(Duration::from_millis(1)));
    /// assert!(!nap.is_elapsed());
    /// nap.as_mut().await;
    /// assert!(nap.is_elapsed());
    /// # });
    /// ```
    pub fn is_elapsed(&self) -> bool {
        self.timer.is_elapsed()
    }

    /// Moves the deadline, also of a sleep that was ready. A task that waits for it goes on waiting, for the new one.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::{Instant, sleep};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut nap = sleep(Duration::from_secs(3600));
    /// nap.reset(Instant::now() + Duration::from_millis(1));
    /// nap.await;
    /// # });
    /// ```
    pub fn reset(&mut self, deadline: Instant) {
        self.timer.reset(deadline);
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.timer).poll(cx)
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("deadline", &self.deadline())
            .finish_non_exhaustive()
    }
}
