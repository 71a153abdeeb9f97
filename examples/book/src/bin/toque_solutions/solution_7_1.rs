//! A task that gives way for ever: do the timers get their turn? In Node's `nextTick`
//! they would not.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use toque::task::yield_now;
use toque::time::sleep;
use toque::{Runtime, spawn};

// ANCHOR: main
pub(crate) fn main() -> io::Result<()> {
    Runtime::new()?.block_on(async {
        let rung = Rc::new(Cell::new(false));
        let busy = spawn({
            let rung = Rc::clone(&rung);
            async move {
                while !rung.get() {
                    yield_now().await; // to the end of the queue, where nobody else is
                }
                println!("the busy task has heard of it");
            }
        });
        sleep(Duration::from_millis(1)).await;
        println!("the timer has fired beside a busy task");
        rung.set(true);
        Ok(busy.await?)
    })
}
// ANCHOR_END: main
