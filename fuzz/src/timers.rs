//! The timing wheel beside a sorted map: whatever is done to both, both do the same.
//! Run by libFuzzer with bytes it makes up, and by tests/fuzz_corpus.rs with those it has found.
//!
//! Checked after each operation: what is due fires, by deadline and then by creation, and nothing else does; the next
//! deadline is never too late, and after a look never in the past, or the runtime would spin; every waker is dropped with
//! its timer.

#[path = "../../src/timers.rs"]
#[allow(dead_code, unfulfilled_lint_expectations)]
// `len` is for tests, and this is one that its file does not know
mod wheel;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};

use wheel::{TimerKey, Timers};

/// Obeys `data` to its end.
pub(crate) fn run(data: &[u8]) {
    let mut pair = Pair::new();
    let mut orders = Orders(data);
    while let Some(order) = orders.next() {
        pair.obey(order);
        pair.check();
    }
    pair.advance(u64::MAX); // to the end of time
    pair.check();
    let notes = pair.notes.clone();
    drop(pair);
    assert_eq!(Arc::strong_count(&notes), 1, "a waker is left behind");
}

/// What bytes can say.
enum Order {
    /// A new timer, so much after now.
    Insert(u64),
    /// A new timer with the deadline of one that waits: a tie.
    Again(usize),
    Cancel(usize),
    /// Another waker for a timer that waits.
    Refresh(usize),
    /// So much time passes.
    Advance(u64),
    /// Time passes until just before the next deadline, or until it.
    AdvanceToNext {
        before: bool,
    },
}

struct Orders<'a>(&'a [u8]);

impl Orders<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// A span of time of any magnitude, so that every level of the wheel is used: 8 bits, moved by up to 63.
    fn span(&mut self) -> Option<u64> {
        let (bits, by) = (u64::from(self.byte()?), self.byte()? % 64);
        Some(bits.rotate_left(u32::from(by)))
    }

    fn next(&mut self) -> Option<Order> {
        let kind = self.byte()?;
        let nth = usize::from(kind / 8);
        Some(match kind % 8 {
            0 | 1 => Order::Insert(self.span()?),
            2 => Order::Again(nth),
            3 => Order::Cancel(nth),
            4 => Order::Refresh(nth),
            5 => Order::Advance(self.span()?),
            6 => Order::AdvanceToNext { before: true },
            _ => Order::AdvanceToNext { before: false },
        })
    }
}

/// Notes its number when it is woken.
struct Note(usize, Arc<Mutex<Vec<usize>>>);

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        self.1.lock().unwrap().push(self.0);
    }
}

struct Pair {
    wheel: Timers,
    /// By deadline, then by creation: the timer's key and the number of its waker.
    model: BTreeMap<(u64, usize), (TimerKey, usize)>,
    now: u64,
    /// What has been woken. Each waker holds it, so its count says how many there are.
    notes: Arc<Mutex<Vec<usize>>>,
    /// How many timers and wakers have been made: the next number.
    made: usize,
}

impl Pair {
    fn new() -> Self {
        Self {
            wheel: Timers::new(),
            model: BTreeMap::new(),
            now: 0,
            notes: Arc::default(),
            made: 0,
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Insert(span) => self.insert(self.now.saturating_add(span)),
            Order::Again(nth) => self
                .nth(nth)
                .into_iter()
                .for_each(|(deadline, _)| self.insert(deadline)),
            Order::Cancel(nth) => self
                .nth(nth)
                .into_iter()
                .for_each(|entry| self.cancel(entry)),
            Order::Refresh(nth) => self
                .nth(nth)
                .into_iter()
                .for_each(|entry| self.refresh(entry)),
            Order::Advance(span) => self.advance(self.now.saturating_add(span)),
            Order::AdvanceToNext { before } => self.advance_to_next(before),
        }
    }

    fn nth(&self, nth: usize) -> Option<(u64, usize)> {
        self.model
            .keys()
            .nth(nth % self.model.len().max(1))
            .copied()
    }

    fn waker(&mut self) -> (usize, Waker) {
        let number = self.made;
        self.made += 1;
        (number, Arc::new(Note(number, self.notes.clone())).into())
    }

    fn insert(&mut self, deadline: u64) {
        let (number, waker) = self.waker();
        let key = self.wheel.insert(deadline, waker);
        self.model.insert((deadline, number), (key, number));
    }

    fn cancel(&mut self, entry: (u64, usize)) {
        let (key, _) = self.model.remove(&entry).unwrap();
        assert!(
            self.wheel.cancel(key).is_some(),
            "a timer that waits can be cancelled"
        );
        assert!(self.wheel.cancel(key).is_none(), "but once");
    }

    fn refresh(&mut self, entry: (u64, usize)) {
        let (number, waker) = self.waker();
        let (key, current) = self.model.get_mut(&entry).unwrap();
        *current = number;
        let replaced = self.wheel.refresh(*key, &waker);
        assert!(
            matches!(replaced, Some(Some(_))),
            "a timer that waits takes another waker"
        );
    }

    fn advance_to_next(&mut self, before: bool) {
        let Some((deadline, _)) = self.nth(0) else {
            return;
        };
        let to = deadline.saturating_sub(u64::from(before));
        self.advance(to.max(self.now));
    }

    /// Time passes and is looked at. The last moment of all never comes: it stands for never.
    fn advance(&mut self, to: u64) {
        self.now = to.min(u64::MAX - 1);
        let mut wakers = Vec::new();
        self.wheel.fire_due(self.now, &mut wakers);
        wakers.into_iter().for_each(Waker::wake);

        let later = self.model.split_off(&(self.now + 1, 0));
        let due = std::mem::replace(&mut self.model, later);
        let fired = std::mem::take(&mut *self.notes.lock().unwrap());
        let expected: Vec<_> = due.values().map(|&(_, waker)| waker).collect();
        assert_eq!(fired, expected, "at {}", self.now);
        for (key, _) in due.into_values() {
            assert!(
                self.wheel.cancel(key).is_none(),
                "a timer that has fired is gone"
            );
        }
        let next = self.wheel.next_deadline();
        assert!(
            next.is_none_or(|next| next > self.now),
            "the runtime would spin"
        );
    }

    fn check(&self) {
        assert_eq!(self.wheel.len(), self.model.len());
        assert_eq!(
            Arc::strong_count(&self.notes),
            1 + self.model.len(),
            "one waker a timer"
        );
        let first = self.nth(0).map(|(deadline, _)| deadline);
        match (self.wheel.next_deadline(), first) {
            (None, None) => {}
            (Some(next), Some(first)) => assert!(next <= first, "{next} is after {first}"),
            differ => panic!("the next deadline by the wheel, by the model: {differ:?}"),
        }
    }
}
