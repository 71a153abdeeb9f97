//! Time: sleeps, timeouts and intervals, by the runtime's monotonic clock.
//!
//! Nothing here is early. How late it can be: the operating system's wait is rounded up to the next millisecond, and a poll
//! that is under way ends first.
//!
//! # Example
//! ```
//! use std::future::pending;
//! use std::time::Duration;
//! use toque::time::{Instant, interval, sleep, timeout};
//!
//! # toque::Runtime::new().unwrap().block_on(async {
//! let start = Instant::now();
//! sleep(Duration::from_millis(2)).await;
//! assert!(start.elapsed() >= Duration::from_millis(2));
//!
//! assert!(timeout(Duration::from_millis(1), pending::<()>()).await.is_err());
//!
//! let mut clock = interval(Duration::from_millis(1));
//! clock.tick().await; // the first one at once
//! clock.tick().await;
//! # });
//! ```

pub mod delay_queue;
mod interval;
mod pause;
mod send_timeout;
mod sleep;
mod timeout;
mod token_deadline;

pub use crate::clock::Instant;
pub use delay_queue::DelayQueue;
pub use interval::{Interval, MissedTickBehavior, interval, interval_at};
pub use pause::{advance, pause, resume, set_auto_advance};
pub use sleep::{Sleep, sleep, sleep_until};
pub use std::time::Duration;
pub use timeout::{Elapsed, Timeout, timeout, timeout_at};

/// Error types.
///
/// # Example
/// ```
/// use std::future::pending;
/// use std::time::Duration;
/// use toque::time::{error::Elapsed, timeout};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let late: Result<(), Elapsed> = timeout(Duration::from_millis(1), pending()).await;
/// assert!(late.is_err());
/// # });
/// ```
pub mod error {
    pub use super::timeout::Elapsed;
}

impl Instant {
    /// Now, by the clock of this thread's runtime; outside of a runtime, by the system's monotonic clock.
    ///
    /// # Example
    /// ```
    /// use toque::time::Instant;
    ///
    /// let start = Instant::now();
    /// assert!(Instant::now() >= start);
    /// ```
    pub fn now() -> Instant {
        crate::runtime::current::get().map_or_else(Instant::system, |core| core.clock.now())
    }

    /// The time since this instant, zero if it is to come.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::{Instant, sleep};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let start = Instant::now();
    /// sleep(Duration::from_millis(1)).await;
    /// assert!(start.elapsed() >= Duration::from_millis(1));
    /// # });
    /// ```
    pub fn elapsed(&self) -> Duration {
        Instant::now() - *self
    }
}
