//! The same order of events with a bell that remembers: `park::block_on` can't oversleep.

use std::future::poll_fn;
use std::task::Poll;
use std::thread;

use tutorial::park::block_on;

// ANCHOR: main
fn main() {
    let mut polls = 0;
    block_on(poll_fn(|cx| {
        polls += 1;
        println!("poll {polls}");
        if polls == 2 {
            return Poll::Ready(());
        }
        let ringer = cx.waker().clone();
        // Rung before the poll has even returned.
        thread::spawn(move || ringer.wake()).join().unwrap();
        println!("rung, and not yet asleep");
        Poll::Pending
    }));
    println!("done");
}
// ANCHOR_END: main
