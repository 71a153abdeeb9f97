//! The bell of `block_on`'s own future: it has no task, so its waker is made by hand.
//! Rung, it puts the future at the end of the queue, like a task.

use std::sync::Arc;

use super::here;
use super::home::{Home, Message};
use crate::waker::{Latch, Ring};

pub(crate) struct MainBell {
    home: Arc<Home>,
    /// Rung, and not yet answered by a poll: it is in the queue already.
    rung: Latch,
}

impl MainBell {
    pub(crate) fn new(home: Arc<Home>) -> Self {
        Self {
            home,
            rung: Latch::new(),
        }
    }

    /// The future is about to be polled; what was rung for is seen by that poll. False if nobody has rung.
    pub(crate) fn answer(&self) -> bool {
        self.rung.reset()
    }
}

impl Ring for MainBell {
    fn ring(&self) {
        if !self.rung.set() {
            return;
        }
        if here::at(&self.home, |executor| executor.wakes_main()).is_none() {
            // If the executor has gone, so has the future.
            drop(self.home.send(Message::Main));
        }
    }
}
