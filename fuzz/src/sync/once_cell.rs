//! A cell that the first who needs it fills, by a future that ends, fails or is dropped; then it is the next one's turn.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use toque::sync::OnceCell;

use super::permits::Permits;
use super::{Beside, MOST, World, pick, take};
use crate::bells::{AnyWaiter, Turn};
use crate::ledger::{Ledger, Value};

pub(super) struct Pair {
    cell: Rc<OnceCell<Value>>,
    is_full: bool,
    /// The right to fill it.
    model: Permits,
    waiters: Vec<Entry>,
}

struct Entry {
    number: usize,
    stage: Stage,
    gate: Gate,
    waiter: AnyWaiter<Result<usize, ()>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    New,
    /// Waits for the value or for the right to make it.
    Waiting,
    /// Makes it.
    Filling,
}

/// Where the future of one who fills waits.
#[derive(Clone, Default)]
struct Gate(Rc<RefCell<Passage>>);

#[derive(Default)]
struct Passage {
    /// How it is to end, once that is known.
    end: Option<Result<(), ()>>,
    waker: Option<Waker>,
}

impl Gate {
    fn open(&self, end: Result<(), ()>) {
        let mut gate = self.0.borrow_mut();
        gate.end.get_or_insert(end);
        let waker = gate.waker.take();
        drop(gate);
        waker.into_iter().for_each(Waker::wake);
    }

    fn end(&self) -> Option<Result<(), ()>> {
        self.0.borrow().end
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<Result<(), ()>> {
        let mut gate = self.0.borrow_mut();
        gate.waker = Some(cx.waker().clone());
        gate.end.map_or(Poll::Pending, Poll::Ready)
    }

    async fn pass(self, ledger: Ledger) -> Result<Value, ()> {
        poll_fn(|cx| self.poll(cx)).await?;
        Ok(ledger.value())
    }
}

impl Pair {
    pub(super) fn new(_: &World) -> Self {
        Self {
            cell: Rc::default(),
            is_full: false,
            model: Permits::new(1),
            waiters: Vec::new(),
        }
    }

    fn wait(&mut self, world: &World) {
        if self.waiters.len() == MOST {
            return;
        }
        let gate = Gate::default();
        let (cell, fill) = (
            Rc::clone(&self.cell),
            gate.clone().pass(world.ledger.clone()),
        );
        let value = async move { Ok(cell.get_or_try_init(|| fill).await?.number) };
        self.waiters.push(Entry {
            number: self.model.number(),
            stage: Stage::New,
            gate,
            waiter: AnyWaiter::any(value),
        });
    }

    fn open(&mut self, nth: usize, end: Result<(), ()>) {
        if let Some(index) = pick(&self.waiters, nth) {
            self.waiters[index].gate.open(end);
        }
    }

    fn set(&mut self, world: &World) {
        let set = self.cell.set(world.ledger.value());
        if let Err(error) = &set {
            assert_eq!(error.is_already_init_err(), self.is_full);
        }
        assert_eq!(set.is_ok(), self.model.try_take(1).is_ok());
        if set.is_ok() {
            self.fill();
        }
    }

    /// It is full: nobody waits any more.
    fn fill(&mut self) {
        self.is_full = true;
        self.model.close();
        self.model.give(1);
    }

    /// Whether one who waits is to be ready, and whether with a value.
    fn expect(&mut self, index: usize, turn: Turn) -> Poll<Result<(), ()>> {
        let entry = &mut self.waiters[index];
        if entry.stage == Stage::New && self.is_full {
            return Poll::Ready(Ok(()));
        }
        if entry.stage != Stage::Filling {
            entry.stage = Stage::Waiting;
            match self.model.poll(entry.number, 1, turn.is_spent) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(())) => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(())) => entry.stage = Stage::Filling,
            }
        }
        match entry.gate.end() {
            None => return Poll::Pending,
            Some(Ok(())) => self.fill(),
            Some(Err(())) => {
                self.model.give(1);
                return Poll::Ready(Err(()));
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Beside for Pair {
    fn poll(&mut self, world: &World, nth: usize, turn: Turn) {
        let Some(index) = pick(&self.waiters, nth) else {
            return;
        };
        let expected = self.expect(index, turn);
        let polled = self.waiters[index].waiter.poll(&world.bells, turn);
        assert_eq!(polled.map_ok(drop), expected);
        if let Poll::Ready(Ok(number)) = polled {
            assert_eq!(self.cell.get().map(|value| value.number), Some(number));
        }
        if polled.is_ready() {
            self.waiters.remove(index);
        }
    }

    fn leave(&mut self, _: &World, nth: usize) {
        let Some(entry) = take(&mut self.waiters, nth) else {
            return;
        };
        match entry.stage {
            Stage::Filling => self.model.give(1),
            _ => self.model.leave(entry.number),
        }
    }

    fn act(&mut self, world: &World, act: u8, nth: usize) {
        match act {
            0..=3 => self.wait(world),
            4..=6 => self.open(nth, Err(())),
            7 | 8 => self.open(nth, Ok(())),
            _ if nth < 4 => self.set(world),
            _ => self.wait(world),
        }
    }

    fn check(&self, world: &World) {
        assert_eq!(self.cell.initialized(), self.is_full);
        assert_eq!(world.ledger.alive(), usize::from(self.is_full));
        for entry in &self.waiters {
            let can_go_on = match entry.stage {
                Stage::New => false,
                Stage::Waiting => self.model.can_go_on(entry.number),
                Stage::Filling => entry.gate.end().is_some(),
            };
            assert_eq!(entry.waiter.is_woken(), can_go_on, "{:?}", entry.stage);
        }
    }
}
