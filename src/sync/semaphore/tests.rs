//! The semaphore and the budget of the task that waits for it, and the thread that must not block.

use std::pin::pin;
use std::task::Poll;

use super::Semaphore;
use crate::future::{budget, entered};
use crate::sync::test_tools::{poll, poll_exhausted};

#[test]
fn an_acquired_permit_is_an_operation() {
    let semaphore = Semaphore::new(1);
    budget::refill();
    let polls = (0..2 * budget::OPERATIONS).map(|_| poll(pin!(semaphore.acquire())));
    let operations = polls.filter(Poll::is_ready).count();
    budget::unlimited();
    assert_eq!(operations, budget::OPERATIONS as usize);
}

/// tokio-rs/tokio#8365: it was not first come, first served for a task that had spent its budget.
#[test]
fn one_whose_budget_is_spent_keeps_its_place() {
    let semaphore = Semaphore::new(0);
    let mut first = Box::pin(semaphore.acquire());
    let mut second = Box::pin(semaphore.acquire());
    assert!(poll_exhausted(first.as_mut()).is_pending());
    assert!(poll(second.as_mut()).is_pending());
    semaphore.add_permits(1);
    assert!(poll(second.as_mut()).is_pending());
    assert!(poll(first.as_mut()).is_ready());
}

#[test]
fn one_whose_budget_is_spent_takes_the_free_permit() {
    let semaphore = Semaphore::new(1);
    let mut first = Box::pin(semaphore.acquire());
    assert!(poll_exhausted(first.as_mut()).is_pending());
    assert!(semaphore.try_acquire().is_err());
    assert!(poll(first.as_mut()).is_ready());
}

#[test]
fn one_whose_budget_is_spent_and_is_cancelled_gives_the_permit_back() {
    let semaphore = Semaphore::new(1);
    let mut first = Box::pin(semaphore.acquire());
    let mut second = Box::pin(semaphore.acquire());
    assert!(poll_exhausted(first.as_mut()).is_pending());
    assert!(poll(second.as_mut()).is_pending());
    drop(first);
    assert!(poll(second.as_mut()).is_ready());
}

#[test]
fn a_thread_that_runs_tasks_does_not_block() {
    let semaphore = Semaphore::new(1);
    let before = entered::set_entered(true);
    let result = std::panic::catch_unwind(|| drop(semaphore.blocking_acquire()));
    entered::set_entered(before);
    let panic = result.unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("`Semaphore::blocking_acquire`") && text.contains("spawn_blocking"));
    assert_eq!(semaphore.available_permits(), 1);
}
