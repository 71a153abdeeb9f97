//! Two tasks on one thread: they take turns, one is awaited, one is cancelled.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use tutorial::runtime::{block_on, spawn};

// ANCHOR: main
/// To the end of the queue, once.
async fn give_way() {
    let mut given = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

async fn order(guest: &'static str) -> &'static str {
    let _plate = Plate(guest);
    for step in ["bread", "cheese"] {
        println!("{guest}: {step}");
        give_way().await;
    }
    guest
}

struct Plate(&'static str);

impl Drop for Plate {
    fn drop(&mut self) {
        println!("{}: the plate is back", self.0);
    }
}

fn main() -> io::Result<()> {
    block_on(async {
        let first = spawn(order("first"));
        let second = spawn(order("second"));
        println!("spawned, and nothing has happened");
        give_way().await;
        second.abort();
        println!("first: {:?}", first.await);
        println!("second: {:?}", second.await);
    })
}
// ANCHOR_END: main
