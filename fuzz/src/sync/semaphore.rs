//! A semaphore: acquires of any size, permits that are split, merged and forgotten.

use std::sync::Arc;

use toque::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use super::permits::Permits;
use super::{Beside, MOST, World, pick, take};
use crate::bells::{AnyWaiter, Turn};

pub(super) struct Pair {
    semaphore: Arc<Semaphore>,
    model: Permits,
    waiters: Vec<Acquire>,
    permits: Vec<OwnedSemaphorePermit>,
    /// How many there should be in all.
    total: usize,
}

struct Acquire {
    number: usize,
    wanted: usize,
    waiter: AnyWaiter<Result<OwnedSemaphorePermit, AcquireError>>,
}

impl Pair {
    pub(super) fn new(permits: usize) -> Self {
        Self {
            semaphore: Arc::new(Semaphore::new(permits)),
            model: Permits::new(permits),
            waiters: Vec::new(),
            permits: Vec::new(),
            total: permits,
        }
    }

    fn acquire(&mut self, wanted: usize) {
        if self.waiters.len() == MOST {
            return;
        }
        let semaphore = Arc::clone(&self.semaphore);
        self.waiters.push(Acquire {
            number: self.model.number(),
            wanted,
            waiter: AnyWaiter::any(semaphore.acquire_many_owned(wanted as u32)),
        });
    }

    fn try_acquire(&mut self, wanted: usize) {
        let semaphore = Arc::clone(&self.semaphore);
        let taken = semaphore.try_acquire_many_owned(wanted as u32);
        assert_eq!(taken.is_ok(), self.model.try_take(wanted).is_ok());
        self.permits.extend(taken);
    }

    fn release(&mut self, nth: usize) {
        if let Some(permit) = take(&mut self.permits, nth) {
            self.model.give(permit.num_permits());
            drop(permit);
        }
    }

    fn forget(&mut self, nth: usize) {
        if let Some(permit) = take(&mut self.permits, nth) {
            self.total -= permit.num_permits();
            permit.forget();
        }
    }

    fn split(&mut self, nth: usize) {
        let Some(index) = pick(&self.permits, nth) else {
            return;
        };
        let has_one = self.permits[index].num_permits() > 0;
        let one = self.permits[index].split(1);
        assert_eq!(one.is_some(), has_one);
        self.permits.extend(one);
    }

    fn merge(&mut self, nth: usize) {
        let Some(other) = take(&mut self.permits, nth) else {
            return;
        };
        match self.permits.last_mut() {
            Some(permit) => permit.merge(other),
            None => self.permits.push(other),
        }
    }

    fn add(&mut self, permits: usize) {
        self.semaphore.add_permits(permits);
        self.model.give(permits);
        self.total += permits;
    }

    fn forget_free(&mut self, permits: usize) {
        let forgotten = permits.min(self.model.free);
        assert_eq!(self.semaphore.forget_permits(permits), forgotten);
        self.model.free -= forgotten;
        self.total -= forgotten;
    }
}

impl Beside for Pair {
    fn poll(&mut self, world: &World, nth: usize, turn: Turn) {
        let Some(index) = pick(&self.waiters, nth) else {
            return;
        };
        let Acquire {
            number,
            wanted,
            waiter,
        } = &mut self.waiters[index];
        let expected = self.model.poll(*number, *wanted, turn.is_spent);
        let polled = waiter.poll(&world.bells, turn);
        let answer = polled.map(|got| {
            let got = got.map_err(drop)?;
            self.permits.push(got);
            Ok(())
        });
        assert_eq!(answer, expected);
        if answer.is_ready() {
            self.waiters.remove(index);
        }
    }

    fn leave(&mut self, _: &World, nth: usize) {
        if let Some(acquire) = take(&mut self.waiters, nth) {
            self.model.leave(acquire.number);
        }
    }

    fn act(&mut self, _: &World, act: u8, nth: usize) {
        match act {
            0 | 1 => self.acquire(nth % 4),
            2 => self.try_acquire(nth % 4),
            3 | 4 => self.release(nth),
            5 => self.forget(nth),
            6 => self.split(nth),
            7 => self.merge(nth),
            8 => self.add(nth % 4),
            9 => self.forget_free(nth % 4),
            _ if nth == 0 => {
                self.semaphore.close();
                self.model.close();
            }
            _ => self.acquire(1),
        }
    }

    fn check(&self, _: &World) {
        assert_eq!(self.semaphore.available_permits(), self.model.free);
        assert_eq!(self.semaphore.is_closed(), self.model.is_closed());
        let held = self.permits.iter().map(OwnedSemaphorePermit::num_permits);
        assert_eq!(held.sum::<usize>() + self.model.total(), self.total);
        for Acquire { number, waiter, .. } in &self.waiters {
            assert_eq!(waiter.is_woken(), self.model.can_go_on(*number), "{number}");
        }
    }
}
