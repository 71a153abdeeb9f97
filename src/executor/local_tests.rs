//! Tests of the executor by itself: tasks in all their states, without a reactor or a clock, so that Miri can run them.

use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::thread;

use super::*;
use crate::executor::abort::AbortHandle;
use crate::executor::home::Figures;
use crate::executor::unhandled::UnhandledPanic;
use crate::waker::Ring;

/// Nobody sleeps in these.
struct Silent;

impl Ring for Silent {
    fn ring(&self) {}
}

/// An executor that is its thread's until it is dropped, and ends then.
struct Kitchen(Rc<Executor>);

impl Kitchen {
    fn new() -> Self {
        let home = Home::new(1, Box::new(Silent), UnhandledPanic::Log, Figures::default());
        let executor = Rc::new(Executor::new(Arc::new(home), 61, None));
        // SAFETY: it is owned, and `drop` takes the pointer back before it goes. No test exchanges it while it is lent.
        unsafe { here::set(Rc::as_ptr(&executor)) };
        Self(executor)
    }

    fn spawn<F: Future<Output: 'static> + 'static>(&self, future: F) -> JoinHandle<F::Output> {
        self.0.spawn(future, Origin::caller())
    }

    /// Runs all that is ready, and what that makes ready.
    fn run(&self) {
        for _ in 0..100 {
            self.0.receive();
            self.0.run(&mut || Progress::Pending);
        }
    }
}

impl Drop for Kitchen {
    fn drop(&mut self) {
        self.0.shut_down(&mut |_| {});
        // SAFETY: null is always right.
        unsafe { here::set(std::ptr::null()) };
    }
}

fn outcome<T>(task: &mut JoinHandle<T>) -> Poll<Result<T, crate::executor::error::JoinError>> {
    Pin::new(task).poll(&mut Context::from_waker(Waker::noop()))
}

async fn hold<T>(value: T) {
    pending::<()>().await;
    drop(value);
}

/// Waits until its waker, which it puts there, is called.
async fn wait(waker: Rc<Cell<Option<Waker>>>) {
    let mut waits = true;
    poll_fn(|cx| {
        if !std::mem::take(&mut waits) {
            return Poll::Ready(());
        }
        waker.set(Some(cx.waker().clone()));
        Poll::Pending
    })
    .await;
}

#[test]
fn more_tasks_than_a_new_queue_holds_run_in_their_order() {
    let kitchen = Kitchen::new();
    let order = Rc::new(RefCell::new(Vec::new()));
    for n in 0..150 {
        let order = Rc::clone(&order);
        drop(kitchen.spawn(async move { order.borrow_mut().push(n) }));
    }
    kitchen.run();
    assert_eq!(*order.borrow(), Vec::from_iter(0..150));
}

#[test]
fn tasks_in_every_state_are_freed_with_their_executor() {
    let value = Rc::new("soup");
    let waker = Rc::new(Cell::new(None));
    let kitchen = Kitchen::new();
    let mut ready = kitchen.spawn({
        let value = Rc::clone(&value);
        async move { value }
    });
    let mut waiting = kitchen.spawn(hold(Rc::clone(&value)));
    let aborted = kitchen.spawn(hold(Rc::clone(&value)));
    let handle: AbortHandle = aborted.abort_handle();
    let woken = kitchen.spawn({
        let (value, waker) = (Rc::clone(&value), Rc::clone(&waker));
        async move {
            wait(waker).await;
            hold(value).await;
        }
    });
    let mut panics = kitchen.spawn({
        let value = Rc::clone(&value);
        async move {
            let _value = value;
            panic!("no bread left");
        }
    });
    kitchen.run();
    handle.abort();
    waker.take().unwrap().wake();
    let never_polled = kitchen.spawn(hold(Rc::clone(&value)));

    assert!(matches!(outcome(&mut ready), Poll::Ready(Ok(soup)) if *soup == "soup"));
    let panicked: Poll<Result<(), _>> = outcome(&mut panics);
    assert!(matches!(panicked, Poll::Ready(Err(error)) if error.is_panic()));
    assert!(outcome(&mut waiting).is_pending());
    drop((aborted, woken, never_polled));
    drop(kitchen);
    assert!(matches!(outcome(&mut waiting), Poll::Ready(Err(error)) if error.is_cancelled()));
    assert!(handle.is_finished());
    assert_eq!(Rc::strong_count(&value), 1);
}

