//! The back-off: how a socket waits for what no event tells of.
//! Told of every try that failed for such a reason, asked before the next one.
//!
//! A listener that has no descriptor to accept with leaves the connection in its queue, so the next try would fail at once
//! and a server's loop would spin; nothing tells when a descriptor is free again. Nor does anything tell a Unix socket when
//! the queue of the one it calls or sends to has room. So time must do.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::clock::Instant;
use crate::shim::atomic::{AtomicU64, Ordering};
use crate::shim::sync::Mutex;

/// For a shortage of descriptors: 10 ms is long enough to cost nothing, and a second is as long as a client waits without a
/// thought.
const SHORTAGE: Delays = Delays {
    first: Duration::from_millis(10),
    longest: Duration::from_secs(1),
};

/// The first delay, and what doubling it ends at.
#[derive(Clone, Copy)]
pub(super) struct Delays {
    pub(super) first: Duration,
    pub(super) longest: Duration,
}

type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(super) struct Backoff {
    delays: Delays,
    /// Shortages in a row. Zero, as nearly always, spares the lock. Relaxed throughout: it says no more than itself,
    /// and what it leads to is under the lock.
    shortages: AtomicU64,
    /// What the next tries wait for; of meaning while `shortages` is not zero.
    wait: Mutex<Wait>,
}

#[derive(Default)]
struct Wait {
    /// No try before this.
    until: Option<Instant>,
    /// The wait of `poll_accept`, which has no future of its own to keep it in.
    pause: Option<Pause>,
}

impl Backoff {
    /// Of a listener, while the process has no descriptors left.
    pub(super) fn for_shortage() -> Self {
        Self::new(SHORTAGE)
    }

    pub(super) fn new(delays: Delays) -> Self {
        Self {
            delays,
            shortages: AtomicU64::new(0),
            wait: Mutex::new(Wait::default()),
        }
    }

    /// A try has failed for want of something: the next ones wait.
    pub(super) fn shortage(&self) {
        let before = self.shortages.fetch_add(1, Ordering::Relaxed);
        let mut wait = self.wait.lock();
        wait.until = Some(Instant::system() + self.delays.after(before));
        wait.pause = None;
    }

    /// A try has not failed for want of anything.
    pub(super) fn relief(&self) {
        if self.shortages.load(Ordering::Relaxed) != 0 {
            self.shortages.store(0, Ordering::Relaxed);
            *self.wait.lock() = Wait::default();
        }
    }

    /// Waits until a try may be made. Cancelled and called again, it waits for the rest.
    pub(super) async fn passed(&self) {
        let rest = self.rest();
        if !rest.is_zero() {
            crate::runtime::pause_for(rest).await;
        }
    }

    /// As `passed`, for one poller at a time: the last one's waker counts.
    pub(super) fn poll_passed(&self, cx: &mut Context<'_>) -> Poll<()> {
        let rest = self.rest();
        if rest.is_zero() {
            return Poll::Ready(());
        }
        let mut wait = self.wait.lock();
        let pause = wait
            .pause
            .get_or_insert_with(|| Box::pin(crate::runtime::pause_for(rest)));
        ready!(pause.as_mut().poll(cx)); // the timer owes the wake
        wait.pause = None;
        wait.until = None;
        Poll::Ready(())
    }

    fn rest(&self) -> Duration {
        if self.shortages.load(Ordering::Relaxed) == 0 {
            return Duration::ZERO;
        }
        let until = self.wait.lock().until;
        until.map_or(Duration::ZERO, |until| until - Instant::system())
    }
}

impl Delays {
    /// The delay after a shortage that had `before` others before it in a row.
    fn after(self, before: u64) -> Duration {
        let doublings = u32::try_from(before).unwrap_or(u32::MAX);
        self.first
            .saturating_mul(2u32.saturating_pow(doublings))
            .min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_up_to_a_second() {
        let delays: Vec<_> = (0..9).map(|n| SHORTAGE.after(n).as_millis()).collect();
        assert_eq!(delays, [10, 20, 40, 80, 160, 320, 640, 1000, 1000]);
        assert_eq!(SHORTAGE.after(u64::MAX), SHORTAGE.longest);
    }

    #[test]
    fn relief_ends_the_wait() {
        let backoff = Backoff::for_shortage();
        assert_eq!(backoff.rest(), Duration::ZERO);
        backoff.shortage();
        assert!(backoff.rest() > Duration::ZERO);
        backoff.relief();
        assert_eq!(backoff.rest(), Duration::ZERO);
    }
}
