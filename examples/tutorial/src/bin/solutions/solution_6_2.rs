//! Nobody sleeps by the clock: how long may the thread sleep, and what ends it?

use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use tutorial::runtime::block_on;
use tutorial::timers::Timers;

// ANCHOR: main
pub(crate) fn main() -> io::Result<()> {
    let patience = Timers::default().patience(Instant::now());
    println!("nobody sleeps: {patience:?}");
    let mut ringer = None;
    block_on(poll_fn(|cx| {
        if ringer.is_some() {
            println!("the bell has rung");
            return Poll::Ready(());
        }
        println!("nothing to do; the thread will sleep");
        let waker = cx.waker().clone();
        ringer = Some(thread::spawn(move || {
            thread::sleep(Duration::from_millis(20)); // meanwhile no timer is due, and no socket ready
            waker.wake();
        }));
        Poll::Pending
    }))
}
// ANCHOR_END: main
