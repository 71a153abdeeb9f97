//! Spawn and join: a task is made, runs once, and its output is taken; one by one, or ten thousand before the first join.
//! The floor is async-task alone: a queue of what is ready and nothing that a runtime adds to it.

use std::cell::RefCell;
use std::collections::VecDeque;

use super::{Op, SizedOp, clocked};
use crate::contestant::Contestant::{self, Bare, Monoio, Smol, Tokio, TokioLocal, Toque};
use crate::figures::{Figures, time_each};
use crate::runtimes;

/// Tasks that live at once in the second row.
const AT_ONCE: u64 = 10_000;

pub(crate) const ONE_BY_ONE: &[(Contestant, Op)] = &[
    (Toque, |n| toque(n, 1)),
    (Tokio, |n| tokio(n, 1)),
    (TokioLocal, |n| tokio_local(n, 1)),
    (Smol, |n| smol(n, 1)),
    (Monoio, |n| monoio(n, 1)),
    (Bare, |n| bare(n, 1)),
];

pub(crate) const BULK: &[(Contestant, Op)] = &[
    (Toque, |n| toque(n, AT_ONCE)),
    (Tokio, |n| tokio(n, AT_ONCE)),
    (TokioLocal, |n| tokio_local(n, AT_ONCE)),
    (Smol, |n| smol(n, AT_ONCE)),
    (Monoio, |n| monoio(n, AT_ONCE)),
    (Bare, |n| bare(n, AT_ONCE)),
];

/// The same, by the number of tasks at once.
pub(crate) const BY_TASKS: &[(Contestant, SizedOp)] = &[
    (Toque, toque),
    (Tokio, tokio),
    (TokioLocal, tokio_local),
    (Smol, smol),
    (Monoio, monoio),
    (Bare, bare),
];

/// Does the work of `$n` tasks, `$at_once` of them alive together. Only the words for "spawn" and "join" differ.
macro_rules! work {
    ($n:expr, $at_once:expr, $spawn:expr, |$handle:ident| $join:expr) => {
        async move {
            let mut handles = Vec::with_capacity($at_once as usize);
            let mut served = 0;
            for _ in 0..$n / $at_once {
                for number in 0..$at_once {
                    handles.push($spawn(async move { number }));
                }
                for $handle in handles.drain(..) {
                    served += u64::from($join < $at_once);
                }
            }
            assert_eq!(served, $n / $at_once * $at_once);
        }
    };
}

fn toque(n: u64, at_once: u64) -> Figures {
    let work = work!(n, at_once, toque::spawn, |task| task.await.expect("joins"));
    time_each(n, runtimes::toque(clocked(work)))
}

fn tokio(n: u64, at_once: u64) -> Figures {
    let work = work!(n, at_once, tokio::spawn, |task| task.await.expect("joins"));
    time_each(n, runtimes::tokio(clocked(work)))
}

fn tokio_local(n: u64, at_once: u64) -> Figures {
    let spawn = tokio::task::spawn_local;
    let work = work!(n, at_once, spawn, |task| task.await.expect("joins"));
    time_each(n, runtimes::tokio_local(clocked(work)))
}

fn smol(n: u64, at_once: u64) -> Figures {
    let work = |executor: runtimes::SmolExecutor| {
        let spawn = move |work| executor.spawn(work);
        clocked(work!(n, at_once, spawn, |task| task.await))
    };
    time_each(n, runtimes::smol(work))
}

fn monoio(n: u64, at_once: u64) -> Figures {
    let work = work!(n, at_once, monoio::spawn, |task| task.await);
    time_each(n, runtimes::monoio(clocked(work)))
}

thread_local! {
    /// What is ready, of the floor's tasks.
    static READY: RefCell<VecDeque<async_task::Runnable>> = const { RefCell::new(VecDeque::new()) };
}

fn bare_spawn<F>(work: F) -> async_task::Task<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let schedule = |task| READY.with_borrow_mut(|ready| ready.push_back(task));
    // SAFETY: nothing here crosses threads: the future is polled where it was made, and the program ends with its only thread.
    // It is `'static`, and so is `schedule`, which holds nothing.
    let (task, handle) = unsafe { async_task::spawn_unchecked(work, schedule) };
    task.schedule();
    handle
}

fn bare(n: u64, at_once: u64) -> Figures {
    let work = bare_spawn(clocked(work!(n, at_once, bare_spawn, |task| task.await)));
    while let Some(task) = READY.with_borrow_mut(VecDeque::pop_front) {
        task.run();
    }
    time_each(n, smol::block_on(work))
}
