//! A channel with room for one: where does its sender wait?

use std::io;

use toque::local::mpsc;
use toque::task::yield_now;
use toque::{Runtime, spawn};

// ANCHOR: main
pub(crate) fn main() -> io::Result<()> {
    Runtime::new()?.block_on(async {
        let (orders, mut kitchen) = mpsc::channel(1);
        let waiter = spawn(async move {
            for number in 1..=3 {
                orders.send(number).await.expect("the kitchen is open");
                println!("order {number} is handed over");
            }
        });
        yield_now().await;
        while let Some(number) = kitchen.recv().await {
            println!("order {number} is cooked");
            yield_now().await;
        }
        Ok(waiter.await?)
    })
}
// ANCHOR_END: main
