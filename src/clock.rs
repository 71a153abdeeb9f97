//! The clock: what time it is for one runtime, counted from the runtime's start.
//! Read by the runtime once before and once after it waits; timers live on its nanoseconds.

use std::cell::Cell;
use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::Duration;

/// A point in time on the monotonic clock.
///
/// A wrapper of [`std::time::Instant`] whose arithmetic saturates instead of panicking, so that
/// `Instant::now() + Duration::MAX` means "never".
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::Instant;
///
/// let never = Instant::now() + Duration::MAX;
/// assert!(never > Instant::now() + Duration::from_secs(3600));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(std::time::Instant);

impl Instant {
    pub(crate) fn system() -> Self {
        Self(std::time::Instant::now())
    }

    /// The instant as std's.
    pub fn into_std(self) -> std::time::Instant {
        self.0
    }

    /// The instant of std's.
    pub fn from_std(instant: std::time::Instant) -> Self {
        Self(instant)
    }

    /// The time since `earlier`, zero if that is later.
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// The time since `earlier`, zero if that is later.
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }

    /// The time since `earlier`, `None` if that is later.
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        self.0.checked_duration_since(earlier.0)
    }

    /// The sum, `None` where it can't be represented.
    pub fn checked_add(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_add(duration).map(Self)
    }

    /// The difference, `None` where it can't be represented.
    pub fn checked_sub(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_sub(duration).map(Self)
    }
}

/// What `instant + Duration::MAX` becomes: far enough that no program sees it, near enough for every platform.
const FAR: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        let sum = self.0.checked_add(duration);
        // The second step keeps order even where `self` is far away already.
        let far = || self.0.checked_add(FAR);
        Self(sum.or_else(far).unwrap_or(self.0))
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;

    /// The earlier instant; the same one where it can't be represented.
    fn sub(self, duration: Duration) -> Instant {
        Self(self.0.checked_sub(duration).unwrap_or(self.0))
    }
}

impl SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

impl Sub for Instant {
    type Output = Duration;

    /// The time between the two, zero if the right one is later.
    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<std::time::Instant> for Instant {
    fn from(instant: std::time::Instant) -> Self {
        Self(instant)
    }
}

impl From<Instant> for std::time::Instant {
    fn from(instant: Instant) -> Self {
        instant.0
    }
}

/// One runtime's clock: instants outside, nanoseconds since its origin inside.
#[derive(Debug)]
pub(crate) struct Clock {
    /// Where the nanoseconds count from. Timers compare plain numbers, half the size of an instant.
    origin: Instant,
    /// The last answer of `now_ns`: a lower bound that costs no look.
    last_seen: Cell<u64>,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self {
            origin: Instant::system(),
            last_seen: Cell::new(0),
        }
    }

    pub(crate) fn now(&self) -> Instant {
        Instant::system()
    }

    /// Now, in nanoseconds since the origin.
    pub(crate) fn now_ns(&self) -> u64 {
        let now = self.ns(self.now());
        self.last_seen.set(now);
        now
    }

    /// Whether `ns` is known to have passed, without a look at the clock.
    pub(crate) fn has_seen(&self, ns: u64) -> bool {
        ns <= self.last_seen.get()
    }

    /// `instant` in nanoseconds since the origin: 0 for what is before it, `u64::MAX` ("never") after 584 years.
    pub(crate) fn ns(&self, instant: Instant) -> u64 {
        u64::try_from(instant.duration_since(self.origin).as_nanos()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_more_than_time_holds_saturates() {
        let now = Instant::system();
        let never = now + Duration::MAX;
        assert!(never > now + Duration::from_secs(365 * 24 * 3600));
        assert!(never + Duration::MAX >= never);
        assert_eq!(now - (now + Duration::from_secs(1)), Duration::ZERO);
    }

    #[test]
    fn the_clock_counts_from_its_origin() {
        let clock = Clock::new();
        assert_eq!(clock.ns(clock.origin - Duration::from_secs(1)), 0);
        assert_eq!(clock.ns(clock.origin + Duration::from_nanos(7)), 7);
    }
}
