//! A task without a budget beside a guest.

use std::cell::Cell;
use std::io;
use std::rc::Rc;

use toque::task::{consume_budget, unconstrained};
use toque::{Runtime, spawn};

// ANCHOR: main
pub(crate) fn main() -> io::Result<()> {
    Runtime::new()?.block_on(async {
        let rounds = Rc::new(Cell::new(0));
        let counted = Rc::clone(&rounds);
        spawn(unconstrained(async move {
            for _ in 0..1000 {
                consume_budget().await;
                counted.set(counted.get() + 1);
            }
        }));
        let guest = spawn(async move { rounds.get() });
        println!("the guest has waited for {} rounds", guest.await?);
        Ok(())
    })
}
// ANCHOR_END: main
