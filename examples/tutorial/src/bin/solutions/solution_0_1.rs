//! Two guests, and a database that takes its time: once the chef awaits it, once the chef
//! stands and waits.

use std::io;
use std::thread;
use std::time::Duration;

use tutorial::runtime::{block_on, sleep, spawn};

// ANCHOR: main
/// What the database takes.
const SEARCH: Duration = Duration::from_millis(50);

async fn serve_sandwich(blocking: bool) {
    println!("  searching for sandwich");
    if blocking {
        thread::sleep(SEARCH); // the chef stands still, and all guests with the chef
    } else {
        sleep(SEARCH).await; // gives the thread back
    }
    println!("  lunch time");
}

async fn serve_menu() {
    println!("  the menu, meanwhile");
}

fn kitchen(blocking: bool) -> io::Result<()> {
    block_on(async move {
        let hungry = spawn(serve_sandwich(blocking));
        let curious = spawn(serve_menu());
        hungry.await;
        curious.await;
    })
}

pub(crate) fn main() -> io::Result<()> {
    println!("awaited:");
    kitchen(false)?;
    println!("slept through:");
    kitchen(true)
}
// ANCHOR_END: main
