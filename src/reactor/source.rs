//! A source: one registered descriptor, what is known of it, and who waits for it.

use std::task::Waker;

/// What a task wants to do with a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
}

/// What is known of a source, or what an event says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Readiness(u8);

impl Readiness {
    pub(crate) const NONE: Self = Self(0);
    /// A read may be tried. Set by an event, cleared when a read finds nothing.
    pub(crate) const READ: Self = Self(1);
    /// A write may be tried. Set by an event, cleared when a write finds no room.
    pub(crate) const WRITE: Self = Self(2);
    /// A short read does not mean that all has been read: the peer has sent its end, an error waits, or an urgent byte stands
    /// in between. No further event need come, so from here on only `WouldBlock` clears `READ`. Never cleared itself.
    pub(crate) const SUSPECT: Self = Self(4);
    /// Nobody has said so: `READ` and `WRITE` are assumed, so that a first operation is tried without a wait. Ends with the first
    /// event, which tells how it is.
    const ASSUMED: Self = Self(8);

    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    const fn of(direction: Direction) -> Self {
        match direction {
            Direction::Read => Self::READ,
            Direction::Write => Self::WRITE,
        }
    }
}

/// Tells a waiting future from the others of its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WaiterKey(u64);

#[derive(Debug)]
pub(crate) struct Source {
    readiness: Readiness,
    readers: Waiters,
    writers: Waiters,
}

/// Who waits for one direction.
#[derive(Debug, Default)]
struct Waiters {
    /// The task that polled last, and so for most sources the only one. Inline: an idle connection needs no memory for it.
    poller: Option<Waker>,
    /// The rest. Boxed, so that a source without them fits into one cache line with its slot's number, and kept from then on.
    others: Option<Box<Others>>,
}

/// Those of one direction for whom a place inline is not enough.
#[derive(Debug, Default)]
struct Others {
    /// Other pollers, and futures, which have a key and leave when they are dropped.
    list: Vec<(Option<WaiterKey>, Waker)>,
    /// The last key given out.
    last_key: u64,
}

/// Pollers leave no word when they are gone. When so many tasks have polled one source with no event in between, the one
/// that came first is woken: if it still waits, it comes again.
const MOST_POLLERS: usize = 256;

impl Waiters {
    /// A poll that found nothing. Gives back a waker to be woken.
    fn poll(&mut self, waker: &Waker) -> Option<Waker> {
        match &self.poller {
            None => self.poller = Some(waker.clone()),
            Some(poller) if poller.will_wake(waker) => {}
            Some(_) => return self.poll_too(waker),
        }
        None
    }

    /// A poll by another task than the last one.
    #[cold]
    fn poll_too(&mut self, waker: &Waker) -> Option<Waker> {
        let list = &mut self.others.get_or_insert_default().list;
        let pollers = || list.iter().filter(|(key, _)| key.is_none());
        if pollers().any(|(_, other)| other.will_wake(waker)) {
            return None;
        }
        let too_many = pollers().count() >= MOST_POLLERS;
        list.push((None, waker.clone()));
        if !too_many {
            return None;
        }
        let first = list.iter().position(|(key, _)| key.is_none())?;
        Some(list.remove(first).1)
    }

    /// A future waits, or waits on. Gives back a waker to be dropped.
    fn wait(&mut self, waker: &Waker, waiter: &mut Option<WaiterKey>) -> Option<Waker> {
        let others = self.others.get_or_insert_default();
        if let Some(key) = *waiter {
            let mut list = others.list.iter_mut();
            if let Some((_, known)) = list.find(|(other, _)| *other == Some(key)) {
                return (!known.will_wake(waker)).then(|| std::mem::replace(known, waker.clone()));
            }
        }
        others.last_key += 1;
        let key = WaiterKey(others.last_key);
        others.list.push((Some(key), waker.clone()));
        *waiter = Some(key);
        None
    }

    fn leave(&mut self, waiter: WaiterKey) -> Option<Waker> {
        let list = &mut self.others.as_mut()?.list;
        let position = list.iter().position(|(key, _)| *key == Some(waiter))?;
        Some(list.remove(position).1)
    }

    fn is_empty(&self) -> bool {
        let others = self.others.as_ref();
        self.poller.is_none() && others.is_none_or(|others| others.list.is_empty())
    }

    #[inline]
    fn take(&mut self, wakers: &mut Vec<Waker>) {
        if let Some(poller) = self.poller.take() {
            wakers.push(poller);
        }
        if let Some(others) = &mut self.others {
            wakers.extend(others.list.drain(..).map(|(_, waker)| waker));
        }
    }
}

impl Source {
    pub(crate) fn new(ready: bool) -> Self {
        let assumed = Readiness::READ
            .with(Readiness::WRITE)
            .with(Readiness::ASSUMED);
        Self {
            readiness: if ready { assumed } else { Readiness::NONE },
            readers: Waiters::default(),
            writers: Waiters::default(),
        }
    }

    /// Which directions somebody waits for.
    pub(crate) fn awaited(&self) -> Readiness {
        let mut awaited = Readiness::NONE;
        if !self.readers.is_empty() {
            awaited = awaited.with(Readiness::READ);
        }
        if !self.writers.is_empty() {
            awaited = awaited.with(Readiness::WRITE);
        }
        awaited
    }

    #[inline]
    pub(crate) fn is_ready(&self, direction: Direction) -> bool {
        self.readiness.has(Readiness::of(direction))
    }

    /// Whether an event has said that it is ready, and no operation has found otherwise.
    pub(crate) fn is_known_ready(&self, direction: Direction) -> bool {
        self.is_ready(direction) && !self.readiness.has(Readiness::ASSUMED)
    }

    pub(crate) fn clear(&mut self, direction: Direction) {
        self.readiness = self.readiness.without(Readiness::of(direction));
    }

    pub(crate) fn drained(&mut self, direction: Direction) {
        if direction == Direction::Write || !self.readiness.has(Readiness::SUSPECT) {
            self.clear(direction);
        }
    }

    fn waiters(&mut self, direction: Direction) -> &mut Waiters {
        match direction {
            Direction::Read => &mut self.readers,
            Direction::Write => &mut self.writers,
        }
    }

    /// See [`Waiters::poll`].
    pub(crate) fn poller(&mut self, direction: Direction, waker: &Waker) -> Option<Waker> {
        self.waiters(direction).poll(waker)
    }

    /// See [`Waiters::wait`].
    pub(crate) fn wait(
        &mut self,
        direction: Direction,
        waker: &Waker,
        waiter: &mut Option<WaiterKey>,
    ) -> Option<Waker> {
        self.waiters(direction).wait(waker, waiter)
    }

    pub(crate) fn leave(&mut self, direction: Direction, waiter: WaiterKey) -> Option<Waker> {
        self.waiters(direction).leave(waiter)
    }

    /// An event has come: notes it, and hands over those who waited for it.
    #[inline]
    pub(crate) fn event(&mut self, readiness: Readiness, wakers: &mut Vec<Waker>) {
        if self.readiness.has(Readiness::ASSUMED) {
            self.readiness = Readiness::NONE;
        }
        self.readiness = self.readiness.with(readiness);
        if readiness.has(Readiness::READ) {
            self.readers.take(wakers);
        }
        if readiness.has(Readiness::WRITE) {
            self.writers.take(wakers);
        }
    }

    pub(crate) fn take_waiters(&mut self, wakers: &mut Vec<Waker>) {
        self.readers.take(wakers);
        self.writers.take(wakers);
    }
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
