//! Operations: work that needs no second process, done `n` times by one contestant.
//! `benches op ROW CONTESTANT N` runs one of them in a process of its own, so that each finds a fresh heap.

use std::future::Future;
use std::time::{Duration, Instant};

use crate::figures::Figures;

pub(crate) mod connect;
pub(crate) mod fairness;
pub(crate) mod foreign_wake;
pub(crate) mod idle;
pub(crate) mod locks;
pub(crate) mod mpsc;
pub(crate) mod oneshot;
pub(crate) mod ping_pong;
pub(crate) mod spawn;
pub(crate) mod timers;
pub(crate) mod wake_self;
pub(crate) mod yield_now;

/// Does the work `n` times, and says what it cost.
pub(crate) type Op = fn(n: u64) -> Figures;

/// The same among `size` tasks, timers or whatever the work has many of: what `growth.rs` lets grow.
pub(crate) type SizedOp = fn(n: u64, size: u64) -> Figures;

/// How long `work` takes once its runtime stands.
async fn clocked(work: impl Future<Output = ()>) -> Duration {
    let start = Instant::now();
    work.await;
    start.elapsed()
}
