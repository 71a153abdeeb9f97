//! A thread in the next room rings for a task.

use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;

use tutorial::runtime::{block_on, spawn};

// ANCHOR: shelf
/// Where the next room puts the cheese, and who is to be told.
#[derive(Default)]
struct Shelf {
    cheese: Option<&'static str>,
    waiter: Option<Waker>,
}

async fn fetch(shelf: Arc<Mutex<Shelf>>) -> &'static str {
    poll_fn(|cx| {
        let mut shelf = shelf.lock().unwrap();
        if let Some(cheese) = shelf.cheese.take() {
            return Poll::Ready(cheese);
        }
        shelf.waiter = Some(cx.waker().clone()); // under the lock: `put` owes the wake
        Poll::Pending
    })
    .await
}

fn put(shelf: &Mutex<Shelf>, cheese: &'static str) {
    let mut shelf = shelf.lock().unwrap();
    shelf.cheese = Some(cheese);
    let waiter = shelf.waiter.take();
    drop(shelf);
    if let Some(waker) = waiter {
        waker.wake(); // after the lock: a waker is foreign code
    }
}
// ANCHOR_END: shelf

fn main() -> io::Result<()> {
    block_on(async {
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let task = spawn(fetch(Arc::clone(&shelf)));
        println!("the chef waits");
        let room = thread::spawn(move || put(&shelf, "gouda"));
        println!("from the next room: {:?}", task.await);
        room.join().expect("the next room is in order");
    })
}
