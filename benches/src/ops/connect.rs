//! Connect: a client's side of a connection. It is made, the server closes it at once, the client sees the end and goes.
//! Fifty are under way at a time. The server is a process of its own, a plain loop over `accept`, and the same for all.

use std::net::SocketAddr;

use super::{Op, clocked};
use crate::contestant::Contestant::{self, Monoio, Smol, Tokio, TokioLocal, Toque};
use crate::figures::{Figures, figure, nanoseconds, time_each};
use crate::process::{Guarded, own_cpu_time, this_program};
use crate::runtimes;

/// Clients at once.
const GUESTS: u64 = 50;

pub(crate) const OPS: &[(Contestant, Op)] = &[
    (Toque, |n| arrive(n, toque)),
    (Tokio, |n| arrive(n, tokio)),
    (TokioLocal, |n| arrive(n, tokio_local)),
    (Smol, |n| arrive(n, smol)),
    (Monoio, |n| arrive(n, monoio)),
];

/// Lets a contestant make `n` connections to a server that is there for them. The processor's time is the client's.
fn arrive(n: u64, contestant: fn(u64, SocketAddr) -> std::time::Duration) -> Figures {
    let mut server = Guarded::start(this_program().arg("turn-away"));
    let port: u16 = server.next_line().parse().expect("a port is a number");
    let before = own_cpu_time();
    let mut figures = time_each(n, contestant(n, ([127, 0, 0, 1], port).into()));
    figures.push(figure(
        "cpu",
        nanoseconds(own_cpu_time() - before) / n as f64,
    ));
    figures
}

/// Shares `$n` connections among the guests. Only the runtime's words differ.
macro_rules! guests {
    ($n:ident, |$guest:ident| $spawn:expr, |$handle:ident| $join:expr, $visit:expr) => {
        async move {
            let mut handles = Vec::new();
            for _ in 0..GUESTS {
                let $guest = async move {
                    for _ in 0..$n / GUESTS {
                        $visit;
                    }
                };
                handles.push($spawn);
            }
            for $handle in handles {
                $join;
            }
        }
    };
}

/// What a guest reads: nothing, since the server closes.
macro_rules! nothing {
    ($read:expr) => {
        assert_eq!($read.expect("no error"), 0, "the server says nothing")
    };
}

fn toque(n: u64, address: SocketAddr) -> std::time::Duration {
    use futures_lite::AsyncReadExt;
    use toque::net::TcpStream;
    let work = guests!(
        n,
        |guest| toque::spawn(guest),
        |handle| handle.await.expect("joins"),
        {
            let mut stream = TcpStream::connect(address).await.expect("it listens");
            nothing!(stream.read(&mut [0]).await);
        }
    );
    runtimes::toque(clocked(work))
}

/// tokio's visit is one, whoever spawns it.
macro_rules! tokio_guests {
    ($n:ident, $address:ident, $spawn:path) => {{
        use tokio::io::AsyncReadExt;
        use tokio::net::TcpStream;
        guests!(
            $n,
            |guest| $spawn(guest),
            |handle| handle.await.expect("joins"),
            {
                let mut stream = TcpStream::connect($address).await.expect("it listens");
                nothing!(stream.read(&mut [0]).await);
            }
        )
    }};
}

fn tokio(n: u64, address: SocketAddr) -> std::time::Duration {
    runtimes::tokio(clocked(tokio_guests!(n, address, tokio::spawn)))
}

fn tokio_local(n: u64, address: SocketAddr) -> std::time::Duration {
    runtimes::tokio_local(clocked(tokio_guests!(n, address, tokio::task::spawn_local)))
}

fn smol(n: u64, address: SocketAddr) -> std::time::Duration {
    use futures_lite::AsyncReadExt;
    use smol::net::TcpStream;
    runtimes::smol(|executor| {
        clocked(guests!(
            n,
            |guest| executor.spawn(guest),
            |handle| handle.await,
            {
                let mut stream = TcpStream::connect(address).await.expect("it listens");
                nothing!(stream.read(&mut [0]).await);
            }
        ))
    })
}

fn monoio(n: u64, address: SocketAddr) -> std::time::Duration {
    use monoio::io::AsyncReadRent;
    use monoio::net::TcpStream;
    let work = guests!(n, |guest| monoio::spawn(guest), |handle| handle.await, {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        nothing!(stream.read(vec![0; 1]).await.0);
    });
    runtimes::monoio(clocked(work))
}
