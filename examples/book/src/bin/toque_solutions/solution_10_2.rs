//! Two tasks at the end: one is told and waited for, the other is dropped.

use std::future::pending;
use std::io;

use toque::sync::CancellationToken;
use toque::task::{TaskTracker, yield_now};
use toque::{Runtime, spawn};

// ANCHOR: main
struct Apron(&'static str);

impl Drop for Apron {
    fn drop(&mut self) {
        println!("{}: the apron is off", self.0);
    }
}

async fn cook(closing: CancellationToken) {
    let _apron = Apron("the one who was told");
    closing.cancelled().await;
    println!("the one who was told puts the knives away");
    yield_now().await; // it may still wait for something
}

async fn daydream() {
    let _apron = Apron("the other");
    pending::<()>().await;
    println!("never said");
}

pub(crate) fn main() -> io::Result<()> {
    let runtime = Runtime::new()?;
    runtime.block_on(async {
        let (closing, tracker) = (CancellationToken::new(), TaskTracker::new());
        tracker.spawn_local(cook(closing.clone()));
        spawn(daydream());
        yield_now().await;

        closing.cancel();
        tracker.close();
        tracker.wait().await;
        println!("all who were told have left");
    });
    drop(runtime);
    Ok(())
}
// ANCHOR_END: main
