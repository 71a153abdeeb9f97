//! The timers: which wakers to wake when, in a hierarchical timing wheel.
//! Sleeps insert and cancel here; the runtime asks for the next deadline before it waits and fires what is due after it.
//!
//! # The wheel
//! A deadline is a number of nanoseconds, 64 bits: eleven digits in base 64. The wheel has a level for each digit and a slot
//! for each value of it. A timer goes to the level of the *highest digit in which its deadline differs from the time the
//! wheel has reached*, into the slot of that digit: near deadlines to low levels, far ones to high. When time reaches a
//! slot, its timers are due, or move to lower levels, where they are told apart by finer digits. So a timer moves ten times
//! at most, and one that is cancelled before, as nearly all timeouts are, never moves.
//!
//! Hashed and hierarchical timing wheels: Varghese and Lauck, SOSP 1987, scheme 7. Theirs tick; this one jumps: each slot
//! knows a lower bound of its deadlines, so an idle wheel with one far timer wakes nobody in between.
//!
//! Timers with one deadline fire in the order of their creation: they are always in the same slot, slots are first in,
//! first out, and moving keeps the order.

use std::task::Waker;

use slotmap::{SlotMap, new_key_type};

new_key_type! {
    /// Names a timer. Stale once it has fired or was cancelled.
    pub(crate) struct TimerKey;
}

/// A digit has 6 bits: 64 slots fill one word of the map of occupied slots.
const BITS: u32 = 6;
const SLOTS: usize = 1 << BITS;
/// The digits of 64 bits.
const LEVELS: usize = u64::BITS.div_ceil(BITS) as usize;

/// Sleepers by deadline, in nanoseconds of the runtime's clock.
#[derive(Debug)]
pub(crate) struct Timers {
    /// Every timer that has neither fired nor been cancelled.
    timers: SlotMap<TimerKey, Timer>,
    /// By digit, from the lowest.
    levels: Box<[Level; LEVELS]>,
    /// The time the wheel has reached. Never goes back, even if the clock does.
    reached: u64,
}

#[derive(Debug)]
struct Timer {
    deadline: u64,
    /// Whom to wake: the task that polled last.
    waker: Waker,
    /// The neighbours in the slot. Links in place, so that cancelling needs no search.
    previous: Option<TimerKey>,
    next: Option<TimerKey>,
}

#[derive(Debug)]
struct Level {
    /// A bit for each slot that is not empty.
    occupied: u64,
    slots: [Slot; SLOTS],
}

/// A queue of timers, first in, first out.
#[derive(Debug, Clone, Copy)]
struct Slot {
    first: Option<TimerKey>,
    last: Option<TimerKey>,
    /// No timer in the slot is due before this. Not raised by a cancellation: at worst the wheel is looked at too early.
    earliest: u64,
}

impl Level {
    const EMPTY: Self = Self {
        occupied: 0,
        slots: [Slot::EMPTY; SLOTS],
    };
}

impl Slot {
    const EMPTY: Self = Self {
        first: None,
        last: None,
        earliest: u64::MAX,
    };
}

impl Timers {
    pub(crate) fn new() -> Self {
        Self {
            timers: SlotMap::with_key(),
            levels: Box::new([const { Level::EMPTY }; LEVELS]),
            reached: 0,
        }
    }

    /// How many are waiting.
    pub(crate) fn len(&self) -> usize {
        self.timers.len()
    }

    /// Wakes `waker` once `deadline` is reached.
    pub(crate) fn insert(&mut self, deadline: u64, waker: Waker) -> TimerKey {
        let key = self.timers.insert(Timer {
            deadline,
            waker,
            previous: None,
            next: None,
        });
        self.link(key, deadline);
        key
    }

    /// Whether the timer still waits. If so, `waker` is woken instead of the one before, which is given back: it is foreign
    /// code, to be dropped when nothing is borrowed.
    pub(crate) fn refresh(&mut self, key: TimerKey, waker: &Waker) -> Option<Option<Waker>> {
        let timer = self.timers.get_mut(key)?;
        if timer.waker.will_wake(waker) {
            return Some(None);
        }
        Some(Some(std::mem::replace(&mut timer.waker, waker.clone())))
    }

    /// Whether the timer still waits.
    pub(crate) fn is_waiting(&self, key: TimerKey) -> bool {
        self.timers.contains_key(key)
    }

    /// Forgets the timer, and gives its waker back if it had not fired.
    pub(crate) fn cancel(&mut self, key: TimerKey) -> Option<Waker> {
        let timer = self.timers.remove(key)?;
        self.unlink(&timer);
        Some(timer.waker)
    }

