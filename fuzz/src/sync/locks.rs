//! A mutex, or a lock for readers and writers: both are permits, of which a writer takes all.

use std::sync::Arc;

use toque::sync::{
    Mutex, OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, TryLockError,
};

use super::permits::Permits;
use super::{Beside, MOST, World, pick, take};
use crate::bells::{AnyWaiter, Turn};

pub(super) struct Pair {
    lock: Lock,
    /// As many permits as readers.
    readers: usize,
    model: Permits,
    waiters: Vec<Entry>,
    guards: Vec<Guard>,
    /// How many writers there were: the value.
    writes: usize,
}

#[derive(Clone)]
enum Lock {
    Mutex(Arc<Mutex<usize>>),
    Both(Arc<RwLock<usize>>),
}

enum Guard {
    Mutex(OwnedMutexGuard<usize>),
    Read(OwnedRwLockReadGuard<usize>),
    Write(OwnedRwLockWriteGuard<usize>),
}

struct Entry {
    number: usize,
    writes: bool,
    waiter: AnyWaiter<Guard>,
}

impl Lock {
    async fn lock(self, writes: bool) -> Guard {
        match self {
            Self::Mutex(mutex) => Guard::Mutex(mutex.lock_owned().await),
            Self::Both(lock) if writes => Guard::Write(lock.write_owned().await),
            Self::Both(lock) => Guard::Read(lock.read_owned().await),
        }
    }

    fn try_lock(self, writes: bool) -> Result<Guard, TryLockError> {
        Ok(match self {
            Self::Mutex(mutex) => Guard::Mutex(mutex.try_lock_owned()?),
            Self::Both(lock) if writes => Guard::Write(lock.try_write_owned()?),
            Self::Both(lock) => Guard::Read(lock.try_read_owned()?),
        })
    }
}

impl Pair {
    pub(super) fn mutex() -> Self {
        Self::new(Lock::Mutex(Arc::default()), 1)
    }

    pub(super) fn rwlock(readers: usize) -> Self {
        let lock = RwLock::with_max_readers(0, readers as u32);
        Self::new(Lock::Both(Arc::new(lock)), readers)
    }

    fn new(lock: Lock, readers: usize) -> Self {
        Self {
            lock,
            readers,
            model: Permits::new(readers),
            waiters: Vec::new(),
            guards: Vec::new(),
            writes: 0,
        }
    }

    fn wait(&mut self, writes: bool) {
        if self.waiters.len() == MOST {
            return;
        }
        self.waiters.push(Entry {
            number: self.model.number(),
            writes,
            waiter: AnyWaiter::any(self.lock.clone().lock(writes)),
        });
    }

    fn permits(&self, writes: bool) -> usize {
        if writes { self.readers } else { 1 }
    }

    fn try_lock(&mut self, writes: bool) {
        let guard = self.lock.clone().try_lock(writes);
        let expected = self.model.try_take(self.permits(writes));
        assert_eq!(guard.is_ok(), expected.is_ok());
        guard.into_iter().for_each(|guard| self.enter(guard));
    }

    /// A guard is there: it sees what the last writer has left, and writes on.
    fn enter(&mut self, mut guard: Guard) {
        let value = match &mut guard {
            Guard::Mutex(value) => &mut **value,
            Guard::Write(value) => &mut **value,
            Guard::Read(value) => {
                assert_eq!(**value, self.writes);
                return self.guards.push(guard);
            }
        };
        assert_eq!(*value, self.writes);
        *value += 1;
        self.writes += 1;
        self.guards.push(guard);
    }

    fn unlock(&mut self, nth: usize) {
        if let Some(guard) = take(&mut self.guards, nth) {
            let writes = matches!(guard, Guard::Write(_));
            self.model.give(self.permits(writes));
            drop(guard);
        }
    }

    fn downgrade(&mut self, nth: usize) {
        match take(&mut self.guards, nth) {
            Some(Guard::Write(guard)) => {
                self.model.give(self.readers - 1);
                self.guards.push(Guard::Read(guard.downgrade()));
            }
            guard => self.guards.extend(guard),
        }
    }
}

impl Beside for Pair {
    fn poll(&mut self, world: &World, nth: usize, turn: Turn) {
        let Some(index) = pick(&self.waiters, nth) else {
            return;
        };
        let wanted = self.permits(self.waiters[index].writes);
        let Entry { number, waiter, .. } = &mut self.waiters[index];
        let expected = self.model.poll(*number, wanted, turn.is_spent);
        let mut guard = None;
        let polled = waiter.poll(&world.bells, turn);
        let answer = polled.map(|got| {
            guard = Some(got);
            Ok(())
        });
        assert_eq!(answer, expected);
        if let Some(guard) = guard {
            self.waiters.remove(index);
            self.enter(guard);
        }
    }

    fn leave(&mut self, _: &World, nth: usize) {
        if let Some(entry) = take(&mut self.waiters, nth) {
            self.model.leave(entry.number);
        }
    }

    fn act(&mut self, _: &World, act: u8, nth: usize) {
        match act {
            0..=3 => self.wait(nth % 2 == 0),
            4 | 5 => self.try_lock(nth % 2 == 0),
            6 => self.downgrade(nth),
            _ => self.unlock(nth),
        }
    }

    fn check(&self, _: &World) {
        let held = |guard: &Guard| self.permits(matches!(guard, Guard::Write(_)));
        let held: usize = self.guards.iter().map(held).sum();
        assert_eq!(held + self.model.total(), self.readers);
        for Entry { number, waiter, .. } in &self.waiters {
            assert_eq!(waiter.is_woken(), self.model.can_go_on(*number), "{number}");
        }
    }
}
