//! `with_deadline`: cancellation by the clock, which tokens themselves don't know.
//! No task waits: what the runtime's timer calls is the token itself.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;

use super::Instant;
use crate::future::budget;
use crate::runtime::Timer;
use crate::sync::CancellationToken;
use crate::sync::cancellation_token::WeakToken;
use crate::waker::{Ring, waker};

impl CancellationToken {
    /// A [child](Self::child_token) that is cancelled at `deadline`, too, as JavaScript's `AbortSignal.timeout`.
    ///
    /// The time is that of this thread's runtime, and passes only within its `block_on`. Once the last clone is dropped, so is the
    /// timer.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::sync::CancellationToken;
    /// use toque::time::Instant;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let shop = CancellationToken::new();
    /// let lunch = shop.with_deadline(Instant::now() + Duration::from_millis(1));
    /// lunch.cancelled().await;
    /// assert!(!shop.is_cancelled());
    /// # });
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_deadline(&self, deadline: Instant) -> CancellationToken {
        let mut timer = Timer::new(deadline, "CancellationToken::with_deadline");
        let token = self.child_token();
        let alarm = waker(Arc::new(Alarm(token.downgrade())));
        let mut cx = Context::from_waker(&alarm);
        // From here on the timers owe the alarm; one whose time is known to have passed is not set at all.
        let poll = budget::without_limit(|| Pin::new(&mut timer).poll(&mut cx));
        if poll.is_ready() {
            token.cancel();
        }
        token.keep(timer);
        token
    }
}

/// What the timer rings.
struct Alarm(
    /// Weak, since the token keeps the timer, and the timer the alarm.
    WeakToken,
);

impl Ring for Alarm {
    fn ring(&self) {
        if let Some(token) = self.0.upgrade() {
            token.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::{Runtime, current};
    use std::time::Duration;

    #[test]
    fn a_dropped_token_takes_its_timer_along() {
        Runtime::new().unwrap().block_on(async {
            let deadline = Instant::now() + Duration::from_secs(3600);
            let timers = || current::get().unwrap().timers.borrow().next_deadline();
            let token = CancellationToken::new().with_deadline(deadline);
            let same = token.clone();
            drop(token);
            assert!(timers().is_some());
            drop(same);
            assert!(timers().is_none());
        });
    }
}
