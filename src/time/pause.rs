//! A clock that stands still: for tests of what takes long.
//!
//! Paused, the clock goes on by itself only when nobody is ready: then it jumps to the next timer, unless a blocking job runs or a
//! socket of this process has an event. Each timer is fired at its own time and in order, and all that it wakes has run before the
//! next one.

use std::time::Duration;

use super::{Instant, sleep_until};
use crate::runtime::current;

/// Stops this runtime's clock: [`Instant::now`] and timers, not std's.
///
/// # Panics
/// If it stands already; outside of a runtime.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::{Instant, pause, sleep};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// pause();
/// let start = Instant::now();
/// sleep(Duration::from_secs(3600)).await; // at once
/// assert_eq!(start.elapsed(), Duration::from_secs(3600));
/// # });
/// ```
#[track_caller]
pub fn pause() {
    let stopped = current::expect("time::pause").pause();
    assert!(stopped, "`time::pause`: the clock stands already");
}

/// Lets a paused clock run on, from where it stands.
///
/// # Panics
/// If it runs already; outside of a runtime.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::{Instant, pause, resume, sleep};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// pause();
/// let start = Instant::now();
/// sleep(Duration::from_secs(3600)).await; // at once
/// resume();
/// sleep(Duration::from_millis(2)).await; // takes its time
/// assert!(start.elapsed() >= Duration::from_millis(3_600_002));
/// # });
/// ```
#[track_caller]
pub fn resume() {
    let runs = current::expect("time::resume").clock.resume();
    assert!(runs, "`time::resume`: the clock is not paused");
}

/// Whether a paused clock jumps to the next timer when nobody is ready. It does, unless told otherwise: then time passes by
/// [`advance`] alone.
///
/// # Panics
/// Outside of a runtime.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::{advance, pause, set_auto_advance, sleep};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// pause();
/// set_auto_advance(false);
/// let nap = toque::spawn(sleep(Duration::from_secs(60)));
/// toque::task::yield_now().await;
/// assert!(!nap.is_finished()); // nobody moves the clock
/// advance(Duration::from_secs(60)).await;
/// nap.await.unwrap();
/// # });
/// ```
#[track_caller]
pub fn set_auto_advance(on: bool) {
    let core = current::expect("time::set_auto_advance");
    core.clock.set_auto_advance(on);
}

/// Moves a paused clock on by `duration`. On the way every timer is fired at its own time, in order, and the tasks it wakes run.
/// The clock stands for good 584 years after its runtime was built.
///
/// # Panics
/// If the clock is not paused; outside of a runtime.
///
/// # Cancel safety
/// Dropped, it leaves the clock at the last timer it fired.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use toque::time::{Instant, advance, pause};
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// pause();
/// let start = Instant::now();
/// advance(Duration::from_secs(60)).await;
/// assert_eq!(start.elapsed(), Duration::from_secs(60));
/// # });
/// ```
pub async fn advance(duration: Duration) {
    let core = current::expect("time::advance");
    assert!(
        core.clock.is_paused(),
        "`time::advance`: the clock is not paused; call `time::pause` first"
    );
    let target = core.clock.last().min(core.clock.now() + duration);
    let _wanted = Wanted::until(target);
    drop(core);
    // Those who are ready run first.
    crate::future::yield_now().await;
    sleep_until(target).await;
    // And whoever was woken for the same instant.
    crate::future::yield_now().await;
}

/// The clock is wanted to go on so far.
struct Wanted(Instant);

impl Wanted {
    fn until(target: Instant) -> Self {
        if let Some(core) = current::get() {
            core.clock.want(target);
        }
        Self(target)
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        if let Some(core) = current::get() {
            core.clock.want_no_more(self.0);
        }
    }
}