    /// No timer is due before this. `None` if there is none.
    pub(crate) fn next_deadline(&self) -> Option<u64> {
        if self.timers.is_empty() {
            return None; // what is asked twice a turn should not look at eleven levels for it
        }
        // All of a level is due before any of the next one, and in a level the slots are in order.
        let level = self.levels.iter().find(|level| level.occupied != 0)?;
        let slot = &level.slots[level.occupied.trailing_zeros() as usize];
        // A level's slots all lie before those of the next level; what a slot holds is due within its span.
        Some(slot.earliest)
    }

    /// Takes out all that are due at `now`, by deadline, and gives their wakers to `wakers`.
    pub(crate) fn fire_due(&mut self, now: u64, wakers: &mut Vec<Waker>) {
        if self.next_deadline().is_none_or(|deadline| deadline > now) {
            // Nothing lies between: whatever slot `now` is in holds later deadlines only. The wheel stays where it is.
            return;
        }
        let mut due = Vec::new();
        let before = self.reached;
        self.reached = now.max(before);
        for level in 0..LEVELS {
            self.empty_passed(level, before, &mut due);
        }
        // Slots came in order, but what was in one slot is in the order of creation. The sort is stable, so ties stay so.
        due.sort_by_key(|&(deadline, _)| deadline);
        wakers.extend(due.into_iter().map(|(_, waker)| waker));
    }

    /// Empties the level's slots that time has reached: what is due goes to `due`, the rest to lower levels.
    fn empty_passed(&mut self, level: usize, before: u64, due: &mut Vec<(u64, Waker)>) {
        let passed = passed_slots(level, before, self.reached);
        loop {
            let level = &mut self.levels[level];
            let slots = level.occupied & passed;
            if slots == 0 {
                return;
            }
            let index = slots.trailing_zeros();
            level.occupied &= !(1 << index);
            let slot = std::mem::replace(&mut level.slots[index as usize], Slot::EMPTY);
            self.empty(slot.first, due);
        }
    }

    /// Deals with each timer of a slot that was taken out of the wheel.
    fn empty(&mut self, first: Option<TimerKey>, due: &mut Vec<(u64, Waker)>) {
        let mut next = first;
        while let Some(key) = next {
            let timer = &mut self.timers[key];
            (next, timer.previous) = (timer.next.take(), None);
            let deadline = timer.deadline;
            if deadline <= self.reached {
                due.extend(self.timers.remove(key).map(|timer| (deadline, timer.waker)));
            } else {
                self.link(key, deadline);
            }
        }
    }

    /// Where a deadline belongs: level and slot.
    fn place(&self, deadline: u64) -> (usize, usize) {
        // What is due already waits in the slot of now, and fires with the next look.
        let deadline = deadline.max(self.reached);
        let level = match deadline ^ self.reached {
            0 => 0,
            difference => difference.ilog2() / BITS,
        };
        (level as usize, digit(deadline, level))
    }

    /// Puts a timer at the end of its slot.
    fn link(&mut self, key: TimerKey, deadline: u64) {
        let (level, index) = self.place(deadline);
        let level = &mut self.levels[level];
        level.occupied |= 1 << index;
        let slot = &mut level.slots[index];
        slot.earliest = slot.earliest.min(deadline);
        let previous = slot.last.replace(key);
        match previous {
            Some(previous) => self.timers[previous].next = Some(key),
            None => slot.first = Some(key),
        }
        self.timers[key].previous = previous;
    }

    /// Takes a timer that is no longer in the table out of its slot.
    fn unlink(&mut self, timer: &Timer) {
        let (level, index) = self.place(timer.deadline);
        let level = &mut self.levels[level];
        let slot = &mut level.slots[index];
        match timer.previous {
            Some(previous) => self.timers[previous].next = timer.next,
            None => slot.first = timer.next,
        }
        match timer.next {
            Some(next) => self.timers[next].previous = timer.previous,
            None => slot.last = timer.previous,
        }
        if slot.first.is_none() {
            *slot = Slot::EMPTY;
            level.occupied &= !(1 << index);
        }
    }
}

/// The digit of `time` at `level`.
fn digit(time: u64, level: u32) -> usize {
    (time >> (level * BITS)) as usize % SLOTS
}

/// The slots of `level` that time has reached on its way from `before` to `now`, as bits.
fn passed_slots(level: usize, before: u64, now: u64) -> u64 {
    let level = level as u32;
    let difference = before ^ now;
    if level != 0 && difference >> (level * BITS) == 0 {
        return 0; // this digit and those above are as they were
    }
    // Timers are in slots after `before`'s digit, so all slots below and up to `now`'s digit have been reached. Where a
    // higher digit has changed, so has the whole level.
    let whole = (level + 1) * BITS < u64::BITS && difference >> ((level + 1) * BITS) != 0;
    if whole {
        return u64::MAX;
    }
    u64::MAX >> (SLOTS - 1 - digit(now, level))
}

#[cfg(test)]
#[path = "timers_tests.rs"]
mod tests;
