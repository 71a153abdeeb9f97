//! What safe code can do to break the promise that every future is dropped, in its time and on its thread. Each of these has
//! freed memory that was in use once; the sanitizers run them too.

mod tools;

use std::cell::RefCell;
use std::future::{Future, pending};
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tools::{Drops, hold, let_others_run, on_drop, poll_once};
use toque::runtime::EnterGuard;
use toque::{Handle, Runtime, spawn};

/// As the payload of a panic it panics when it is thrown away.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a payload that panics when it is dropped");
    }
}

/// A handle that a guard may borrow from for ever.
fn leaked_handle(runtime: &Runtime) -> &'static Handle {
    Box::leak(Box::new(runtime.handle().clone()))
}

#[test]
fn payloads_that_panic_when_dropped_leave_no_child_behind_its_scope() {
    let drops = Drops::default();
    let scope = toque::scope(async |s| {
        s.spawn(hold(on_drop(|| panic!("first"))));
        s.spawn(hold(on_drop(|| panic_any(Bomb))));
        for guard in [drops.guard(), drops.guard(), drops.guard()] {
            let uses_the_scope = on_drop(move || drop(s.spawn(pending::<()>())));
            s.spawn(hold((guard, uses_the_scope)));
        }
        pending::<()>().await;
    });
    let mut scope = Box::pin(scope);
    assert!(poll_once(&mut scope, Waker::noop()).is_pending());
    let end = catch_unwind(AssertUnwindSafe(|| drop(scope)));
    assert_eq!(end.unwrap_err().downcast_ref(), Some(&"first"));
    drops.assert_at_home(3);
}

#[test]
fn a_body_that_panics_drops_children_whose_payloads_panic() {
    let drops = Drops::default();
    let scope = toque::scope(async |s| {
        s.spawn(hold(on_drop(|| panic_any(Bomb))));
        s.spawn(hold(drops.guard()));
        panic!("body");
    });
    let mut scope = Box::pin(scope);
    let poll = || -> Poll<()> { poll_once(&mut scope, Waker::noop()) };
    assert!(catch_unwind(AssertUnwindSafe(poll)).is_err());
    drop(scope);
    drops.assert_at_home(1);
}

/// Leaves the runtime when it is dropped.
struct Leaves(Option<EnterGuard<'static>>);

impl Drop for Leaves {
    fn drop(&mut self) {
        drop(self.0.take());
        // What has been freed is used for something else.
        let others: Vec<_> = (0..64).map(|_| vec![0x41_u8; 700]).collect();
        std::hint::black_box(others);
    }
}

impl Future for Leaves {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

#[test]
fn a_future_that_frees_the_ended_runtime_it_is_spawned_on_is_cancelled() {
    let runtime = Runtime::new().unwrap();
    let entered = leaked_handle(&runtime).enter();
    drop(runtime);
    let mut task = spawn(Leaves(Some(entered)));
    let Poll::Ready(Err(error)) = poll_once(&mut task, Waker::noop()) else {
        panic!("it ended with the runtime");
    };
    assert!(error.is_cancelled());
}

thread_local! {
    /// The guard that keeps this thread's runtime.
    static KEPT: RefCell<Option<EnterGuard<'static>>> = const { RefCell::new(None) };
}

/// Leaves the runtime of the thread on which it is dropped.
struct LeavesFromAnywhere;

impl Drop for LeavesFromAnywhere {
    fn drop(&mut self) {
        KEPT.take();
    }
}

#[test]
fn a_future_that_frees_the_current_runtime_as_an_ended_one_sends_it_back_is_cancelled() {
    let (runtime, ended) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let handle = ended.handle().clone();
    drop(ended);
    KEPT.set(Some(leaked_handle(&runtime).enter()));
    drop(runtime);
    let mut task = handle.spawn(hold(LeavesFromAnywhere));
    assert!(KEPT.take().is_none(), "it was dropped");
    let Poll::Ready(Err(error)) = poll_once(&mut task, Waker::noop()) else {
        panic!("its runtime had ended before");
    };
    assert!(error.is_cancelled());
}

#[test]
fn a_task_that_drops_the_guard_of_its_runtime_and_waits_is_dropped_with_the_runtime() {
    let drops = Drops::default();
    let runtime = Runtime::new().unwrap();
    let entered = leaked_handle(&runtime).enter();
    let guard = drops.guard();
    let task = async move {
        drop(entered);
        hold(guard).await;
    };
    runtime.block_on(async move {
        spawn(task);
        let_others_run().await;
    });
    drop(runtime);
    drops.assert_at_home(1);
}

#[test]
fn a_task_that_waits_within_another_runtime_is_dropped_with_its_own() {
    let drops = Drops::default();
    let (runtime, other) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let other = leaked_handle(&other);
    let guard = drops.guard();
    let task = async move {
        let _entered = other.enter();
        hold(guard).await;
    };
    runtime.block_on(async move {
        spawn(task);
        let_others_run().await;
    });
    drop(runtime);
    drops.assert_at_home(1);
}

#[expect(clippy::mem_forget, reason = "it is what is tested")]
#[test]
fn a_task_that_waits_while_a_forgotten_guard_hides_its_runtime_is_dropped_with_it() {
    let drops = Drops::default();
    let (runtime, other) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let other = leaked_handle(&other);
    let guard = drops.guard();
    runtime.block_on(async move {
        let waits = spawn(hold(guard));
        forget(other.enter());
        let_others_run().await;
        drop(waits);
    });
    drop(runtime);
    drops.assert_at_home(1);
}
