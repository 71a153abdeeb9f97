//! The waiter at the door: accepts connections, gives each to hyper in a task of its own, and closes up in good order.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use axum::Router;
use futures_lite::future;
use hyper::server::conn::http1;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use toque::net::{TcpListener, TcpStream};

use crate::log;

/// How long requests in flight may go on after the stop.
pub const GRACE: Duration = Duration::from_secs(10);
/// How long a client may take to send a request's head. It also ends a connection that stays silent, between two
/// requests or before the first.
const HEAD: Duration = Duration::from_secs(30);
/// The pause after a failed accept, so that a lasting fault fills neither the log nor the processor. For lack of file
/// descriptors toque's listener waits by itself.
const BREATH: Duration = Duration::from_millis(50);

/// How the service ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Connections still at work when the [`GRACE`] was over. They are cut off when the runtime is dropped.
    pub abandoned: usize,
}

/// Answers connections until `shutdown` is ready; then stops accepting, closes idle connections, and lets requests in
/// flight finish within [`GRACE`].
///
/// # Panics
/// Outside a toque runtime.
///
/// # Cancel safety
/// Dropped, it stops accepting; connections at work go on as tasks of the runtime.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    shutdown: impl Future<Output = ()>,
) -> Report {
    let connections = Connections::default();
    let mut shutdown = pin!(shutdown);
    while let Some(arrival) = next(&listener, shutdown.as_mut()).await {
        match arrival {
            Ok((stream, from)) => welcome(stream, from, app.clone(), &connections),
            Err(error) => {
                log::line(format_args!("accept failed: {error}"));
                toque::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener); // before the wait, so that whoever comes now is refused and does not hang
    close(connections).await
}

/// The next connection, or `None` once it is time to stop.
async fn next(
    listener: &TcpListener,
    shutdown: impl Future<Output = ()>,
) -> Option<io::Result<(TcpStream, SocketAddr)>> {
    let stop = async {
        shutdown.await;
        None
    };
    // The stop is polled first: a stream of arrivals must not keep it from being seen.
    future::or(stop, async { Some(listener.accept().await) }).await
}

/// Starts the task that serves one connection.
fn welcome(stream: TcpStream, from: SocketAddr, app: Router, connections: &Connections) {
    // Answers are small and written at once; waiting for more to fill a packet only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        log::line(format_args!("{from}: {error}")); // it has gone already; the read will say so too
    }
    let connection = http1::Builder::new()
        .timer(toque::compat::hyper::Timer)
        .header_read_timeout(HEAD) // without the timer above this panics
        .serve_connection(stream, TowerToHyperService::new(app));
    let connection = connections.told.watch(connection);
    let seat = Rc::clone(&connections.seats);
    toque::spawn(async move {
        if let Err(error) = connection.await {
            // A guest who leaves, or falls asleep, is no news.
            if !error.is_incomplete_message() && !error.is_timeout() {
                log::line(format_args!("{from}: {error}"));
            }
        }
        drop(seat);
    });
}

/// The connections that are open.
#[derive(Default)]
struct Connections {
    /// Tells each connection to end after the request it is at.
    told: GracefulShutdown,
    /// One clone is held by each task that serves a connection, so that they can be counted at the end.
    seats: Rc<()>,
}

impl Connections {
    fn open(seats: &Rc<()>) -> usize {
        Rc::strong_count(seats) - 1 // ours is not a connection
    }
}

/// Waits until every connection is closed, but not longer than the grace.
async fn close(connections: Connections) -> Report {
    let Connections { told, seats } = connections;
    log::line(format_args!(
        "closing, {} connections open",
        Connections::open(&seats)
    ));
    // Late or not, the report counts who is left.
    let _ = toque::time::timeout(GRACE, told.shutdown()).await;
    Report {
        abandoned: Connections::open(&seats),
    }
}
