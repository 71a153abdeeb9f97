//! Locks: a mutex that nobody else wants is locked and unlocked; one that two tasks want goes to and fro; a permit of a semaphore
//! is taken and given back.

use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use super::{Op, clocked};
use crate::contestant::Contestant::{self, Smol, Tokio, TokioLocal, Toque};
use crate::figures::{Figures, time_each};
use crate::runtimes;

/// Locks and unlocks a mutex `$n` times.
macro_rules! locked {
    ($n:ident, $mutex:path) => {
        async move {
            let mutex = <$mutex>::new(0);
            for _ in 0..$n {
                *mutex.lock().await += 1;
            }
            assert_eq!(*mutex.lock().await, $n);
        }
    };
}

/// Two tasks lock a mutex in turn, `$n` times together. Each holds it while the other comes to wait.
macro_rules! handed {
    ($n:ident, $mutex:path, $shared:ident, |$task:ident| $spawn:expr) => {
        async move {
            let mutex = $shared::new(<$mutex>::new(0));
            let other = $shared::clone(&mutex);
            let $task = async move {
                for _ in 0..$n / 2 {
                    let mut count = other.lock().await;
                    smol::future::yield_now().await;
                    *count += 1;
                }
            };
            let task = $spawn;
            for _ in 0..$n / 2 {
                let mut count = mutex.lock().await;
                smol::future::yield_now().await;
                *count += 1;
            }
            let _ = task.await;
            assert_eq!(*mutex.lock().await, $n);
        }
    };
}

/// Takes a permit and gives it back, `$n` times.
macro_rules! admitted {
    ($n:ident, $semaphore:path, |$permit:ident| $taken:expr) => {
        async move {
            let semaphore = <$semaphore>::new(2);
            for _ in 0..$n {
                let $permit = semaphore.acquire().await;
                drop($taken);
            }
        }
    };
}

fn toque<F: Future<Output = ()> + 'static>(n: u64, work: F) -> Figures {
    time_each(n, runtimes::toque(clocked(work)))
}

fn tokio<F: Future<Output = ()> + Send + 'static>(n: u64, work: F) -> Figures {
    time_each(n, runtimes::tokio(clocked(work)))
}

fn tokio_local<F: Future<Output = ()> + 'static>(n: u64, work: F) -> Figures {
    time_each(n, runtimes::tokio_local(clocked(work)))
}

fn smol<F: Future<Output = ()> + 'static>(n: u64, work: F) -> Figures {
    time_each(n, runtimes::smol(|_| clocked(work)))
}

#[rustfmt::skip] // a table: a line each
pub(crate) const MUTEX: &[(Contestant, Op)] = &[
    (Toque, |n| toque(n, locked!(n, toque::sync::Mutex<u64>))),
    (Tokio, |n| tokio(n, locked!(n, tokio::sync::Mutex<u64>))),
    (TokioLocal, |n| tokio_local(n, locked!(n, tokio::sync::Mutex<u64>))),
    (Smol, |n| smol(n, locked!(n, smol::lock::Mutex<u64>))),
];

/// The same for one thread. No peer has such a lock.
pub(crate) const LOCAL_MUTEX: &[(Contestant, Op)] =
    &[(Toque, |n| toque(n, locked!(n, toque::local::Mutex<u64>)))];

#[rustfmt::skip]
pub(crate) const HANDED: &[(Contestant, Op)] = &[
    (Toque, |n| toque(n, handed!(n, toque::sync::Mutex<u64>, Arc, |task| toque::spawn(task)))),
    (Tokio, |n| tokio(n, handed!(n, tokio::sync::Mutex<u64>, Arc, |task| tokio::spawn(task)))),
    (TokioLocal, |n| tokio_local(n, handed!(n, tokio::sync::Mutex<u64>, Arc, |task| tokio::task::spawn_local(task)))),
    (Smol, |n| {
        let work = |executor: runtimes::SmolExecutor| {
            clocked(handed!(n, smol::lock::Mutex<u64>, Arc, |task| executor.spawn(task)))
        };
        time_each(n, runtimes::smol(work))
    }),
];

#[rustfmt::skip]
pub(crate) const LOCAL_HANDED: &[(Contestant, Op)] =
    &[(Toque, |n| toque(n, handed!(n, toque::local::Mutex<u64>, Rc, |task| toque::spawn(task))))];

#[rustfmt::skip]
pub(crate) const SEMAPHORE: &[(Contestant, Op)] = &[
    (Toque, |n| toque(n, admitted!(n, toque::sync::Semaphore, |permit| permit.expect("open")))),
    (Tokio, |n| tokio(n, admitted!(n, tokio::sync::Semaphore, |permit| permit.expect("open")))),
    (TokioLocal, |n| tokio_local(n, admitted!(n, tokio::sync::Semaphore, |permit| permit.expect("open")))),
    (Smol, |n| smol(n, admitted!(n, smol::lock::Semaphore, |permit| permit))),
];

#[rustfmt::skip]
pub(crate) const LOCAL_SEMAPHORE: &[(Contestant, Op)] =
    &[(Toque, |n| toque(n, admitted!(n, toque::local::Semaphore, |permit| permit.expect("open"))))];
