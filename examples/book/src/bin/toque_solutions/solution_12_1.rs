//! An order for the other chef.

use std::io;
use std::rc::Rc;
use std::thread;

use toque::sync::Barrier;
use toque::{Core, spawn};

// ANCHOR: main
/// Where an order is cooked. The `Rc` never leaves the thread; what crosses is the
/// closure that makes it, and the answer.
async fn cook(order: String) -> String {
    let order = Rc::new(order);
    let cooked = spawn(async move {
        let thread = thread::current();
        format!("{order}, by {}", thread.name().unwrap_or_default())
    });
    cooked.await.expect("the cook is well")
}

pub(crate) fn main() -> io::Result<()> {
    let all_are_served = Barrier::new(2);
    let meals = toque::cores(2, async |core: Core| {
        let other = 1 - core.index();
        let order = format!("the order of chef {}", core.index());
        let meal = core.handle(other).spawn(cook(order)).await;
        all_are_served.wait().await; // a chef who has left cooks for nobody
        meal.expect("the other chef is well")
    })?;
    for meal in meals {
        println!("{}", meal.expect("the chef is well"));
    }
    Ok(())
}
// ANCHOR_END: main
