//! `serve`: accepts connections, gives each a task of its own, and closes up in good order.

use std::fmt;
use std::future::{Future, IntoFuture, pending, poll_fn};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};
use std::time::Duration;

use ::hyper::body::{Body, Incoming};
use ::hyper::{Request, Response};
use tower_service::Service;

use super::board::Board;
use super::config::ServerConfig;
use super::connections::Connections;
use super::deadline::Deadline;
use super::handle::ServeHandle;
use super::listener::Listener;
use super::progress::Progress;
use super::protocol;
use super::report::Report;
use super::service::{BoxError, Waiter};
use super::stream::Watched;
use crate::future::budget;
use crate::time::{Instant, sleep, sleep_until, timeout_at};

/// The pause after an accept that failed, so that a lasting fault does not keep the processor busy. For lack of descriptors the
/// listener waits by itself.
const BREATH: Duration = Duration::from_millis(50);

/// How many connections are taken from the listener's queue when the server stops. A flood of new ones is not waited out.
const LAST_CALL: usize = 1024;

type Signal = Pin<Box<dyn Future<Output = ()>>>;

/// A server, not started yet: awaited, it serves. Made by [`serve()`].
///
/// # Example
/// ```
/// use std::future::IntoFuture;
/// use toque::http::{Serve, serve};
///
/// # toque::Runtime::new()?.block_on(async {
/// let listener = toque::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let service = toque::http::service_fn(async |_: hyper::Request<hyper::body::Incoming>| {
/// #     Ok::<_, std::convert::Infallible>(hyper::Response::new(String::from("soup")))
/// # });
/// let server: Serve<_, _> = serve(listener, service);
/// let (stop, stopped) = toque::sync::oneshot::channel();
/// let server = server.with_graceful_shutdown(async { stopped.await.unwrap_or_default() });
/// let task = toque::spawn(server.into_future());
/// stop.send(()).unwrap();
/// assert_eq!(task.await?.stats.requests, 0);
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Panics
/// Outside of a runtime.
///
/// # Cancel safety
/// Dropped, it stops accepting, and cuts off every connection.
#[must_use = "a server does nothing until it is awaited"]
pub struct Serve<L, S> {
    listener: L,
    service: S,
    config: ServerConfig,
    board: Arc<Board>,
    /// Tells it to stop in good order.
    shutdown: Signal,
    /// Tells it to end at once.
    abort: Signal,
}

/// Serves the connections of `listener` by `service`: a tower `Service` for hyper's requests, which is cloned for each of them.
/// Neither it nor its futures need be `Send`. An axum `Router` is one, and [`service_fn`](super::service_fn()) makes one of a
/// closure.
///
/// The outcome, once the server has been told to stop and has, is a [`Report`].
///
/// # Example
/// The [module](super) has one that ends.
/// ```
/// use std::convert::Infallible;
/// use std::future::IntoFuture;
/// use futures_lite::{AsyncReadExt, AsyncWriteExt};
/// use hyper::{Request, Response, body::Incoming};
/// use toque::http::{serve, service_fn};
/// use toque::net::{TcpListener, TcpStream};
///
/// # fn main() -> std::io::Result<()> {
/// # toque::Runtime::new()?.block_on(async {
/// let menu = service_fn(async |_: Request<Incoming>| {
///     Ok::<_, Infallible>(Response::new(String::from("soup")))
/// });
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let mut client = TcpStream::connect(listener.local_addr()?).await?;
/// toque::spawn(serve(listener, menu).into_future());
///
/// client.write_all(b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await?;
/// let mut answer = String::new();
/// client.read_to_string(&mut answer).await?;
/// assert!(answer.ends_with("soup"));
/// # Ok(())
/// # })
/// # }
/// ```
pub fn serve<L, S>(listener: L, service: S) -> Serve<L, S> {
    Serve {
        listener,
        service,
        config: ServerConfig::default(),
        board: Board::new(),
        shutdown: Box::pin(pending()),
        abort: Box::pin(pending()),
    }
}

