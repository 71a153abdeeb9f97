//! The same recipe, its states made by `async`.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

// ANCHOR: future
/// Pending once, then done.
struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

async fn sandwich() -> &'static str {
    println!("bread is cut; the cheese is not here yet");
    Once(false).await;
    println!("the cheese is on it");
    "a sandwich"
}
// ANCHOR_END: future

fn main() {
    let mut sandwich = pin!(sandwich());
    println!("a recipe does nothing by itself");
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        match sandwich.as_mut().poll(&mut cx) {
            Poll::Pending => println!("pending"),
            Poll::Ready(food) => return println!("ready: {food}"),
        }
    }
}
