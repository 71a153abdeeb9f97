//! Ping-pong: two tasks send one value to and fro over two channels of capacity one. An operation is a round trip.

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

/// The same for one thread: toque's `local` beside monoio's `local-sync`. The others have no such channel.
pub(crate) const LOCAL: &[(Contestant, Op)] = &[(Toque, toque_local), (Monoio, monoio)];

/// The game of `$n` balls, where channels have tokio's shape.
macro_rules! game {
    ($n:ident, $channel:path, $spawn:path) => {
        async move {
            let (ping, mut pinged) = $channel(1);
            let (pong, mut ponged) = $channel(1);
            $spawn(async move {
                while let Some(ball) = pinged.recv().await {
                    pong.send(ball).await.expect("the first player has left");
                }
            });
            for ball in 0..$n {
                ping.send(ball).await.expect("the second player has left");
                assert_eq!(ponged.recv().await, Some(ball));
            }
        }
    };
}

fn toque(n: u64) -> Figures {
    let game = game!(n, toque::sync::mpsc::channel, toque::spawn);
    time_each(n, runtimes::toque(clocked(game)))
}

fn toque_local(n: u64) -> Figures {
    let game = game!(n, toque::local::mpsc::channel, toque::spawn);
    time_each(n, runtimes::toque(clocked(game)))
}

fn tokio(n: u64) -> Figures {
    let game = game!(n, tokio::sync::mpsc::channel, tokio::spawn);
    time_each(n, runtimes::tokio(clocked(game)))
}

fn tokio_local(n: u64) -> Figures {
    let game = game!(n, tokio::sync::mpsc::channel, tokio::task::spawn_local);
    time_each(n, runtimes::tokio_local(clocked(game)))
}

fn smol(n: u64) -> Figures {
    let game = |executor: runtimes::SmolExecutor| async move {
        let (ping, pinged) = smol::channel::bounded(1);
        let (pong, ponged) = smol::channel::bounded(1);
        let second = async move {
            while let Ok(ball) = pinged.recv().await {
                pong.send(ball).await.expect("the first player has left");
            }
        };
        executor.spawn(second).detach();
        for ball in 0..n {
            ping.send(ball).await.expect("the second player has left");
            assert_eq!(ponged.recv().await, Ok(ball));
        }
    };
    time_each(n, runtimes::smol(|executor| clocked(game(executor))))
}

fn monoio(n: u64) -> Figures {
    let game = game!(n, local_sync::mpsc::bounded::channel, monoio::spawn);
    time_each(n, runtimes::monoio(clocked(game)))
}
