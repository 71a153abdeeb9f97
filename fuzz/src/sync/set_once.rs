//! A cell that is set once, and those who wait for it.

use std::rc::Rc;
use std::task::Poll;

use toque::sync::SetOnce;

use super::{Beside, MOST, World, pick, take};
use crate::bells::{AnyWaiter, Turn};
use crate::ledger::Value;

pub(super) struct Pair {
    cell: Rc<SetOnce<Value>>,
    /// The number of the value, once there is one.
    value: Option<usize>,
    waiters: Vec<Entry>,
}

struct Entry {
    /// It gave way, since its budget was spent.
    gave_way: bool,
    waiter: AnyWaiter<usize>,
}

impl Pair {
    pub(super) fn new(_: &World) -> Self {
        Self {
            cell: Rc::default(),
            value: None,
            waiters: Vec::new(),
        }
    }

    fn wait(&mut self) {
        if self.waiters.len() == MOST {
            return;
        }
        let cell = Rc::clone(&self.cell);
        self.waiters.push(Entry {
            gave_way: false,
            waiter: AnyWaiter::any(async move { cell.wait().await.number }),
        });
    }

    fn set(&mut self, world: &World) {
        let value = world.ledger.value();
        let number = value.number;
        let set = self.cell.set(value);
        assert_eq!(set.is_err(), self.value.is_some());
        if let Err(error) = set {
            assert_eq!(error.0.number, number);
        }
        self.value.get_or_insert(number);
    }
}

impl Beside for Pair {
    fn poll(&mut self, world: &World, nth: usize, turn: Turn) {
        let Some(index) = pick(&self.waiters, nth) else {
            return;
        };
        let value = self.value.filter(|_| !turn.is_spent);
        let entry = &mut self.waiters[index];
        entry.gave_way = turn.is_spent;
        let polled = entry.waiter.poll(&world.bells, turn);
        assert_eq!(polled, value.map_or(Poll::Pending, Poll::Ready));
        if polled.is_ready() {
            self.waiters.remove(index);
        }
    }

    fn leave(&mut self, _: &World, nth: usize) {
        drop(take(&mut self.waiters, nth));
    }

    fn act(&mut self, world: &World, act: u8, _: usize) {
        match act {
            0..8 => self.wait(),
            _ => self.set(world),
        }
    }

    fn check(&self, world: &World) {
        assert_eq!(self.cell.get().map(|value| value.number), self.value);
        assert_eq!(world.ledger.alive(), usize::from(self.value.is_some()));
        for entry in &self.waiters {
            let can_go_on = entry.gave_way || entry.waiter.was_polled() && self.value.is_some();
            assert_eq!(entry.waiter.is_woken(), can_go_on);
        }
    }
}
