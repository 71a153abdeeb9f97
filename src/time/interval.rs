//! `interval`: ticks at a fixed distance.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::{Instant, Sleep};

/// Ticks every `period`; the first tick is at once.
///
/// # Panics
/// If `period` is zero; outside of a runtime.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::{Instant, interval};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let start = Instant::now();
/// let mut ticks = interval(Duration::from_millis(2));
/// ticks.tick().await; // at once
/// ticks.tick().await;
/// assert!(start.elapsed() >= Duration::from_millis(2));
/// # });
/// ```
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    interval_at(Instant::now(), period)
}

/// Ticks every `period`, from `start` on.
///
/// # Panics
/// If `period` is zero; outside of a runtime.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::{Instant, interval_at};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let start = Instant::now() + Duration::from_millis(2);
/// let mut ticks = interval_at(start, Duration::from_millis(1));
/// assert_eq!(ticks.tick().await, start);
/// assert!(Instant::now() >= start);
/// # });
/// ```
#[track_caller]
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    assert!(
        !period.is_zero(),
        "`interval` must have a period above zero"
    );
    Interval {
        sleep: Sleep::new(start, "interval"),
        period,
        missed: MissedTickBehavior::default(),
    }
}

/// What an [`Interval`] does when a tick was awaited too late.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::{MissedTickBehavior, interval};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let mut ticks = interval(Duration::from_secs(1));
/// ticks.set_missed_tick_behavior(MissedTickBehavior::Skip); // late ticks are not made up for
/// assert_eq!(ticks.missed_tick_behavior(), MissedTickBehavior::Skip);
/// # });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissedTickBehavior {
    /// Ticks at once until all that was missed is made up for, then keeps to the first schedule.
    #[default]
    Burst,
    /// Ticks at once, then a period after that: the schedule moves.
    Delay,
    /// Ticks at once, then at the next point of the first schedule: what was missed is left out.
    Skip,
}

/// Ticks at a fixed distance. Made by [`interval`] and [`interval_at`].
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::{Interval, interval};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let mut ticks: Interval = interval(Duration::from_millis(1));
/// let first = ticks.tick().await; // at once
/// let second = ticks.tick().await;
/// assert_eq!(second - first, ticks.period());
/// # });
/// ```
#[derive(Debug)]
pub struct Interval {
    /// Until the next tick.
    sleep: Sleep,
    period: Duration,
    missed: MissedTickBehavior,
}

/// A tick that comes later than this was missed. Below it, lateness is the wait's own rounding.
const LATE: Duration = Duration::from_millis(5);

impl Interval {
    /// Waits for the next tick, and gives the instant it was due.
    ///
    /// # Cancel safety
    /// No tick is lost.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut ticks = toque::time::interval(Duration::from_millis(1));
    /// let first = ticks.tick().await; // at once
    /// assert_eq!(ticks.tick().await, first + Duration::from_millis(1));
    /// # });
    /// ```
    pub async fn tick(&mut self) -> Instant {
        poll_fn(|cx| self.poll_tick(cx)).await
    }

    /// As [`tick`](Self::tick), for hand-written futures.
    ///
    /// # Example
    /// ```
    /// use std::{future::poll_fn, time::Duration};
    /// use toque::time::{Instant, interval};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut ticks = interval(Duration::from_millis(1));
    /// let due = poll_fn(|cx| ticks.poll_tick(cx)).await;
    /// assert!(due <= Instant::now());
    /// # });
    /// ```
    pub fn poll_tick(&mut self, cx: &mut Context<'_>) -> Poll<Instant> {
        ready!(Pin::new(&mut self.sleep).poll(cx));
        let due = self.sleep.deadline();
        let next = self.next(due, Instant::now());
        self.sleep.reset(next);
        Poll::Ready(due)
    }

    /// When the tick after the one due at `due` is, seen at `now`.
    fn next(&self, due: Instant, now: Instant) -> Instant {
        if now - due <= LATE {
            return due + self.period;
        }
        match self.missed {
            MissedTickBehavior::Burst => due + self.period,
            MissedTickBehavior::Delay => now + self.period,
            MissedTickBehavior::Skip => now + time_to_next_point(now - due, self.period),
        }
    }

    /// Begins anew: the next tick is a period from now.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::{Instant, interval};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut ticks = interval(Duration::from_millis(2));
    /// let start = Instant::now();
    /// ticks.reset(); // not at once, then
    /// assert!(ticks.tick().await >= start + Duration::from_millis(2));
    /// # });
    /// ```
    pub fn reset(&mut self) {
        self.reset_at(Instant::now() + self.period);
    }

    /// The next tick is at once.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut ticks = toque::time::interval(Duration::from_secs(3600));
    /// ticks.tick().await;
    /// ticks.reset_immediately();
    /// ticks.tick().await; // not an hour later
    /// # });
    /// ```
    pub fn reset_immediately(&mut self) {
        self.reset_at(Instant::now());
    }

    /// The next tick is `after` from now.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut ticks = toque::time::interval(Duration::from_secs(3600));
    /// ticks.tick().await;
    /// ticks.reset_after(Duration::from_millis(1));
    /// ticks.tick().await; // not an hour later
    /// # });
    /// ```
    pub fn reset_after(&mut self, after: Duration) {
        self.reset_at(Instant::now() + after);
    }

    /// The next tick is at `deadline`.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::{Instant, interval};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut ticks = interval(Duration::from_secs(3600));
    /// let soon = Instant::now() + Duration::from_millis(1);
    /// ticks.reset_at(soon);
    /// assert_eq!(ticks.tick().await, soon);
    /// # });
    /// ```
    pub fn reset_at(&mut self, deadline: Instant) {
        self.sleep.reset(deadline);
    }

    /// What happens when a tick is awaited too late.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::{MissedTickBehavior, interval};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let ticks = interval(Duration::from_secs(1));
    /// assert_eq!(ticks.missed_tick_behavior(), MissedTickBehavior::Burst);
    /// # });
    /// ```
    pub fn missed_tick_behavior(&self) -> MissedTickBehavior {
        self.missed
    }

    /// Sets what happens when a tick is awaited too late.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::{MissedTickBehavior, interval};
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let mut ticks = interval(Duration::from_secs(1));
    /// ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    /// assert_eq!(ticks.missed_tick_behavior(), MissedTickBehavior::Delay);
    /// # });
    /// ```
    pub fn set_missed_tick_behavior(&mut self, behavior: MissedTickBehavior) {
        self.missed = behavior;
    }

    /// The time between two ticks.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let ticks = toque::time::interval(Duration::from_secs(1));
    /// assert_eq!(ticks.period(), Duration::from_secs(1));
    /// # });
    /// ```
    pub fn period(&self) -> Duration {
        self.period
    }
}

/// From `late` after a point of the schedule to the next point.
fn time_to_next_point(late: Duration, period: Duration) -> Duration {
    let into_period = late.as_nanos() % period.as_nanos();
    let into_period = u64::try_from(into_period).map_or(period, Duration::from_nanos);
    period - into_period
}
