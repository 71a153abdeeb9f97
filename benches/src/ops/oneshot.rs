//! Oneshot: a channel is made, its receiver waits, the sender answers from another task, the answer is taken.
//! The answering task gets the senders over an unbounded channel, as a service does. smol has no oneshot; a
//! channel of capacity one stands for it.

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

/// `$n` questions and their answers, where channels have tokio's shape.
macro_rules! questions {
    ($n:ident, $requests:path, $oneshot:path, $spawn:path) => {
        async move {
            let (ask, mut asked) = $requests();
            let (first, _) = $oneshot();
            ask.send(first).ok(); // tells the compiler what is sent; its receiver has left
            $spawn(async move {
                while let Some(answer) = asked.recv().await {
                    let _ = answer.send(7_u64);
                }
            });
            for _ in 0..$n {
                let (answer, answered) = $oneshot();
                ask.send(answer).ok().expect("nobody answers");
                assert_eq!(answered.await.ok(), Some(7));
            }
        }
    };
}

fn toque(n: u64) -> Figures {
    use toque::sync::{mpsc, oneshot};
    let work = questions!(n, mpsc::unbounded_channel, oneshot::channel, toque::spawn);
    time_each(n, runtimes::toque(clocked(work)))
}

fn toque_local(n: u64) -> Figures {
    use toque::local::{mpsc, oneshot};
    let work = questions!(n, mpsc::unbounded_channel, oneshot::channel, toque::spawn);
    time_each(n, runtimes::toque(clocked(work)))
}

fn tokio(n: u64) -> Figures {
    use tokio::sync::{mpsc, oneshot};
    let work = questions!(n, mpsc::unbounded_channel, oneshot::channel, tokio::spawn);
    time_each(n, runtimes::tokio(clocked(work)))
}

fn tokio_local(n: u64) -> Figures {
    use tokio::sync::{mpsc, oneshot};
    use tokio::task::spawn_local;
    let work = questions!(n, mpsc::unbounded_channel, oneshot::channel, spawn_local);
    time_each(n, runtimes::tokio_local(clocked(work)))
}

fn smol(n: u64) -> Figures {
    let work = |executor: runtimes::SmolExecutor| async move {
        let (ask, asked) = smol::channel::unbounded::<smol::channel::Sender<u64>>();
        let answering = async move {
            while let Ok(answer) = asked.recv().await {
                let _ = answer.try_send(7);
            }
        };
        executor.spawn(answering).detach();
        for _ in 0..n {
            let (answer, answered) = smol::channel::bounded(1);
            ask.try_send(answer).expect("nobody answers");
            assert_eq!(answered.recv().await.ok(), Some(7));
        }
    };
    time_each(n, runtimes::smol(|executor| clocked(work(executor))))
}

fn monoio(n: u64) -> Figures {
    use local_sync::{mpsc::unbounded, oneshot};
    let work = questions!(n, unbounded::channel, oneshot::channel, monoio::spawn);
    time_each(n, runtimes::monoio(clocked(work)))
}
