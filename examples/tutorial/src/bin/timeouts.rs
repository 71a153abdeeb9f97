//! Sleepers wake in the order of their deadlines, and a timeout drops what comes too
//! late.

use std::future::{pending, poll_fn};
use std::io;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use tutorial::runtime::{block_on, sleep, spawn};

// ANCHOR: timeout
/// `None` if `future` takes longer than `patience`.
async fn timeout<F: Future>(patience: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut alarm = pin!(sleep(patience));
    poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        alarm.as_mut().poll(cx).map(|()| None)
    })
    .await
}
// ANCHOR_END: timeout

fn main() -> io::Result<()> {
    block_on(async {
        let began = Instant::now();
        let second = spawn(async {
            sleep(Duration::from_millis(60)).await;
            println!("toast, after 60 ms");
        });
        let first = spawn(async {
            sleep(Duration::from_millis(20)).await;
            println!("egg, after 20 ms");
        });
        first.await;
        second.await;
        println!("early: {}", began.elapsed() < Duration::from_millis(60));

        let never = timeout(Duration::from_millis(10), pending::<()>()).await;
        println!("a sandwich that never comes: {never:?}");
        let now = timeout(Duration::from_secs(60), async { "here" }).await;
        println!("one that is there: {now:?}");
    })
}
