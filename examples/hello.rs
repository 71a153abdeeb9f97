//! Two tasks on one thread.
//!
//! `cargo run --example hello` prints
//! ```text
//! the chef takes the orders
//! soup is cooking
//! bread is cooking
//! hello, soup
//! hello, bread
//! ```

use toque::{Runtime, spawn, task::yield_now};

fn main() -> std::io::Result<()> {
    hello(|line| println!("{line}"))
}

/// Says each line to `say`, so that a test can listen.
pub(crate) fn hello(say: impl Fn(&str) + Copy + 'static) -> std::io::Result<()> {
    Runtime::new()?.block_on(async {
        let cook = |dish| async move {
            say(&format!("{dish} is cooking"));
            yield_now().await; // the thread is free for the other dish
            format!("hello, {dish}")
        };
        let soup = spawn(cook("soup"));
        let bread = spawn(cook("bread"));
        say("the chef takes the orders");
        for order in [soup, bread] {
            say(&order.await.map_err(std::io::Error::other)?);
        }
        Ok(())
    })
}
