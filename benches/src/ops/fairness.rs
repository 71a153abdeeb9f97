//! Fairness: how late a timer of a millisecond is while ten tasks are always ready.
//! What a runtime saves by looking at its timers seldom, it pays here.
//!
//! monoio 0.2.4 is absent: while a task is ready it never looks at its timers (its `block_on` reaches `park` only with an
//! empty queue), so the row would not end. Tried on 2026-11-24.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::Op;
use crate::contestant::Contestant::{self, Smol, Tokio, TokioLocal, Toque};
use crate::figures::{Figures, figure, nanoseconds, quantile};
use crate::runtimes;

const ALWAYS_READY: usize = 10;
/// The work that each of them does before it yields.
const STINT: Duration = Duration::from_micros(5);
const MILLISECOND: Duration = Duration::from_millis(1);

thread_local! {
    /// Set when the last timer has fired: the busy tasks end.
    static OVER: Cell<bool> = const { Cell::new(false) };
}

pub(crate) const OPS: &[(Contestant, Op)] = &[
    (Toque, toque),
    (Tokio, tokio),
    (TokioLocal, tokio_local),
    (Smol, smol),
];

/// A task that is always ready. It wakes itself by std's means, so that no runtime sees that it only yields.
async fn busy() {
    while !OVER.get() {
        let start = Instant::now();
        while start.elapsed() < STINT {}
        smol::future::yield_now().await;
    }
}

/// Sleeps `$n` times among the busy tasks; how late each sleep was, in nanoseconds.
macro_rules! late {
    ($n:ident, $sleep:path, |$busy:ident| $spawn:expr) => {
        async move {
            for _ in 0..ALWAYS_READY {
                let $busy = busy();
                $spawn;
            }
            let mut late = Vec::new();
            for _ in 0..$n {
                let start = Instant::now();
                $sleep(MILLISECOND).await;
                late.push(nanoseconds(start.elapsed()) - nanoseconds(MILLISECOND));
            }
            OVER.set(true);
            late
        }
    };
}

fn lateness(mut late: Vec<f64>) -> Figures {
    late.sort_by(f64::total_cmp);
    vec![
        figure("p50", quantile(&late, 0.5)),
        figure("p99", quantile(&late, 0.99)),
    ]
}

fn toque(n: u64) -> Figures {
    let work = late!(n, toque::time::sleep, |busy| drop(toque::spawn(busy)));
    lateness(runtimes::toque(work))
}

fn tokio(n: u64) -> Figures {
    let work = late!(n, tokio::time::sleep, |busy| drop(tokio::spawn(busy)));
    lateness(runtimes::tokio(work))
}

fn tokio_local(n: u64) -> Figures {
    use tokio::task::spawn_local;
    let work = late!(n, tokio::time::sleep, |busy| drop(spawn_local(busy)));
    lateness(runtimes::tokio_local(work))
}

fn smol(n: u64) -> Figures {
    lateness(runtimes::smol(|executor| {
        late!(n, smol::Timer::after, |busy| executor.spawn(busy).detach())
    }))
}
