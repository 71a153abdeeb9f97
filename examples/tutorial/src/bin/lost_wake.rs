//! A wake that gets lost: a bell without memory rings between the poll and the sleep.

use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use tutorial::waker::{Ring, waker};

// ANCHOR: bell
/// A bell without memory: only who already sleeps hears it.
#[derive(Default)]
struct Deaf {
    bed: Mutex<()>,
    sleeper: Condvar,
}

impl Ring for Deaf {
    fn ring(&self) {
        println!("ring!");
        self.sleeper.notify_one();
    }
}

impl Deaf {
    /// False if nobody rang in time. Without the limit, this would be for ever.
    fn sleep(&self) -> bool {
        let bed = self.bed.lock().unwrap();
        let (_bed, slept) = self
            .sleeper
            .wait_timeout_while(bed, Duration::from_millis(100), |()| true)
            .unwrap();
        !slept.timed_out()
    }
}
// ANCHOR_END: bell

// ANCHOR: main
fn main() {
    let bell = Arc::new(Deaf::default());
    let waker = waker(Arc::clone(&bell));
    let cx = Context::from_waker(&waker);

    // The poll: it gives its waker away, and is pending.
    let ringer = cx.waker().clone();
    let polled: Poll<()> = Poll::Pending;
    // Before we sleep, the cheese is there.
    thread::spawn(move || ringer.wake()).join().unwrap();

    if polled.is_pending() && !bell.sleep() {
        println!("nobody was in bed yet, so nobody heard it");
    }
}
// ANCHOR_END: main
