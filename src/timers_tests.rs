use super::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Wake;

/// A waker that tells its number when it is woken.
struct Note(usize, Arc<std::sync::Mutex<Vec<usize>>>);

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        self.1.lock().unwrap().push(self.0);
    }
}

/// The wheel beside the plainest thing that could be right: a sorted map.
#[derive(Default)]
struct Pair {
    wheel: Option<Timers>,
    model: BTreeMap<(u64, usize), TimerKey>,
    fired: Arc<std::sync::Mutex<Vec<usize>>>,
    created: usize,
}

impl Pair {
    fn wheel(&mut self) -> &mut Timers {
        self.wheel.get_or_insert_with(Timers::new)
    }

    fn insert(&mut self, deadline: u64) {
        let number = self.created;
        self.created += 1;
        let waker = Arc::new(Note(number, self.fired.clone())).into();
        let key = self.wheel().insert(deadline, waker);
        let due = deadline.max(self.wheel().reached); // what has passed is due now
        self.model.insert((due, number), key);
    }

    fn cancel(&mut self, nth: usize) {
        let Some(&entry) = self.model.keys().nth(nth % self.model.len().max(1)) else {
            return;
        };
        let key = self.model.remove(&entry).unwrap();
        assert!(self.wheel().cancel(key).is_some());
        assert!(self.wheel().cancel(key).is_none(), "only once");
    }

    fn fire(&mut self, now: u64) {
        let mut wakers = Vec::new();
        self.wheel().fire_due(now, &mut wakers);
        wakers.into_iter().for_each(Waker::wake);
        let fired = std::mem::take(&mut *self.fired.lock().unwrap());
        let later = self.model.split_off(&(now + 1, 0));
        let due = std::mem::replace(&mut self.model, later);
        let expected: Vec<_> = due.keys().map(|&(_, number)| number).collect();
        assert_eq!(fired, expected, "at {now}");
        for key in due.into_values() {
            assert!(self.wheel().cancel(key).is_none(), "fired is gone");
        }
        self.check();
    }

    fn check(&mut self) {
        let first = self.model.keys().next().map(|&(deadline, _)| deadline);
        assert_eq!(self.wheel().len(), self.model.len());
        match (self.wheel().next_deadline(), first) {
            (None, None) => {}
            (Some(bound), Some(deadline)) => assert!(bound <= deadline, "{bound} {deadline}"),
            other => panic!("{other:?}"),
        }
    }
}

/// A small generator, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

#[test]
fn random_operations_do_as_a_sorted_map_does() {
    for seed in 1..=60 {
        let mut random = Random(u64::wrapping_mul(seed, 0x9e37_79b9_7f4a_7c15));
        let mut pair = Pair::default();
        let mut now = 0_u64;
        for _ in 0..400 {
            match random.below(10) {
                0..=4 => {
                    // Of any magnitude, so that every level is used.
                    let span = 1_u64 << random.below(63);
                    pair.insert(now.saturating_add(random.below(span)));
                }
                5..=6 => pair.cancel(random.next() as usize),
                _ => {
                    let span = 1_u64 << random.below(58);
                    now = now.saturating_add(random.below(span)).min(u64::MAX - 1);
                    pair.fire(now);
                }
            }
        }
        pair.fire(u64::MAX - 1);
    }
}

#[test]
fn ties_fire_in_the_order_of_their_creation_also_across_levels() {
    let mut pair = Pair::default();
    let deadline = (1 << 40) + 12345;
    pair.insert(deadline); // far away: a high level
    pair.insert(deadline - 5000);
    pair.fire(deadline - 5000); // now the same deadline is near
    pair.insert(deadline);
    pair.insert(deadline);
    pair.fire(deadline);
}

#[test]
fn after_a_rollover_of_each_level_short_timers_still_fire() {
    // tokio-rs/tokio PR 8334: a far timer in the top level hides new short ones.
    let mut pair = Pair::default();
    pair.insert(u64::MAX - 1);
    for level in 1..LEVELS as u32 {
        for offset in [-1_i64, 0, 1] {
            let now = (1_u64 << (level * BITS).min(63)).saturating_add_signed(offset);
            pair.fire(now);
            pair.insert(now + 1);
            pair.insert(now);
            pair.fire(now);
            pair.fire(now + 1);
            assert_eq!(pair.model.len(), 1);
        }
    }
}

#[test]
fn a_timer_due_exactly_now_or_before_fires_with_the_next_look() {
    let mut pair = Pair::default();
    pair.insert(1000);
    pair.fire(1000);
    pair.insert(1000);
    pair.insert(10);
    assert!(pair.wheel().next_deadline().unwrap() <= 1000);
    pair.fire(1000);
}

#[test]
fn a_clock_that_goes_back_breaks_nothing() {
    let mut timers = Timers::new();
    let mut wakers = Vec::new();
    timers.insert(1000, Waker::noop().clone());
    timers.fire_due(1000, &mut wakers);
    let key = timers.insert(900, Waker::noop().clone());
    timers.insert(1100, Waker::noop().clone());
    timers.fire_due(500, &mut wakers);
    timers.cancel(key);
    timers.fire_due(1100, &mut wakers);
    assert_eq!(wakers.len(), 2);
    assert_eq!(timers.len(), 0);
}

