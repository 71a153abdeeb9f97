//! Wake to self: a future wakes its own task through `Waker::wake_by_ref` and is polled again.
//! The work is std's alone, so all contestants do the very same.

use std::future::poll_fn;
use std::task::Poll;

use super::{Op, clocked};
use crate::contestant::Contestant::{self, Monoio, Smol, Tokio, TokioLocal, Toque};
use crate::figures::{Figures, time_each};
use crate::runtimes;

pub(crate) const OPS: &[(Contestant, Op)] = &[
    (Toque, toque),
    (Tokio, tokio),
    (TokioLocal, tokio_local),
    (Smol, smol),
    (Monoio, monoio),
];

async fn work(n: u64) {
    let mut left = n;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn toque(n: u64) -> Figures {
    time_each(n, runtimes::toque(clocked(work(n))))
}

fn tokio(n: u64) -> Figures {
    time_each(n, runtimes::tokio(clocked(work(n))))
}

fn tokio_local(n: u64) -> Figures {
    time_each(n, runtimes::tokio_local(clocked(work(n))))
}

fn smol(n: u64) -> Figures {
    time_each(n, runtimes::smol(|_| clocked(work(n))))
}

fn monoio(n: u64) -> Figures {
    time_each(n, runtimes::monoio(clocked(work(n))))
}
