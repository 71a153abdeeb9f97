//! Yield: a hundred tasks give the thread to one another. An operation is one yield of one task.
//! With a single task tokio would ask epoll at every yield, and the row would measure that.

use super::{Op, SizedOp, clocked};
use crate::contestant::Contestant::{self, Monoio, Smol, Tokio, TokioLocal, Toque};
use crate::figures::{Figures, time_each};
use crate::runtimes;

const TASKS: u64 = 100;

pub(crate) const OPS: &[(Contestant, Op)] = &[
    (Toque, |n| toque(n, TASKS)),
    (Tokio, |n| tokio(n, TASKS)),
    (TokioLocal, |n| tokio_local(n, TASKS)),
    (Smol, |n| smol(n, TASKS)),
    (Monoio, |n| monoio(n, TASKS)),
];

/// The same, by the number of tasks.
pub(crate) const BY_TASKS: &[(Contestant, SizedOp)] = &[
    (Toque, toque),
    (Tokio, tokio),
    (TokioLocal, tokio_local),
    (Smol, smol),
    (Monoio, monoio),
];

/// Shares `$n` yields among the tasks and waits for all of them. Only the runtime's words differ.
macro_rules! crowd {
    ($n:ident, $tasks:ident, $yield_now:path, |$task:ident| $spawn:expr, |$handle:ident| $join:expr) => {
        async move {
            let mut handles = Vec::new();
            for _ in 0..$tasks {
                let $task = async move {
                    for _ in 0..$n / $tasks {
                        $yield_now().await;
                    }
                };
                handles.push($spawn);
            }
            for $handle in handles {
                $join;
            }
        }
    };
}

fn toque(n: u64, tasks: u64) -> Figures {
    use toque::{spawn, task::yield_now};
    let work = crowd!(n, tasks, yield_now, |task| spawn(task), |handle| {
        handle.await.expect("joins")
    });
    time_each(n, runtimes::toque(clocked(work)))
}

fn tokio(n: u64, tasks: u64) -> Figures {
    use tokio::{spawn, task::yield_now};
    let work = crowd!(n, tasks, yield_now, |task| spawn(task), |handle| {
        handle.await.expect("joins")
    });
    time_each(n, runtimes::tokio(clocked(work)))
}

fn tokio_local(n: u64, tasks: u64) -> Figures {
    use tokio::task::{spawn_local, yield_now};
    let work = crowd!(n, tasks, yield_now, |task| spawn_local(task), |handle| {
        handle.await.expect("joins")
    });
    time_each(n, runtimes::tokio_local(clocked(work)))
}

fn smol(n: u64, tasks: u64) -> Figures {
    use smol::future::yield_now;
    let work = |executor: runtimes::SmolExecutor| {
        let work = crowd!(n, tasks, yield_now, |task| executor.spawn(task), |handle| {
            handle.await
        });
        clocked(work)
    };
    time_each(n, runtimes::smol(work))
}

/// monoio has no `yield_now` of its own; smol's is any runtime's.
fn monoio(n: u64, tasks: u64) -> Figures {
    use monoio::spawn;
    use smol::future::yield_now;
    let work = crowd!(n, tasks, yield_now, |task| spawn(task), |handle| handle
        .await);
    time_each(n, runtimes::monoio(clocked(work)))
}
