//! Fairness: how late a timer of a millisecond is while ten tasks are always ready; and how long a small request waits for its
//! answer while ten tasks are always ready and a socket is flooded. What a runtime saves by looking at its timers and sockets
//! seldom, it pays here.
//!
//! monoio 0.2.4 is absent: while a task is ready it never looks at them (its `block_on` reaches `park` only with an empty
//! queue), so the rows would not end. Tried on 2026-11-24.

use std::cell::Cell;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread::{self, JoinHandle};
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

pub(crate) const TIMER: &[(Contestant, Op)] = &[
    (Toque, toque),
    (Tokio, tokio),
    (TokioLocal, tokio_local),
    (Smol, smol),
];

pub(crate) const REQUEST: &[(Contestant, Op)] = &[
    (Toque, toque_request),
    (Tokio, tokio_request),
    (TokioLocal, tokio_local_request),
    (Smol, smol_request),
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

/// What a flood sends at once, and what is read of it at once.
const WAVE: usize = 64 * 1024;
/// A small request.
const REQUEST_BYTES: usize = 64;
/// What the guest lets pass between an answer and its next request.
const PAUSE: Duration = Duration::from_micros(200);
/// As many requests come before those that count.
const WARM_UP: u64 = 50;

/// Sends without end, until nobody reads any more.
fn flood(address: SocketAddr) {
    thread::spawn(move || {
        let mut stream = TcpStream::connect(address).expect("it listens");
        while stream.write_all(&[0; WAVE]).is_ok() {}
    });
}

/// Sends requests one after the other; how long each answer took, in nanoseconds.
fn guest(address: SocketAddr, n: u64) -> JoinHandle<Vec<f64>> {
    thread::spawn(move || {
        let mut stream = TcpStream::connect(address).expect("it listens");
        let mut message = [0; REQUEST_BYTES];
        let mut ask = || {
            thread::sleep(PAUSE);
            let start = Instant::now();
            stream.write_all(&message).expect("the server reads");
            stream.read_exact(&mut message).expect("the server answers");
            nanoseconds(start.elapsed())
        };
        let asked = (0..WARM_UP + n).map(|_| ask());
        asked.skip(WARM_UP as usize).collect()
    })
}

/// Answers `$n` requests of a guest, beside the busy tasks and a task whose socket is flooded.
macro_rules! answered {
    ($n:ident, $listener:path, |$task:ident| $spawn:expr) => {
        async move {
            let listener = <$listener>::bind((Ipv4Addr::LOCALHOST, 0)).await;
            let listener = listener.expect("no port");
            let address = listener.local_addr().expect("it is bound");
            flood(address);
            let (mut flooded, _) = listener.accept().await.expect("the flood comes");
            let $task = async move {
                let mut wave = vec![0; WAVE];
                while flooded.read(&mut wave).await.is_ok_and(|bytes| bytes > 0) {}
            };
            $spawn;
            for _ in 0..ALWAYS_READY {
                let $task = busy();
                $spawn;
            }
            let guest = guest(address, $n);
            let (mut stream, _) = listener.accept().await.expect("the guest comes");
            let mut message = [0; REQUEST_BYTES];
            while stream.read_exact(&mut message).await.is_ok() {
                stream.write_all(&message).await.expect("the guest reads");
            }
            OVER.set(true);
            guest.join().expect("the guest was answered")
        }
    };
}

fn toque_request(n: u64) -> Figures {
    use futures_lite::{AsyncReadExt, AsyncWriteExt};
    use toque::net::TcpListener;
    let work = answered!(n, TcpListener, |task| drop(toque::spawn(task)));
    lateness(runtimes::toque(work))
}

fn tokio_request(n: u64) -> Figures {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    let work = answered!(n, TcpListener, |task| drop(tokio::spawn(task)));
    lateness(runtimes::tokio(work))
}

fn tokio_local_request(n: u64) -> Figures {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::task::spawn_local;
    let work = answered!(n, TcpListener, |task| drop(spawn_local(task)));
    lateness(runtimes::tokio_local(work))
}

fn smol_request(n: u64) -> Figures {
    use futures_lite::{AsyncReadExt, AsyncWriteExt};
    use smol::net::TcpListener;
    lateness(runtimes::smol(|executor| {
        answered!(n, TcpListener, |task| executor.spawn(task).detach())
    }))
}