impl<L, S> Serve<L, S> {
    /// Takes other deadlines and limits than the defaults.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::http::{ServerConfig, serve, service_fn};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let listener = toque::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let service = service_fn(async |_: hyper::Request<hyper::body::Incoming>| {
    /// #     Ok::<_, std::convert::Infallible>(hyper::Response::new(String::from("soup")))
    /// # });
    /// let server = serve(listener, service)
    ///     .config(ServerConfig::new().drain_timeout(Duration::from_secs(1)))
    ///     .with_graceful_shutdown(async {}); // at once, here
    /// assert_eq!(server.await.stats.requests, 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn config(mut self, config: ServerConfig) -> Self {
        self.config = config;
        self
    }

    /// Stops in good order once `signal` is ready: what is in flight finishes, within
    /// [`drain_timeout`](ServerConfig::drain_timeout).
    ///
    /// # Example
    /// ```
    /// use std::future::IntoFuture;
    /// use toque::http::{serve, service_fn};
    /// use toque::sync::oneshot;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let listener = toque::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let service = service_fn(async |_: hyper::Request<hyper::body::Incoming>| {
    /// #     Ok::<_, std::convert::Infallible>(hyper::Response::new(String::from("soup")))
    /// # });
    /// let (stop, stopped) = oneshot::channel::<()>();
    /// let server = serve(listener, service).with_graceful_shutdown(async { drop(stopped.await) });
    /// let server = toque::spawn(server.into_future());
    /// drop(stop); // Ctrl-C, say
    /// assert_eq!(server.await?.stats.open, 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn with_graceful_shutdown(mut self, signal: impl Future<Output = ()> + 'static) -> Self {
        self.shutdown = Box::pin(signal);
        self
    }

    /// Ends at once when `signal` is ready, also in the midst of a drain: for an operator's second Ctrl-C.
    ///
    /// # Example
    /// ```
    /// use toque::http::{serve, service_fn};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let listener = toque::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let service = service_fn(async |_: hyper::Request<hyper::body::Incoming>| {
    /// #     Ok::<_, std::convert::Infallible>(hyper::Response::new(String::from("soup")))
    /// # });
    /// let server = serve(listener, service)
    ///     .with_graceful_shutdown(std::future::pending()) // the first Ctrl-C
    ///     .with_abort(async {}); // the second one
    /// assert_eq!(server.await.stats.open, 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn with_abort(mut self, signal: impl Future<Output = ()> + 'static) -> Self {
        self.abort = Box::pin(signal);
        self
    }

    /// A handle that stops the server, and tells what it counts.
    ///
    /// # Example
    /// ```
    /// use std::future::IntoFuture;
    /// use toque::http::{serve, service_fn};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let listener = toque::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let service = service_fn(async |_: hyper::Request<hyper::body::Incoming>| {
    /// #     Ok::<_, std::convert::Infallible>(hyper::Response::new(String::from("soup")))
    /// # });
    /// let server = serve(listener, service);
    /// let handle = server.handle(); // before it is awaited, which takes it
    /// let server = toque::spawn(server.into_future());
    /// handle.shutdown();
    /// assert_eq!(server.await?.stats.requests, 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn handle(&self) -> ServeHandle {
        ServeHandle(Arc::clone(&self.board))
    }
}

impl<L, S, B> IntoFuture for Serve<L, S>
where
    L: Listener + 'static,
    S: Service<Request<Incoming>, Response = Response<B>, Error: Into<BoxError>, Future: 'static>
        + Clone
        + 'static,
    B: Body<Data: 'static, Error: Into<BoxError>> + 'static,
{
    type Output = Report;
    type IntoFuture = Pin<Box<dyn Future<Output = Report>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut server = Server::new(self);
            server.accept_until_told().await;
            server.close().await
        })
    }
}

impl<L: fmt::Debug, S> fmt::Debug for Serve<L, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serve")
            .field("listener", &self.listener)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// A server at work.
struct Server<L: Listener, S> {
    /// None once it has stopped accepting.
    listener: Option<L>,
    service: S,
    config: Rc<ServerConfig>,
    connections: Connections<L::Addr>,
    board: Arc<Board>,
    signals: Signals,
}

/// The ends of a server's life.
struct Signals {
    shutdown: Signal,
    abort: Signal,
}

impl Signals {
    /// The caller's signal, or the handle's.
    fn new(shutdown: Signal, abort: Signal, board: &Board) -> Self {
        Self {
            shutdown: either(shutdown, board.drain.clone().cancelled_owned()),
            abort: either(abort, board.abort.clone().cancelled_owned()),
        }
    }

    /// Ready once the server is to stop, in whichever way.
    fn poll_stop(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self.abort.as_mut().poll(cx) {
            Poll::Ready(()) => {
                self.abort = Box::pin(std::future::ready(())); // it is asked again
                Poll::Ready(())
            }
            Poll::Pending => self.shutdown.as_mut().poll(cx),
        }
    }
}

/// Ready when one of them is, and from then on.
fn either(mut one: Signal, other: impl Future<Output = ()> + 'static) -> Signal {
    let mut other = Box::pin(other);
    Box::pin(poll_fn(move |cx| {
        if one.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        other.as_mut().poll(cx)
    }))
}

