//! A task that is never pending, and a guest who waits for a turn behind it.

use std::cell::Cell;
use std::io;
use std::rc::Rc;

use toque::local::mpsc;
use toque::task::{consume_budget, yield_now};
use toque::{Runtime, spawn};

// ANCHOR: guest
/// How many of a thousand rounds go by before a guest, who came second, has a turn.
async fn rounds_before_the_guest(mut round: impl AsyncFnMut() + 'static) -> u32 {
    let rounds = Rc::new(Cell::new(0));
    let counted = Rc::clone(&rounds);
    spawn(async move {
        for _ in 0..1000 {
            round().await;
            counted.set(counted.get() + 1);
        }
    });
    let guest = spawn(async move { rounds.get() });
    guest.await.expect("the guest is well")
}
// ANCHOR_END: guest

// ANCHOR: main
/// A channel that has a message for each round.
fn full_channel() -> mpsc::UnboundedReceiver<u32> {
    let (sender, receiver) = mpsc::unbounded_channel();
    for number in 0..1000 {
        sender.send(number).expect("the receiver is here");
    }
    receiver
}

fn main() -> io::Result<()> {
    Runtime::new()?.block_on(async {
        let starved = rounds_before_the_guest(async || std::future::ready(()).await).await;
        println!("awaits what is always ready: {starved} rounds");

        let budget = rounds_before_the_guest(async || consume_budget().await).await;
        println!("consumes budget: {budget} rounds");

        let mut channel = full_channel();
        let received = rounds_before_the_guest(async move || {
            channel.recv().await;
        })
        .await;
        println!("receives from a full channel: {received} rounds");

        let yielding = rounds_before_the_guest(async || yield_now().await).await;
        println!("gives way each time: {yielding} rounds");
        Ok(())
    })
}
// ANCHOR_END: main
