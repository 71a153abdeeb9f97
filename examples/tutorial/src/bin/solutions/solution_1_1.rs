//! Polled after it was ready: by hand, and as `async` makes it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

// ANCHOR: main
/// A sandwich without cheese: ready at the first poll.
enum Sandwich {
    Bread,
    Eaten,
}

impl Future for Sandwich {
    type Output = &'static str;

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        match std::mem::replace(&mut *self, Sandwich::Eaten) {
            Sandwich::Bread => Poll::Ready("a sandwich"),
            Sandwich::Eaten => panic!("polled after it was done"),
        }
    }
}

fn poll_twice(name: &str, mut future: Pin<&mut dyn Future<Output = &'static str>>) {
    let mut cx = Context::from_waker(Waker::noop());
    println!("{name}: {:?}", future.as_mut().poll(&mut cx));
    let again = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut cx)));
    println!("{name}, again: it panics: {}", again.is_err());
}

pub(crate) fn main() -> io::Result<()> {
    poll_twice("by hand", pin!(Sandwich::Bread));
    poll_twice("by `async`", pin!(async { "a sandwich" }));
    Ok(())
}
// ANCHOR_END: main
