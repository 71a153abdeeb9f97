//! Models of the executor's end: what other threads spawn and wake while it ends.
//!
//! loom sees the injector's locks and not async-task's atomics: a task's own state changes whole, between two of them. Its threads
//! share std's thread-locals, so no executor is made this thread's here, and every wake takes the way through the injector.

use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::*;
use crate::executor::home::Figures;
use crate::executor::unhandled::UnhandledPanic;
use crate::waker::Ring;
use loom::sync::Arc as LoomArc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread::{self, ThreadId};

/// Nobody sleeps in these.
struct Silent;

impl Ring for Silent {
    fn ring(&self) {}
}

fn executor() -> Executor {
    let home = Home::new(1, Box::new(Silent), UnhandledPanic::Log, Figures::default());
    Executor::new(Arc::new(home), 61, None)
}

/// Counts its drop, by whether it is on its own thread.
struct HomeBound {
    home: ThreadId,
    drops: LoomArc<[AtomicUsize; 2]>,
}

impl HomeBound {
    fn new() -> (Self, LoomArc<[AtomicUsize; 2]>) {
        let drops = LoomArc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        let home = thread::current().id();
        (
            Self {
                home,
                drops: drops.clone(),
            },
            drops,
        )
    }
}

impl Drop for HomeBound {
    fn drop(&mut self) {
        let abroad = usize::from(thread::current().id() != self.home);
        self.drops[abroad].fetch_add(1, Ordering::Relaxed);
    }
}

async fn hold(guard: HomeBound) {
    pending::<()>().await;
    drop(guard);
}

fn end(executor: Executor) {
    executor.shut_down(&mut |_| {});
}

fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

/// A task that another thread spawns while the executor ends is dropped once, here or there, and its handle hears that it was
/// cancelled.
/// Mutants that fail it: `executor_end_drops_the_last_messages` (what the close gives back is not run), `executor_admits_after_the_end`
/// (a new task is queued while nobody looks into the queue any more), `executor_sends_in_vain` (what comes back from an executor that
/// has gone is forgotten).
#[test]
fn a_task_spawned_at_the_end_is_dropped_once_and_told() {
    check(|| {
        let executor = executor();
        let home = Arc::clone(executor.home());
        let (guard, drops) = HomeBound::new();
        let spawner =
            thread::spawn(move || spawn_from_anywhere(&home, hold(guard), Origin::caller()));
        end(executor);
        let mut task = spawner.join().unwrap();
        let outcome = Pin::new(&mut task).poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(outcome, Poll::Ready(Err(error)) if error.is_cancelled()));
        assert_eq!(
            drops
                .each_ref()
                .map(|d| d.load(Ordering::Relaxed))
                .iter()
                .sum::<usize>(),
            1
        );
    });
}

/// A task that another thread wakes while the executor ends is dropped by the executor's thread: it waits for a wake that has
/// begun and has not arrived.
/// Mutant that fails it: `executor_end_waits_for_nobody` (it does not).
#[test]
fn a_task_woken_at_the_end_is_dropped_at_home() {
    check(|| {
        let executor = executor();
        let (guard, drops) = HomeBound::new();
        let waiting = std::rc::Rc::new(Cell::new(None));
        let task = {
            let waiting = waiting.clone();
            async move {
                let _guard = guard;
                poll_fn(|cx| {
                    waiting.set(Some(cx.waker().clone()));
                    Poll::<()>::Pending
                })
                .await
            }
        };
        drop(executor.spawn(task, Origin::caller()));
        executor.run(&mut || Progress::Pending);
        let waker = waiting.take().unwrap();
        let begun = LoomArc::new(AtomicUsize::new(0));
        let waking = {
            let begun = begun.clone();
            thread::spawn(move || {
                begun.store(1, Ordering::Relaxed);
                waker.wake_by_ref();
                waker
            })
        };
        // Else loom knows of nothing that the two have in common before the end, and tries one order only.
        begun.load(Ordering::Relaxed);
        end(executor);
        drop(waking.join().unwrap()); // here, or loom does not see that the task's end came before its memory's
        assert_eq!(drops.each_ref().map(|d| d.load(Ordering::Relaxed)), [1, 0]);
    });
}

/// A task that another thread aborts while it is polled for the first time ends, without another wake.
/// Mutants that fail it: `executor_abort_is_a_mark_only` (and sends nothing), `executor_abort_sends_before_it_marks` (the task is
/// woken, and finds no mark), `executor_abort_looks_for_the_place_abroad` (where the task has none yet).
#[test]
fn a_task_aborted_from_elsewhere_ends() {
    check(|| {
        let executor = executor();
        let (guard, drops) = HomeBound::new();
        let task = executor.spawn(hold(guard), Origin::caller());
        let abort = task.abort_handle();
        let aborter = thread::spawn(move || abort.abort());
        let turn = || {
            executor.receive(); // the errand,
            executor.receive(); // and the wake, which takes the same way here
            executor.run(&mut || Progress::Pending);
        };
        turn();
        turn();
        aborter.join().unwrap();
        turn();
        assert_eq!(drops.each_ref().map(|d| d.load(Ordering::Relaxed)), [1, 0]);
        drop(task);
        end(executor);
    });
}
