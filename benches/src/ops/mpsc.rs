//! Channels: one task sends, another receives. An operation is a value.
//! The bounded channel holds 100; into the unbounded one the sender puts 100 and yields, so that its queue stays as short.

use super::{Op, clocked};
use crate::contestant::Contestant::{self, Monoio, Smol, Tokio, TokioLocal, Toque};
use crate::figures::{Figures, time_each};
use crate::runtimes;

/// Values under way at most.
const ROOM: usize = 100;

pub(crate) const BOUNDED: &[(Contestant, Op)] = &[
    (Toque, toque_bounded),
    (Tokio, tokio_bounded),
    (TokioLocal, tokio_local_bounded),
    (Smol, smol_bounded),
    (Monoio, monoio_bounded),
];

pub(crate) const UNBOUNDED: &[(Contestant, Op)] = &[
    (Toque, toque_unbounded),
    (Tokio, tokio_unbounded),
    (TokioLocal, tokio_local_unbounded),
    (Smol, smol_unbounded),
    (Monoio, monoio_unbounded),
];

/// The same for one thread: toque's `local` beside monoio's `local-sync`. The others have no such channel.
pub(crate) const LOCAL_BOUNDED: &[(Contestant, Op)] =
    &[(Toque, toque_local_bounded), (Monoio, monoio_bounded)];

pub(crate) const LOCAL_UNBOUNDED: &[(Contestant, Op)] =
    &[(Toque, toque_local_unbounded), (Monoio, monoio_unbounded)];

/// Sends `$n` values and waits whenever the channel is full.
macro_rules! send_bounded {
    ($sender:ident, $n:ident) => {
        async move {
            for value in 0..$n {
                $sender.send(value).await.expect("the receiver has left");
            }
        }
    };
}

/// Sends `$n` values and yields after each hundred.
macro_rules! send_unbounded {
    ($n:ident, $yield_now:path, |$value:ident| $send:expr) => {
        async move {
            for $value in 0..$n {
                $send.expect("the receiver has left");
                if $value % ROOM as u64 == ROOM as u64 - 1 {
                    $yield_now().await;
                }
            }
        }
    };
}

/// Receives until the channel is closed, and counts.
macro_rules! receive {
    ($n:ident, $next:pat = $receive:expr) => {{
        let mut received = 0;
        while let $next = $receive {
            received += 1;
        }
        assert_eq!(received, $n);
    }};
}

/// The bounded work, where channels have tokio's shape.
macro_rules! bounded {
    ($n:ident, $channel:path, $spawn:path) => {
        async move {
            let (sender, mut receiver) = $channel(ROOM);
            $spawn(send_bounded!(sender, $n));
            receive!($n, Some(_) = receiver.recv().await);
        }
    };
}

/// The unbounded work, likewise.
macro_rules! unbounded {
    ($n:ident, $channel:path, $spawn:path, $yield_now:path) => {
        async move {
            let (sender, mut receiver) = $channel();
            let send = send_unbounded!($n, $yield_now, |value| sender.send(value));
            $spawn(send);
            receive!($n, Some(_) = receiver.recv().await);
        }
    };
}

fn toque_bounded(n: u64) -> Figures {
    let work = bounded!(n, toque::sync::mpsc::channel, toque::spawn);
    time_each(n, runtimes::toque(clocked(work)))
}

fn toque_unbounded(n: u64) -> Figures {
    let work = unbounded!(
        n,
        toque::sync::mpsc::unbounded_channel,
        toque::spawn,
        toque::task::yield_now
    );
    time_each(n, runtimes::toque(clocked(work)))
}

fn toque_local_bounded(n: u64) -> Figures {
    let work = bounded!(n, toque::local::mpsc::channel, toque::spawn);
    time_each(n, runtimes::toque(clocked(work)))
}

fn toque_local_unbounded(n: u64) -> Figures {
    let work = unbounded!(
        n,
        toque::local::mpsc::unbounded_channel,
        toque::spawn,
        toque::task::yield_now
    );
    time_each(n, runtimes::toque(clocked(work)))
}

fn tokio_bounded(n: u64) -> Figures {
    let work = bounded!(n, tokio::sync::mpsc::channel, tokio::spawn);
    time_each(n, runtimes::tokio(clocked(work)))
}

fn tokio_unbounded(n: u64) -> Figures {
    let work = unbounded!(
        n,
        tokio::sync::mpsc::unbounded_channel,
        tokio::spawn,
        tokio::task::yield_now
    );
    time_each(n, runtimes::tokio(clocked(work)))
}

fn tokio_local_bounded(n: u64) -> Figures {
    let work = bounded!(n, tokio::sync::mpsc::channel, tokio::task::spawn_local);
    time_each(n, runtimes::tokio_local(clocked(work)))
}

fn tokio_local_unbounded(n: u64) -> Figures {
    let work = unbounded!(
        n,
        tokio::sync::mpsc::unbounded_channel,
        tokio::task::spawn_local,
        tokio::task::yield_now
    );
    time_each(n, runtimes::tokio_local(clocked(work)))
}

fn smol_bounded(n: u64) -> Figures {
    let work = |executor: runtimes::SmolExecutor| async move {
        let (sender, receiver) = smol::channel::bounded(ROOM);
        executor.spawn(send_bounded!(sender, n)).detach();
        receive!(n, Ok(_) = receiver.recv().await);
    };
    time_each(n, runtimes::smol(|executor| clocked(work(executor))))
}

fn smol_unbounded(n: u64) -> Figures {
    let work = |executor: runtimes::SmolExecutor| async move {
        let (sender, receiver) = smol::channel::unbounded();
        let send = send_unbounded!(n, smol::future::yield_now, |value| sender.try_send(value));
        executor.spawn(send).detach();
        receive!(n, Ok(_) = receiver.recv().await);
    };
    time_each(n, runtimes::smol(|executor| clocked(work(executor))))
}

fn monoio_bounded(n: u64) -> Figures {
    let work = bounded!(n, local_sync::mpsc::bounded::channel, monoio::spawn);
    time_each(n, runtimes::monoio(clocked(work)))
}

fn monoio_unbounded(n: u64) -> Figures {
    let work = unbounded!(
        n,
        local_sync::mpsc::unbounded::channel,
        monoio::spawn,
        smol::future::yield_now
    );
    time_each(n, runtimes::monoio(clocked(work)))
}
