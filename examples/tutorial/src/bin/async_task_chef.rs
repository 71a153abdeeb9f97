//! One chef on `async-task`: a task is one allocation, the queue holds the task itself,
//! and a second wake does nothing.

#![allow(unsafe_code)] // tasks whose futures are not `Send`; an allocator that counts

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread::{self, Thread};

use async_task::{Builder, Runnable, Task};
use tutorial::injector::Injector;

// ANCHOR: chef
/// One thread's tasks.
struct Chef {
    /// What is ready: the tasks themselves. Any thread may send one home.
    ready: Arc<Injector<Runnable>>,
    /// What lives, by number: a waker of each.
    living: Rc<RefCell<HashMap<u64, Waker>>>,
    last: Cell<u64>,
    thread: Thread,
}

/// Goes with the future, and says that it has gone.
struct Leave(u64, Rc<RefCell<HashMap<u64, Waker>>>);

impl Drop for Leave {
    fn drop(&mut self) {
        let waker = self.1.borrow_mut().remove(&self.0);
        drop(waker); // after the borrow
    }
}

impl Chef {
    fn new() -> Self {
        Self {
            ready: Arc::default(),
            living: Rc::default(),
            last: Cell::new(0),
            thread: thread::current(),
        }
    }

    fn spawn<F: Future + 'static>(&self, future: F) -> Task<F::Output> {
        let id = self.last.get() + 1;
        self.last.set(id);
        let leave = Leave(id, Rc::clone(&self.living));
        let guarded = async move {
            let _leave = leave;
            future.await
        };
        let (ready, thread) = (Arc::clone(&self.ready), self.thread.clone());
        // What a waker does: the task goes home, and the chef is woken if he sleeps.
        let schedule = move |task| {
            if ready.push(task) {
                thread.unpark();
            }
        };
        // SAFETY: the future need not be `Send`: `run` and `drop` poll and drop it, both
        // on the chef's thread, since `Chef` is not `Send`; and a `Runnable` is nowhere
        // else than in `ready`. `drop` returns when no future lives. It is `'static`.
        let (task, handle) = unsafe { Builder::new().spawn_unchecked(|()| guarded, schedule) };
        self.living.borrow_mut().insert(id, task.waker());
        task.schedule();
        handle
    }

    /// Runs what is ready until `task` is done. Meanwhile the thread sleeps when nothing
    /// is.
    fn run<T>(&self, mut task: Task<T>) -> T {
        let mut cx = Context::from_waker(Waker::noop()); // it is looked at after each batch anyway
        loop {
            for ready in self.ready.take() {
                ready.run();
            }
            if let Poll::Ready(output) = Pin::new(&mut task).poll(&mut cx) {
                return output;
            }
            if self.ready.park() {
                thread::park();
                self.ready.unpark();
            }
        }
    }
}

/// Drops every future that lives, here: whoever may still hold a waker.
impl Drop for Chef {
    fn drop(&mut self) {
        while !self.living.borrow().is_empty() {
            let wakers: Vec<_> = self.living.borrow().values().cloned().collect();
            wakers.into_iter().for_each(Waker::wake);
            drop(self.ready.take()); // a task that is dropped instead of run drops its future
        }
    }
}
// ANCHOR_END: chef

// ANCHOR: main
/// Counts how often memory is asked for, by this thread.
struct Counting;

thread_local!(static ASKED: Cell<usize> = const { Cell::new(0) });

// SAFETY: all is left to `System`.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.set(ASKED.get() + 1);
        // SAFETY: the caller keeps what `alloc` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: it is from `alloc` above, which is `System`'s.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Pending for ever; rung for twice in its first poll.
async fn rung_twice(polls: Rc<Cell<usize>>) {
    poll_fn(|cx| {
        polls.set(polls.get() + 1);
        if polls.get() == 1 {
            cx.waker().wake_by_ref();
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    })
    .await
}

/// Waits until a thread in the next room has rung.
async fn cheese() -> &'static str {
    let mut room = None;
    poll_fn(|cx| {
        if room.is_some() {
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        room = Some(thread::spawn(move || waker.wake()));
        Poll::Pending
    })
    .await;
    room.map(|room| room.join());
    "cheese"
}

/// Held by a future that never ends.
struct Plate;

impl Drop for Plate {
    fn drop(&mut self) {
        println!("the plate is back");
    }
}

/// How often memory was asked for.
fn asked<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = ASKED.get();
    let result = work();
    (ASKED.get() - before, result)
}

fn main() {
    let chef = Chef::new();
    chef.living.borrow_mut().reserve(8); // room in the table, and in the queue by the first task
    chef.spawn(async {
        let _plate = Plate;
        pending::<()>().await;
    })
    .detach();
    let (count, cheese) = asked(|| chef.spawn(cheese()));
    println!("a new task: {count} allocation");
    let polls = Rc::new(Cell::new(0));
    chef.spawn(rung_twice(Rc::clone(&polls))).detach();
    println!("from the next room: {}", chef.run(cheese));
    println!("rung twice, polled {} time more", polls.get() - 1);
    println!("the chef goes");
}
// ANCHOR_END: main