impl<L, S, B> Server<L, S>
where
    L: Listener,
    S: Service<Request<Incoming>, Response = Response<B>, Error: Into<BoxError>, Future: 'static>
        + Clone
        + 'static,
    B: Body<Data: 'static, Error: Into<BoxError>> + 'static,
{
    fn new(serve: Serve<L, S>) -> Self {
        Self {
            listener: Some(serve.listener),
            service: serve.service,
            config: Rc::new(serve.config),
            connections: Connections::new(Arc::clone(&serve.board)),
            signals: Signals::new(serve.shutdown, serve.abort, &serve.board),
            board: serve.board,
        }
    }

    async fn accept_until_told(&mut self) {
        while let Some(accepted) = poll_fn(|cx| self.poll_next(cx)).await {
            match accepted {
                Ok((handshake, addr)) => self.welcome(handshake, addr),
                Err(_) => self.catch_breath().await,
            }
        }
    }

    /// The next connection; `None` once it is time to stop.
    #[allow(clippy::type_complexity, reason = "it is the listener's")]
    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<(L::Handshake, L::Addr)>>> {
        // First, or a stream of arrivals keeps it from being seen.
        if self.signals.poll_stop(cx).is_ready() {
            return Poll::Ready(None);
        }
        let _ = self.connections.poll_reap(cx);
        self.poll_accept(cx).map(Some)
    }

    /// A connection from the listener's queue, if there may be one more. If there may not, the next one to end owes the wake.
    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(L::Handshake, L::Addr)>> {
        let limit = self.config.max_connections.unwrap_or(usize::MAX);
        match &self.listener {
            Some(listener) if self.connections.len() < limit => listener.poll_accept(cx),
            _ => Poll::Pending,
        }
    }

    /// Starts the task of one connection.
    fn welcome(&mut self, handshake: L::Handshake, addr: L::Addr) {
        let limit = self.config.max_requests_per_connection;
        let waiter = Waiter {
            service: self.service.clone(),
            addr: addr.clone(),
            progress: Progress::new(Arc::clone(&self.board), limit),
        };
        let attend = attend(handshake, waiter, Rc::clone(&self.config), Instant::now());
        self.connections.insert(addr, attend);
    }

    async fn catch_breath(&mut self) {
        self.board.accept_errors.fetch_add(1, Relaxed);
        sleep(BREATH).await;
    }

    /// Stops accepting, and sees the connections off.
    async fn close(&mut self) -> Report {
        self.board.drain.cancel(); // from now on an answer is the last of its connection
        poll_fn(|cx| self.poll_last_call(cx)).await;
        self.listener = None; // before the wait, so that whoever comes now is refused and does not hang
        let open = self.connections.len();
        self.drain().await;
        let aborted = self.connections.abort().await;
        Report {
            stats: self.board.stats(),
            drained: open - aborted.len(),
            aborted: aborted.iter().map(|addr| format!("{addr:?}")).collect(),
        }
    }

    /// Takes in those who wait in the listener's queue: they had connected before the stop, and would be reset with the listener.
    /// It does not wait.
    fn poll_last_call(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        for _ in 0..LAST_CALL {
            match budget::without_limit(|| self.poll_accept(cx)) {
                Poll::Ready(Ok((handshake, addr))) => self.welcome(handshake, addr),
                Poll::Ready(Err(_)) | Poll::Pending => break,
            }
        }
        Poll::Ready(())
    }

    /// Waits until the last connection has ended, the time is up, or the abort has come.
    async fn drain(&mut self) {
        let start = Instant::now();
        let mut grace = Box::pin(sleep_until(start + self.config.drain_grace));
        let mut limit = Box::pin(sleep_until(start + self.config.drain_timeout));
        let mut closing = false;
        poll_fn(|cx| {
            if self.connections.poll_reap(cx).is_ready() {
                return Poll::Ready(());
            }
            if !closing && grace.as_mut().poll(cx).is_ready() {
                closing = true;
                self.board.close_idle.cancel();
            }
            if self.signals.abort.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            limit.as_mut().poll(cx)
        })
        .await;
    }
}

/// One connection, from its handshake to its end.
async fn attend<H, T, S, A, B>(
    handshake: H,
    waiter: Waiter<S, A>,
    config: Rc<ServerConfig>,
    born: Instant,
) where
    H: Future<Output = io::Result<T>>,
    T: ::hyper::rt::Read + ::hyper::rt::Write + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<B>, Error: Into<BoxError>, Future: 'static>
        + Clone
        + 'static,
    A: Clone + Send + Sync + 'static,
    B: Body<Data: 'static, Error: Into<BoxError>> + 'static,
{
    let progress = Arc::clone(&waiter.progress);
    let Some(stream) = welcome(handshake, &config, born, &progress).await else {
        return;
    };
    let stream = Watched::new(stream, born, &config, progress);
    protocol::attend(stream, waiter, &config).await;
}

/// The handshake, within the deadline for the first byte.
async fn welcome<T>(
    handshake: impl Future<Output = io::Result<T>>,
    config: &ServerConfig,
    born: Instant,
    progress: &Progress,
) -> Option<T> {
    let Some(limit) = config.first_byte else {
        return handshake.await.ok();
    };
    let Ok(stream) = timeout_at(born + limit, handshake).await else {
        progress.board.timed_out(Deadline::FirstByte);
        return None;
    };
    stream.ok()
}
