//! A task is woken twice in its first poll: how often is it polled?

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use std::task::Poll;

use tutorial::runtime::{block_on, spawn};

// ANCHOR: main
pub(crate) fn main() -> io::Result<()> {
    block_on(async {
        let polls = Rc::new(Cell::new(0));
        let counted = Rc::clone(&polls);
        let task = spawn(poll_fn::<(), _>(move |cx| {
            counted.set(counted.get() + 1);
            if counted.get() == 1 {
                cx.waker().wake_by_ref();
                cx.waker().wake_by_ref();
            }
            Poll::Pending
        }));
        let mut rounds = 0; // of the queue, more than enough
        poll_fn(|cx| {
            rounds += 1;
            cx.waker().wake_by_ref();
            if rounds > 10 {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        println!("woken twice, polled {} times more", polls.get() - 1);
        task.abort();
    })
}
// ANCHOR_END: main
