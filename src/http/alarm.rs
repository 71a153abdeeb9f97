//! The alarm: one timer for deadlines that move with every request.
//! The stream asks it. It is moved only when a deadline is earlier than what it is set to, so that a busy connection sets it once
//! in a while and not twice a request; one that rings too early is set again.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::time::{Instant, Sleep, sleep_until};

#[derive(Debug, Default)]
pub(super) struct Alarm {
    /// None until the first deadline.
    sleep: Option<Sleep>,
}

impl Alarm {
    /// Ready once `deadline` has passed.
    pub(super) fn poll_passed(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.sleep.get_or_insert_with(|| sleep_until(deadline));
        if deadline < sleep.deadline() {
            sleep.reset(deadline);
        }
        loop {
            ready!(Pin::new(&mut *sleep).poll(cx)); // the timer owes the wake
            if Instant::now() >= deadline {
                return Poll::Ready(());
            }
            sleep.reset(deadline);
        }
    }
}
