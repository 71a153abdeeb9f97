//! The clock: what time it is for one runtime, counted from the runtime's start.
//! Read by the runtime once before and once after it waits; timers live on its nanoseconds.

use std::cell::{Cell, RefCell};
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
    ///
    /// # Example
    /// ```
    /// use toque::time::Instant;
    ///
    /// let now = Instant::now();
    /// assert_eq!(Instant::from_std(now.into_std()), now);
    /// ```
    pub fn into_std(self) -> std::time::Instant {
        self.0
    }

    /// The instant of std's.
    ///
    /// # Example
    /// ```
    /// use toque::time::Instant;
    ///
    /// let now = std::time::Instant::now();
    /// assert_eq!(Instant::from_std(now).into_std(), now);
    /// ```
    pub fn from_std(instant: std::time::Instant) -> Self {
        Self(instant)
    }

    /// The time since `earlier`, zero if that is later.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::Instant;
    ///
    /// let now = Instant::now();
    /// let later = now + Duration::from_secs(1);
    /// assert_eq!(later.duration_since(now), Duration::from_secs(1));
    /// ```
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// The time since `earlier`, zero if that is later.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::Instant;
    ///
    /// let now = Instant::now();
    /// let later = now + Duration::from_secs(1);
    /// assert_eq!(now.saturating_duration_since(later), Duration::ZERO);
    /// ```
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }

    /// The time since `earlier`, `None` if that is later.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::Instant;
    ///
    /// let now = Instant::now();
    /// let later = now + Duration::from_secs(1);
    /// assert_eq!(now.checked_duration_since(later), None);
    /// ```
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        self.0.checked_duration_since(earlier.0)
    }

    /// The sum, `None` where it can't be represented.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::Instant;
    ///
    /// let now = Instant::now();
    /// assert_eq!(now.checked_add(Duration::from_secs(1)), Some(now + Duration::from_secs(1)));
    /// assert_eq!(now.checked_add(Duration::MAX), None);
    /// ```
    pub fn checked_add(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_add(duration).map(Self)
    }

    /// The difference, `None` where it can't be represented.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::time::Instant;
    ///
    /// let now = Instant::now();
    /// let later = now + Duration::from_secs(1);
    /// assert_eq!(later.checked_sub(Duration::from_secs(1)), Some(now));
    /// ```
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
///
/// A test may pause it. From then on it moves only when it is told to, and after that it runs on from where it was left.
#[derive(Debug)]
pub(crate) struct Clock {
    /// Where the nanoseconds count from. Timers compare plain numbers, half the size of an instant.
    origin: Instant,
    /// What now is.
    time: Cell<Time>,
    /// The last answer of `now_ns`: a lower bound that costs no look.
    last_seen: Cell<u64>,
    /// Whether a paused clock goes on to the next timer when nobody is ready.
    auto_advance: Cell<bool>,
    /// How far each `advance` that runs wants it, whatever else holds.
    wanted: RefCell<Vec<Instant>>,
}

#[derive(Clone, Copy, Debug)]
enum Time {
    /// The system's.
    Real,
    /// Paused here.
    Paused(Instant),
    /// It was paused, and runs on from `then`, which was `since` by the system's clock.
    Shifted { then: Instant, since: Instant },
}

impl Clock {
    pub(crate) fn new(start_paused: bool) -> Self {
        let origin = Instant::system();
        let time = if start_paused {
            Time::Paused(origin)
        } else {
            Time::Real
        };
        Self {
            origin,
            time: Cell::new(time),
            last_seen: Cell::new(0),
            auto_advance: Cell::new(true),
            wanted: RefCell::default(),
        }
    }

    #[inline]
    pub(crate) fn now(&self) -> Instant {
        match self.time.get() {
            Time::Real => Instant::system(),
            Time::Paused(now) => now,
            Time::Shifted { then, since } => then + (Instant::system() - since),
        }
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
        let since = instant.duration_since(self.origin);
        // In 64 bits: `as_nanos` computes in 128.
        let seconds = since.as_secs().checked_mul(1_000_000_000);
        let nanos = seconds.and_then(|ns| ns.checked_add(since.subsec_nanos().into()));
        nanos.unwrap_or(u64::MAX)
    }

    /// The last instant that is not "never".
    pub(crate) fn last(&self) -> Instant {
        self.origin + Duration::from_nanos(u64::MAX - 1)
    }

    pub(crate) fn is_paused(&self) -> bool {
        matches!(self.time.get(), Time::Paused(_))
    }

    /// Stops it. False if it stands already.
    pub(crate) fn pause(&self) -> bool {
        let runs = !self.is_paused();
        self.time.set(Time::Paused(self.now()));
        runs
    }

    /// Lets it run on. False if it runs already.
    pub(crate) fn resume(&self) -> bool {
        let Time::Paused(then) = self.time.get() else {
            return false;
        };
        let since = Instant::system();
        self.time.set(Time::Shifted { then, since });
        true
    }

    pub(crate) fn set_auto_advance(&self, on: bool) {
        self.auto_advance.set(on);
    }

    /// Wants the paused clock to go on to `target`.
    pub(crate) fn want(&self, target: Instant) {
        self.wanted.borrow_mut().push(target);
    }

