//! Idle: how much memory a task takes that waits for nothing, or for a timer far ahead.
//! Its handle is let go, as a server does. An idle connection is measured from outside, in `load/hold.rs`.

use std::future::pending;
use std::time::Duration;

use super::{Op, SizedOp};
use crate::contestant::Contestant::{self, Monoio, Smol, Tokio, TokioLocal, Toque};
use crate::figures::{Figures, figure};
use crate::process::resident_bytes;
use crate::runtimes;

pub(crate) const TASK: &[(Contestant, Op)] = &[
    (Toque, toque_task),
    (Tokio, tokio_task),
    (TokioLocal, tokio_local_task),
    (Smol, smol_task),
    (Monoio, monoio_task),
];

/// The same: as many tasks as there are to be.
pub(crate) const BY_TASKS: &[(Contestant, SizedOp)] = &[
    (Toque, |_, tasks| toque_task(tasks)),
    (Tokio, |_, tasks| tokio_task(tasks)),
    (TokioLocal, |_, tasks| tokio_local_task(tasks)),
    (Smol, |_, tasks| smol_task(tasks)),
    (Monoio, |_, tasks| monoio_task(tasks)),
];

pub(crate) const SLEEPER: &[(Contestant, Op)] = &[
    (Toque, toque_sleeper),
    (Tokio, tokio_sleeper),
    (TokioLocal, tokio_local_sleeper),
    (Smol, smol_sleeper),
    (Monoio, monoio_sleeper),
];

const HOUR: Duration = Duration::from_secs(3600);

/// Spawns `$n` tasks, lets each be polled, and sees how much the process has grown.
macro_rules! grow {
    ($n:ident, || $spawn:expr) => {
        async move {
            let before = resident_bytes(std::process::id());
            for _ in 0..$n {
                $spawn;
                if fastrand::u8(..) == 0 {
                    smol::future::yield_now().await;
                }
            }
            for _ in 0..10 {
                smol::future::yield_now().await; // all have been polled
            }
            let grown = resident_bytes(std::process::id()) - before;
            vec![figure("bytes", grown / $n as f64)]
        }
    };
}

fn toque_task(n: u64) -> Figures {
    runtimes::toque(grow!(n, || drop(toque::spawn(pending::<()>()))))
}

fn toque_sleeper(n: u64) -> Figures {
    runtimes::toque(grow!(n, || drop(toque::spawn(toque::time::sleep(HOUR)))))
}

fn tokio_task(n: u64) -> Figures {
    runtimes::tokio(grow!(n, || drop(tokio::spawn(pending::<()>()))))
}

fn tokio_sleeper(n: u64) -> Figures {
    runtimes::tokio(grow!(n, || drop(tokio::spawn(tokio::time::sleep(HOUR)))))
}

fn tokio_local_task(n: u64) -> Figures {
    use tokio::task::spawn_local;
    runtimes::tokio_local(grow!(n, || drop(spawn_local(pending::<()>()))))
}

fn tokio_local_sleeper(n: u64) -> Figures {
    use tokio::{task::spawn_local, time::sleep};
    runtimes::tokio_local(grow!(n, || drop(spawn_local(sleep(HOUR)))))
}

fn smol_task(n: u64) -> Figures {
    runtimes::smol(|executor| grow!(n, || executor.spawn(pending::<()>()).detach()))
}

fn smol_sleeper(n: u64) -> Figures {
    runtimes::smol(|executor| grow!(n, || executor.spawn(smol::Timer::after(HOUR)).detach()))
}

fn monoio_task(n: u64) -> Figures {
    runtimes::monoio(grow!(n, || drop(monoio::spawn(pending::<()>()))))
}

fn monoio_sleeper(n: u64) -> Figures {
    runtimes::monoio(grow!(n, || drop(monoio::spawn(monoio::time::sleep(HOUR)))))
}
