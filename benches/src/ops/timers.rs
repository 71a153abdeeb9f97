//! Timers: `cancel` makes a sleep, polls it once and drops it, while a million others are outstanding, as every request
//! does with its timeout; `fire` lets 100,000 tasks sleep and notes how late each wakes.

use std::pin::pin;
use std::time::{Duration, Instant};

use futures_lite::future::poll_once;

use super::{Op, SizedOp, clocked};
use crate::contestant::Contestant::{self, Monoio, Smol, Tokio, TokioLocal, Toque};
use crate::figures::{Figures, figure, nanoseconds, quantile, time_each};
use crate::process::own_cpu_time;
use crate::runtimes;

/// Timers that stay asleep meanwhile.
const OUTSTANDING: u64 = 1_000_000;

pub(crate) const CANCEL: &[(Contestant, Op)] = &[
    (Toque, |n| toque_cancel(n, OUTSTANDING)),
    (Tokio, |n| tokio_cancel(n, OUTSTANDING)),
    (TokioLocal, |n| tokio_local_cancel(n, OUTSTANDING)),
    (Smol, |n| smol_cancel(n, OUTSTANDING)),
    (Monoio, |n| monoio_cancel(n, OUTSTANDING)),
];

/// The same with none outstanding: what instruction counts are taken of.
pub(crate) const CANCEL_ALONE: &[(Contestant, Op)] = &[
    (Toque, |n| toque_cancel(n, 0)),
    (Tokio, |n| tokio_cancel(n, 0)),
    (TokioLocal, |n| tokio_local_cancel(n, 0)),
    (Smol, |n| smol_cancel(n, 0)),
    (Monoio, |n| monoio_cancel(n, 0)),
];

/// The same, by the number of those outstanding.
pub(crate) const CANCEL_BY_OUTSTANDING: &[(Contestant, SizedOp)] = &[
    (Toque, toque_cancel),
    (Tokio, tokio_cancel),
    (TokioLocal, tokio_local_cancel),
    (Smol, smol_cancel),
    (Monoio, monoio_cancel),
];

pub(crate) const FIRE: &[(Contestant, Op)] = &[
    (Toque, toque_fire),
    (Tokio, tokio_fire),
    (TokioLocal, tokio_local_fire),
    (Smol, smol_fire),
    (Monoio, monoio_fire),
];

/// A minute to an hour: far enough that none fires, and no two alike.
fn far(random: &mut fastrand::Rng) -> Duration {
    Duration::from_nanos(random.u64(60_000_000_000..3_600_000_000_000))
}

/// Inserts and cancels `$n` timers, `$outstanding` others being asleep.
macro_rules! cancel {
    ($n:ident, $outstanding:ident, $sleep:path) => {
        async move {
            let mut random = fastrand::Rng::with_seed(8);
            let mut asleep = Vec::with_capacity($outstanding as usize);
            for _ in 0..$outstanding {
                let mut sleep = Box::pin($sleep(far(&mut random)));
                assert!(poll_once(sleep.as_mut()).await.is_none());
                asleep.push(sleep);
            }
            let took = clocked(async {
                for number in 0..$n {
                    let mut sleep = pin!($sleep(far(&mut random)));
                    assert!(poll_once(sleep.as_mut()).await.is_none());
                    if number % 100 == 99 {
                        smol::future::yield_now().await; // the loop turns, as it does between requests
                    }
                }
            });
            let took = took.await;
            drop(asleep);
            took
        }
    };
}

fn toque_cancel(n: u64, outstanding: u64) -> Figures {
    let work = cancel!(n, outstanding, toque::time::sleep);
    time_each(n, runtimes::toque(work))
}

fn tokio_cancel(n: u64, outstanding: u64) -> Figures {
    let work = cancel!(n, outstanding, tokio::time::sleep);
    time_each(n, runtimes::tokio(work))
}

fn tokio_local_cancel(n: u64, outstanding: u64) -> Figures {
    let work = cancel!(n, outstanding, tokio::time::sleep);
    time_each(n, runtimes::tokio_local(work))
}