#[test]
fn an_output_that_nobody_asks_for_is_freed() {
    let value = Rc::new("soup");
    let kitchen = Kitchen::new();
    let task = kitchen.spawn({
        let value = Rc::clone(&value);
        async move { value }
    });
    kitchen.run();
    assert!(task.is_finished());
    drop(task);
    assert_eq!(Rc::strong_count(&value), 1);
}

#[test]
fn another_thread_spawns_wakes_and_aborts() {
    let kitchen = Kitchen::new();
    let home = Arc::clone(kitchen.0.home());
    let waker = Rc::new(Cell::new(None));
    let mut woken = kitchen.spawn(wait(Rc::clone(&waker)));
    let mut aborted = kitchen.spawn(pending::<()>());
    let handle = aborted.abort_handle();
    kitchen.run();
    let waker = waker.take().unwrap();
    let other = thread::spawn(move || {
        waker.wake_by_ref();
        handle.abort();
        let more = spawn_from_anywhere(&home, async { 7 }, Origin::caller());
        (more, waker)
    });
    let (mut more, waker) = other.join().unwrap();
    kitchen.run();
    assert!(matches!(outcome(&mut woken), Poll::Ready(Ok(()))));
    assert!(matches!(outcome(&mut aborted), Poll::Ready(Err(error)) if error.is_cancelled()));
    assert!(matches!(outcome(&mut more), Poll::Ready(Ok(7))));
    drop(kitchen);
    thread::spawn(move || waker.wake()).join().unwrap(); // after all of them
}

#[test]
fn what_is_ready_and_what_was_sent_are_something() {
    let kitchen = Kitchen::new();
    let has_nothing = || kitchen.0.has_nothing();
    let home = Arc::clone(kitchen.0.home());
    assert!(has_nothing());
    drop(kitchen.spawn(async {})); // detached
    assert!(!has_nothing(), "it is ready");
    kitchen.run();
    assert!(has_nothing());
    drop(spawn_from_anywhere(&home, async {}, Origin::caller()));
    assert!(!has_nothing(), "it was sent");
    kitchen.run();
    assert!(has_nothing());
}

#[test]
fn threads_that_spawn_and_wake_while_it_ends_get_an_answer() {
    let kitchen = Kitchen::new();
    let home = Arc::clone(kitchen.0.home());
    let waker = Rc::new(Cell::new(None));
    let mut waiting = kitchen.spawn({
        let waker = Rc::clone(&waker);
        async move {
            wait(waker).await;
            pending::<()>().await;
        }
    });
    kitchen.run();
    let waker = waker.take().unwrap();
    let spawner =
        thread::spawn(move || spawn_from_anywhere(&home, pending::<()>(), Origin::caller()));
    let waking = thread::spawn(move || waker.wake());
    drop(kitchen);
    waking.join().unwrap();
    for task in [&mut waiting, &mut spawner.join().unwrap()] {
        assert!(matches!(outcome(task), Poll::Ready(Err(error)) if error.is_cancelled()));
    }
}

#[test]
fn a_task_has_one_place_however_often_it_waits_and_leaves_it() {
    let kitchen = Kitchen::new();
    let waiting = |kitchen: &Kitchen| kitchen.0.waiting.borrow().values().count();
    let waker = Rc::new(Cell::new(None));
    let waits = |waker: Rc<Cell<Option<Waker>>>| async move {
        for _ in 0..5 {
            wait(waker.clone()).await;
        }
    };
    let mut task = kitchen.spawn(waits(waker.clone()));
    assert_eq!(waiting(&kitchen), 0, "never polled");
    for _ in 0..5 {
        kitchen.run();
        assert_eq!(waiting(&kitchen), 1);
        waker.take().expect("it waits").wake();
    }
    kitchen.run();
    assert_eq!(waiting(&kitchen), 0);
    assert!(outcome(&mut task).is_ready());
}