#[test]
fn the_last_deadline_of_all_never_comes() {
    let mut timers = Timers::new();
    let mut wakers = Vec::new();
    let key = timers.insert(u64::MAX, Waker::noop().clone());
    timers.fire_due(u64::MAX - 1, &mut wakers);
    assert!(wakers.is_empty());
    assert!(timers.cancel(key).is_some());
    assert_eq!(timers.next_deadline(), None);
}

#[test]
fn a_refreshed_timer_wakes_the_last_waker_only() {
    let fired = Arc::new(std::sync::Mutex::new(Vec::new()));
    let waker = |n| Waker::from(Arc::new(Note(n, fired.clone())));
    let mut timers = Timers::new();
    let key = timers.insert(5, waker(1));
    let second = waker(2);
    assert!(timers.refresh(key, &second).unwrap().is_some());
    assert!(timers.refresh(key, &second).unwrap().is_none(), "the same");
    let mut wakers = Vec::new();
    timers.fire_due(5, &mut wakers);
    wakers.into_iter().for_each(Waker::wake);
    assert_eq!(*fired.lock().unwrap(), [2]);
    assert!(timers.refresh(key, &second).is_none(), "fired");
}

#[test]
fn cancelling_a_million_leaves_nothing_behind() {
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    struct Drops;
    impl Wake for Drops {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for Drops {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::Relaxed);
        }
    }
    let waker = Waker::from(Arc::new(Drops));
    let mut timers = Timers::new();
    let mut random = Random(7);
    let keys: Vec<_> = (0..100_000)
        .map(|_| timers.insert(random.next() >> 20, waker.clone()))
        .collect();
    drop(waker);
    for key in keys {
        assert!(timers.cancel(key).is_some());
    }
    assert_eq!(timers.len(), 0);
    assert_eq!(timers.next_deadline(), None);
    assert_eq!(DROPS.load(Ordering::Relaxed), 1);
}

#[test]
fn a_timer_waits_until_it_fires_or_is_cancelled() {
    let mut timers = Timers::new();
    let (first, second) = (
        timers.insert(5, Waker::noop().clone()),
        timers.insert(9, Waker::noop().clone()),
    );
    assert!(timers.is_waiting(first) && timers.is_waiting(second));
    assert_eq!(timers.len(), 2);
    timers.fire_due(5, &mut Vec::new());
    assert!(!timers.is_waiting(first) && timers.is_waiting(second));
    assert_eq!(timers.len(), 1);
    assert!(timers.cancel(second).is_some());
    assert!(!timers.is_waiting(second));
    assert_eq!(timers.len(), 0);
}

#[test]
fn a_timer_due_at_the_very_step_of_a_digit_fires_there() {
    for level in 1..LEVELS as u32 {
        let mut timers = Timers::new();
        let deadline = 1 << (level * BITS);
        timers.insert(deadline, Waker::noop().clone());
        let mut due = Vec::new();
        timers.fire_due(deadline - 1, &mut due);
        assert_eq!(due.len(), 0);
        timers.fire_due(deadline, &mut due);
        assert_eq!(due.len(), 1, "level {level}");

        let mut timers = Timers::new();
        timers.insert(deadline, Waker::noop().clone());
        timers.fire_due(deadline, &mut due);
        assert_eq!(due.len(), 2, "level {level}, in one step");
    }
}

#[test]
fn what_has_passed_fires_at_once_and_in_the_order_of_its_creation() {
    let mut pair = Pair::default();
    pair.insert(1000);
    pair.fire(1000);
    for deadline in (0..1000).rev() {
        pair.insert(deadline);
    }
    pair.insert(1001);
    assert_eq!(pair.wheel().next_deadline(), Some(1000));
    pair.fire(1000);
    assert_eq!(pair.model.len(), 1);
}

#[test]
fn a_bound_that_a_cancelled_timer_left_fires_nobody_early() {
    let mut pair = Pair::default();
    let bound = 1 << (2 * BITS);
    for deadline in [bound, bound + 70, bound + 3] {
        pair.insert(deadline);
    }
    pair.cancel(0);
    assert_eq!(pair.wheel().next_deadline(), Some(bound));
    pair.fire(bound);
    pair.fire(bound + 2);
    assert_eq!(pair.wheel().next_deadline(), Some(bound + 3));
    pair.fire(bound + 69);
    pair.fire(bound + 70);
}

/// Without it all would still fire in time and in order, but each time time reaches a slot, all would be looked at.
#[test]
fn a_timer_lies_at_the_highest_digit_in_which_its_deadline_differs_from_the_time_reached() {
    /// The lowest digit first.
    fn number(digits: &[u64]) -> u64 {
        let digits = digits.iter().rev();
        digits.fold(0, |number, digit| (number << BITS) | digit)
    }
    let mut timers = Timers::new();
    for (reached, deadline, place) in [
        (&[][..], &[0][..], (0, 0)),
        (&[], &[5], (0, 5)),
        (&[], &[63, 1], (1, 1)),
        (&[3, 7], &[3, 7], (0, 3)),
        (&[3, 7], &[4, 7], (0, 4)),
        (&[3, 7, 1], &[2, 8, 1], (1, 8)),
        (&[63, 63, 1], &[0, 0, 2], (2, 2)),
        (&[3, 7, 1], &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15], (10, 15)),
    ] {
        timers.reached = number(reached);
        assert_eq!(timers.place(number(deadline)), place, "{deadline:?}");
    }
}
