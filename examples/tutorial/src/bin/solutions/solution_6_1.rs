//! A waker that starts another sleep: called under the borrow of the timers, and after
//! it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::task::Waker;

use tutorial::waker::{Ring, waker};

// ANCHOR: main
thread_local! {
    /// Who sleeps, by deadline.
    static SLEEPERS: RefCell<BTreeMap<u64, Waker>> = const { RefCell::new(BTreeMap::new()) };
}

/// Rung, it goes to bed again, for ten.
struct Snooze;

impl Ring for Snooze {
    fn ring(&self) {
        SLEEPERS.with_borrow_mut(|sleepers| sleepers.insert(11, waker(Arc::new(Snooze))));
    }
}

fn fire_under_the_borrow() {
    SLEEPERS.with_borrow_mut(|sleepers| {
        while let Some(due) = sleepers.first_entry().filter(|first| *first.key() <= 1) {
            due.remove().wake();
        }
    });
}

fn fire_after_it() {
    let due = SLEEPERS.with_borrow_mut(|sleepers| {
        let later = sleepers.split_off(&2);
        std::mem::replace(sleepers, later)
    });
    due.into_values().for_each(Waker::wake);
}

fn survives(fire: fn()) -> bool {
    SLEEPERS.set(BTreeMap::from([(1, waker(Arc::new(Snooze)))]));
    catch_unwind(fire).is_ok()
}

pub(crate) fn main() -> io::Result<()> {
    println!("woken after the borrow: {}", survives(fire_after_it));
    println!("woken under it: {}", survives(fire_under_the_borrow));
    Ok(())
}
// ANCHOR_END: main
