//! The mutex and the budget of the task that waits for it, and the thread that must not block.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Mutex;
use crate::future::entered;
use crate::sync::test_tools::{poll, poll_exhausted};

/// tokio-rs/tokio#8365: it was not first come, first served for a task that had spent its budget.
#[test]
fn one_whose_budget_is_spent_keeps_its_place() {
    let mutex = Mutex::new(());
    let guard = mutex.try_lock().unwrap();
    let mut first = Box::pin(mutex.lock());
    let mut second = Box::pin(mutex.lock());
    assert!(poll_exhausted(first.as_mut()).is_pending());
    assert!(poll(second.as_mut()).is_pending());
    drop(guard);
    assert!(poll_exhausted(first.as_mut()).is_pending());
    assert!(poll(second.as_mut()).is_pending());
    assert!(poll(first.as_mut()).is_ready());
    assert!(poll(second.as_mut()).is_ready());
}

#[test]
fn a_thread_that_runs_tasks_does_not_block() {
    let mutex = Mutex::new(1);
    let before = entered::set_entered(true);
    let block = AssertUnwindSafe(|| drop(mutex.blocking_lock()));
    let result = catch_unwind(block);
    entered::set_entered(before);
    assert!(result.unwrap_err().is::<String>());
    assert!(mutex.try_lock().is_ok());
}