    /// Wants it no more.
    pub(crate) fn want_no_more(&self, target: Instant) {
        let mut wanted = self.wanted.borrow_mut();
        if let Some(at) = wanted.iter().position(|other| *other == target) {
            wanted.swap_remove(at);
        }
    }

    /// Moves a paused clock on to a timer at `deadline`, if it may: `idle` is whether only time can bring anything about.
    pub(crate) fn advance_to(&self, deadline: u64, idle: bool) -> bool {
        let Time::Paused(now) = self.time.get() else {
            return false;
        };
        if deadline == u64::MAX {
            return false; // never
        }
        let furthest = self.wanted.borrow().iter().max().copied();
        let wanted = furthest.is_some_and(|target| deadline <= self.ns(target));
        let free = idle && self.auto_advance.get();
        if !wanted && !free {
            return false;
        }
        let then = self.origin + Duration::from_nanos(deadline);
        self.time.set(Time::Paused(then.max(now)));
        true
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
    fn instants_are_reckoned_with_as_stds_are() {
        let (second, now) = (Duration::from_secs(1), Instant::system());
        let (mut later, std) = (now, now.into_std());
        later += second;
        assert_eq!(later.into_std(), std + second);
        assert_eq!(later, now + second);
        assert_eq!(later, Instant::from_std(std + second));
        assert_eq!(now.checked_add(second), Some(later));
        assert_eq!(later.checked_sub(second), Some(now));
        assert_eq!(now.checked_add(Duration::MAX), None);
        for since in [later.duration_since(now), later - now] {
            assert_eq!(since, second);
        }
        assert_eq!(later.saturating_duration_since(now), second);
        assert_eq!(now.saturating_duration_since(later), Duration::ZERO);
        assert_eq!(later.checked_duration_since(now), Some(second));
        assert_eq!(now.checked_duration_since(later), None);
        later -= second;
        assert_eq!(later, now);
        assert_eq!(format!("{now:?}"), format!("{std:?}"));
    }

    #[test]
    fn never_is_a_hundred_years() {
        let now = Instant::system();
        let years = |n: u64| Duration::from_secs(n * 365 * 24 * 3600);
        assert!(now + Duration::MAX >= now + years(100));
        assert!(now + Duration::MAX <= now + years(101));
    }

    #[test]
    fn the_clock_counts_from_its_origin() {
        let clock = Clock::new(false);
        assert_eq!(clock.ns(clock.origin - Duration::from_secs(1)), 0);
        assert_eq!(clock.ns(clock.origin + Duration::from_nanos(7)), 7);
        assert_eq!(clock.ns(clock.origin + Duration::new(3, 7)), 3_000_000_007);
        let centuries = Duration::from_secs(6 * 100 * 365 * 24 * 3600);
        let far = clock.origin.checked_add(centuries);
        assert_eq!(far.map_or(u64::MAX, |far| clock.ns(far)), u64::MAX);
    }

    #[test]
    fn what_was_seen_needs_no_look() {
        let clock = Clock::new(true);
        assert!(clock.has_seen(0));
        assert!(!clock.has_seen(5));
        assert!(clock.advance_to(5, true));
        assert!(!clock.has_seen(5), "nobody has looked");
        assert_eq!(clock.now_ns(), 5);
        assert!(clock.has_seen(5));
        assert!(!clock.has_seen(6));
    }

    #[test]
    fn a_clock_that_runs_again_counts_on() {
        let clock = Clock::new(true);
        let start = clock.now();
        assert!(clock.is_paused());
        assert!(clock.advance_to(3_600_000_000_000, true));
        assert!(!clock.advance_to(u64::MAX, true), "never");
        assert!(clock.resume());
        assert!(!clock.is_paused());
        assert!(!clock.advance_to(7_200_000_000_000, true), "it runs");
        let first = clock.now();
        let system = Instant::system();
        while Instant::system() - system < Duration::from_millis(2) {}
        let went = clock.now() - first;
        assert!(went >= Duration::from_millis(2) && went < Duration::from_secs(3600));
        assert!(first - start < Duration::from_secs(2 * 3600));
    }

    #[test]
    fn a_paused_clock_moves_when_it_is_told_to() {
        let clock = Clock::new(true);
        let start = clock.now();
        assert!(!clock.advance_to(5, false), "somebody is busy");
        assert!(clock.advance_to(5, true));
        assert_eq!(clock.now() - start, Duration::from_nanos(5));
        clock.set_auto_advance(false);
        assert!(!clock.advance_to(9, true));
        let target = start + Duration::from_nanos(7);
        clock.want(target);
        clock.want(start + Duration::from_nanos(6));
        clock.want_no_more(start + Duration::from_nanos(6));
        assert!(!clock.advance_to(9, true), "too far");
        assert!(clock.advance_to(7, false));
        assert_eq!(clock.now() - start, Duration::from_nanos(7));
        assert!(clock.resume());
        assert!(!clock.resume());
        assert!(clock.now() - start >= Duration::from_nanos(7), "never back");
        assert!(clock.pause());
        assert!(!clock.pause());
    }
}
