//! A barrier: who has come waits until all have, and who leaves before has not come.

use std::sync::Arc;
use std::task::Poll;

use toque::sync::Barrier;

use super::{Beside, MOST, World, pick, take};
use crate::bells::{AnyWaiter, Turn};

pub(super) struct Pair {
    barrier: Arc<Barrier>,
    size: usize,
    waiters: Vec<Entry>,
}

struct Entry {
    stage: Stage,
    /// It gave way, since its budget was spent.
    gave_way: bool,
    waiter: AnyWaiter<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    New,
    Arrived,
    /// All have come.
    Released,
}

impl Pair {
    pub(super) fn new(size: usize) -> Self {
        Self {
            barrier: Arc::new(Barrier::new(size)),
            size,
            waiters: Vec::new(),
        }
    }

    fn come(&mut self) {
        if self.waiters.len() == MOST {
            return;
        }
        let barrier = Arc::clone(&self.barrier);
        self.waiters.push(Entry {
            stage: Stage::New,
            gave_way: false,
            waiter: AnyWaiter::any(async move { barrier.wait().await.is_leader() }),
        });
    }

    /// Whether the arrival of one more lets all go; then it does.
    fn is_last(&mut self) -> bool {
        let arrived = |entry: &&mut Entry| entry.stage == Stage::Arrived;
        let waiting: Vec<_> = self.waiters.iter_mut().filter(arrived).collect();
        let is_last = waiting.len() + 1 == self.size;
        if is_last {
            waiting
                .into_iter()
                .for_each(|entry| entry.stage = Stage::Released);
        }
        is_last
    }

    /// Whether it is ready, and whether as the leader.
    fn expect(&mut self, index: usize) -> Poll<bool> {
        let stage = self.waiters[index].stage;
        match stage {
            Stage::New if self.is_last() => Poll::Ready(true),
            Stage::New => {
                self.waiters[index].stage = Stage::Arrived;
                Poll::Pending
            }
            Stage::Arrived => Poll::Pending,
            Stage::Released => Poll::Ready(false),
        }
    }
}

impl Beside for Pair {
    fn poll(&mut self, world: &World, nth: usize, turn: Turn) {
        let Some(index) = pick(&self.waiters, nth) else {
            return;
        };
        let expected = if turn.is_spent {
            Poll::Pending
        } else {
            self.expect(index)
        };
        let entry = &mut self.waiters[index];
        entry.gave_way = turn.is_spent;
        assert_eq!(entry.waiter.poll(&world.bells, turn), expected);
        if expected.is_ready() {
            self.waiters.remove(index);
        }
    }

    fn leave(&mut self, _: &World, nth: usize) {
        drop(take(&mut self.waiters, nth));
    }

    fn act(&mut self, _: &World, _: u8, _: usize) {
        self.come();
    }

    fn check(&self, _: &World) {
        for entry in &self.waiters {
            let can_go_on = entry.stage == Stage::Released || entry.gave_way;
            assert_eq!(entry.waiter.is_woken(), can_go_on, "{:?}", entry.stage);
        }
    }
}
