//! Two channels that are never empty: does `select!` serve both?

use std::io;

use toque::Runtime;
use toque::local::mpsc::{UnboundedReceiver, unbounded_channel};

// ANCHOR: main
fn full_channel() -> UnboundedReceiver<()> {
    let (sender, receiver) = unbounded_channel();
    (0..100).for_each(|_| sender.send(()).expect("the receiver is here"));
    receiver
}

pub(crate) fn main() -> io::Result<()> {
    Runtime::new()?.block_on(async {
        let (mut first, mut second) = (full_channel(), full_channel());
        let (mut ones, mut twos) = (0, 0);
        for _ in 0..100 {
            toque::select! {
                biased;
                Some(()) = first.recv() => ones += 1,
                Some(()) = second.recv() => twos += 1,
            }
        }
        println!("biased: {ones} of the first, {twos} of the second");

        let (mut first, mut second) = (full_channel(), full_channel());
        let (mut ones, mut twos) = (0, 0);
        for _ in 0..100 {
            toque::select! {
                Some(()) = first.recv() => ones += 1,
                Some(()) = second.recv() => twos += 1,
            }
        }
        println!("at random: some of each: {}", ones > 0 && twos > 0);
        Ok(())
    })
}
// ANCHOR_END: main
