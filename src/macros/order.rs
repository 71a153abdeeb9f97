//! The order in which the branches of one macro are polled: one is the first, the others follow it around.

use std::iter::Chain;
use std::ops::Range;

use crate::runtime::random_below;

/// The numbers of the branches, in the order in which they are polled.
type Turn = Chain<Range<u32>, Range<u32>>;

fn from(first: u32, count: u32) -> Turn {
    (first..count).chain(0..first)
}

/// As they are written: what `biased;` asks for.
#[derive(Debug)]
pub struct InOrder;

impl InOrder {
    /// The order of one poll.
    #[inline]
    pub fn turn(&mut self, count: u32) -> Turn {
        from(0, count)
    }
}

/// Another one is the first in each poll. So none starves if the first one spends the task's whole budget.
#[derive(Debug, Default)]
pub struct Rotating {
    next: u32,
}

impl Rotating {
    /// The order of one poll.
    #[inline]
    pub fn turn(&mut self, count: u32) -> Turn {
        let first = self.next;
        self.next = (first + 1) % count;
        from(first, count)
    }
}

/// Any one is the first. A `select!` lives for one output, so it has no turns to remember.
#[derive(Debug)]
pub struct Random;

impl Random {
    /// The order of one poll.
    #[inline]
    pub fn turn(&mut self, count: u32) -> Turn {
        from(random_below(count), count)
    }
}
