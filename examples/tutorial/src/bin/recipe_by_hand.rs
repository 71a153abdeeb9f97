//! A future written by hand: a state, and a `poll` that goes as far as it can.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

// ANCHOR: future
/// A sandwich: bread, then cheese, then done.
enum Sandwich {
    Bread,
    Cheese,
    Eaten,
}

impl Future for Sandwich {
    type Output = &'static str;

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        match *self {
            Sandwich::Bread => {
                println!("bread is cut; the cheese is not here yet");
                *self = Sandwich::Cheese;
                Poll::Pending
            }
            Sandwich::Cheese => {
                println!("the cheese is on it");
                *self = Sandwich::Eaten;
                Poll::Ready("a sandwich")
            }
            Sandwich::Eaten => panic!("polled after it was done"),
        }
    }
}
// ANCHOR_END: future

// ANCHOR: main
fn main() {
    let mut sandwich = Sandwich::Bread;
    println!("a recipe does nothing by itself");
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        match Pin::new(&mut sandwich).poll(&mut cx) {
            Poll::Pending => println!("pending"),
            Poll::Ready(food) => return println!("ready: {food}"),
        }
    }
}
// ANCHOR_END: main