fn smol_cancel(n: u64, outstanding: u64) -> Figures {
    let work = cancel!(n, outstanding, smol::Timer::after);
    time_each(n, runtimes::smol(|_| work))
}

fn monoio_cancel(n: u64, outstanding: u64) -> Figures {
    let work = cancel!(n, outstanding, monoio::time::sleep);
    time_each(n, runtimes::monoio(work))
}

/// When each of `n` sleepers is to wake: between half a second and a second and a half from now.
fn deadlines(n: u64) -> impl Iterator<Item = Instant> + Send {
    let mut random = fastrand::Rng::with_seed(8);
    let opening = Instant::now() + Duration::from_millis(500);
    (0..n).map(move |_| opening + Duration::from_nanos(random.u64(..1_000_000_000)))
}

/// Nanoseconds past the deadline; negative when the timer was early.
fn lateness(deadline: Instant) -> f64 {
    let now = Instant::now();
    nanoseconds(now.saturating_duration_since(deadline))
        - nanoseconds(deadline.saturating_duration_since(now))
}

/// A task for each deadline sleeps until it; the output is how late each was.
macro_rules! fire {
    ($n:ident, $spawn:expr, |$deadline:ident| $sleep:expr, |$task:ident| $join:expr) => {
        async move {
            let mut tasks = Vec::with_capacity($n as usize);
            for $deadline in deadlines($n) {
                tasks.push($spawn(async move {
                    $sleep.await;
                    lateness($deadline)
                }));
            }
            let mut late = Vec::with_capacity($n as usize);
            for $task in tasks {
                late.push($join);
            }
            late
        }
    };
}

/// The figures of timers that woke so late. The processor's time includes the making of the tasks and of the runtime.
fn fired(mut late: Vec<f64>) -> Figures {
    late.sort_by(f64::total_cmp);
    vec![
        figure("cpu", nanoseconds(own_cpu_time()) / late.len() as f64),
        figure("late_p50", quantile(&late, 0.5)),
        figure("late_p99", quantile(&late, 0.99)),
        figure(
            "early",
            late.iter().filter(|late| **late < 0.0).count() as f64,
        ),
    ]
}

fn toque_fire(n: u64) -> Figures {
    use toque::time::{Instant, sleep_until};
    let sleep = |deadline| sleep_until(Instant::from_std(deadline));
    let work = fire!(n, toque::spawn, |deadline| sleep(deadline), |task| task
        .await
        .expect("joins"));
    fired(runtimes::toque(work))
}

fn tokio_fire(n: u64) -> Figures {
    use tokio::time::{Instant, sleep_until};
    let sleep = |deadline| sleep_until(Instant::from_std(deadline));
    let work = fire!(n, tokio::spawn, |deadline| sleep(deadline), |task| task
        .await
        .expect("joins"));
    fired(runtimes::tokio(work))
}

fn tokio_local_fire(n: u64) -> Figures {
    use tokio::task::spawn_local;
    use tokio::time::{Instant, sleep_until};
    let sleep = |deadline| sleep_until(Instant::from_std(deadline));
    let work = fire!(n, spawn_local, |deadline| sleep(deadline), |task| task
        .await
        .expect("joins"));
    fired(runtimes::tokio_local(work))
}

fn smol_fire(n: u64) -> Figures {
    let work = |executor: runtimes::SmolExecutor| {
        let spawn = move |work| executor.spawn(work);
        fire!(n, spawn, |deadline| smol::Timer::at(deadline), |task| task
            .await)
    };
    fired(runtimes::smol(work))
}

fn monoio_fire(n: u64) -> Figures {
    use monoio::time::{Instant, sleep_until};
    let sleep = |deadline| sleep_until(Instant::from_std(deadline));
    let work = fire!(n, monoio::spawn, |deadline| sleep(deadline), |task| task
        .await);
    fired(runtimes::monoio(work))
}
