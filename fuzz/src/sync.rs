//! The types of `sync` beside plain models: whatever is sent, awaited, dropped and closed, both do the same.
//! Run by libFuzzer with bytes it makes up, and by tests/fuzz_corpus.rs with those it has found.
//!
//! The first byte chooses a type, the others are operations on it. Futures are made, polled by hand with wakers that count, and
//! dropped midway; the task's budget is spent and given back. Checked after each operation: what is ready is what the model says,
//! with its value, so nothing is lost, nothing comes twice, and nobody overtakes; permits and places are conserved; who can go on
//! was woken, by its last waker, and nobody else was; each value and each waker is dropped once.
//!
//! Seen to find, and seeds of its corpus find each again: a dropped acquire that keeps its permits, in the queue or for want of
//! budget; a dropped `notified` that keeps its notice; a place that is given up and goes to nobody; a close that wakes no sender; a
//! barrier that counts who has left; a last sender of a `watch` that wakes nobody; a waiter that keeps its first waker.

#[path = "sync/barrier.rs"]
mod barrier;
#[path = "sync/broadcast.rs"]
mod broadcast;
#[path = "sync/cancellation_token.rs"]
mod cancellation_token;
#[path = "sync/locks.rs"]
mod locks;
#[path = "sync/mpsc.rs"]
mod mpsc;
#[path = "sync/notify.rs"]
mod notify;
#[path = "sync/once_cell.rs"]
mod once_cell;
#[path = "sync/oneshot.rs"]
mod oneshot;
#[path = "sync/permits.rs"]
mod permits;
#[path = "sync/semaphore.rs"]
mod semaphore;
#[path = "sync/set_once.rs"]
mod set_once;
#[path = "sync/unbounded.rs"]
mod unbounded;
#[path = "sync/watch.rs"]
mod watch;

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use toque::Runtime;
use toque::task::{consume_budget, coop::has_budget_remaining};

use crate::bells::{Bells, Turn};
use crate::bytes::Bytes;
use crate::ledger::Ledger;

/// Obeys `data` to its end.
pub(crate) fn run(data: &[u8]) {
    let bytes = Bytes::new(data);
    let kind = bytes.next().unwrap_or(0);
    let size = usize::from(kind / 16) % 4 + 1;
    let world = World::default();
    match kind % 16 {
        0 | 1 => world.drive(&bytes, semaphore::Pair::new(size)),
        2 => world.drive(&bytes, locks::Pair::mutex()),
        3 => world.drive(&bytes, locks::Pair::rwlock(size)),
        4 => world.drive(&bytes, notify::Pair::default()),
        5 => world.drive(&bytes, oneshot::Pair::new(&world)),
        6..=8 => world.drive(&bytes, mpsc::Pair::new(&world, size)),
        9 => world.drive(&bytes, unbounded::Pair::new(&world)),
        10 => world.drive(&bytes, broadcast::Pair::new(&world, size)),
        11 => world.drive(&bytes, watch::Pair::new(&world)),
        12 => world.drive(&bytes, barrier::Pair::new(size)),
        13 => world.drive(&bytes, once_cell::Pair::new(&world)),
        14 => world.drive(&bytes, set_once::Pair::new(&world)),
        _ => world.drive(&bytes, cancellation_token::Pair::new()),
    }
    world.bells.end();
    assert_eq!(world.ledger.alive(), 0, "values are left behind");
}

/// How many there may be of anything: as many as an operation can tell apart.
const MOST: usize = 16;

/// What all types need.
#[derive(Default)]
struct World {
    bells: Bells,
    ledger: Ledger,
}

/// One of the types beside its model. A number stands for one of those there are, taken modulo their number.
trait Beside {
    /// Polls one who waits.
    fn poll(&mut self, world: &World, nth: usize, turn: Turn);
    /// Drops one who waits.
    fn leave(&mut self, world: &World, nth: usize);
    /// One of the type's own operations, below 11.
    fn act(&mut self, world: &World, act: u8, nth: usize);
    /// Both are in the same state, and whoever can go on is woken.
    fn check(&self, world: &World);
}

thread_local! {
    /// For the budget alone: one is enough for all runs.
    static RUNTIME: Runtime = Runtime::new().unwrap();
}

impl World {
    /// Obeys within a task, which has a budget.
    fn drive(&self, bytes: &Bytes, mut pair: impl Beside) {
        let life = poll_fn(|cx| {
            while let Some(byte) = bytes.next() {
                let nth = usize::from(byte / 16);
                match (byte % 16, nth) {
                    (0 | 1, _) => pair.poll(self, nth, turn(false)),
                    (2, _) => pair.poll(self, nth, turn(true)),
                    (3, _) => pair.leave(self, nth),
                    (4, 0..8) => spend(),
                    (4, _) => {
                        cx.waker().wake_by_ref(); // the next poll has a new budget
                        return Poll::Pending;
                    }
                    (act, _) => pair.act(self, act - 5, nth),
                }
                pair.check(self);
                self.bells.check();
            }
            Poll::Ready(())
        });
        RUNTIME.with(|runtime| runtime.block_on(life));
    }
}

fn turn(is_fresh: bool) -> Turn {
    Turn {
        is_fresh,
        is_spent: !has_budget_remaining(),
    }
}

/// Spends what is left of the budget.
fn spend() {
    let mut cx = Context::from_waker(Waker::noop());
    while pin!(consume_budget()).poll(&mut cx).is_ready() {}
}

/// One of those there are.
fn pick<T>(list: &[T], nth: usize) -> Option<usize> {
    nth.checked_rem(list.len())
}

/// Takes out one of those there are, if there are any.
fn take<T>(list: &mut Vec<T>, nth: usize) -> Option<T> {
    pick(list, nth).map(|nth| list.swap_remove(nth))
}
