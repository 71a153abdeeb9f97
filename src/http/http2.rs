//! Both protocols: the first bytes of a connection tell whether the client speaks HTTP/2, by prior knowledge or after ALPN.
//! The deadlines for the first byte and for the head hold while they are awaited.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ::hyper::body::{Body, Incoming};
use ::hyper::rt::{Executor, Read, ReadBuf, Write};
use ::hyper::server::conn::http2;
use ::hyper::{Request, Response};
use tower_service::Service;

use super::board::Board;
use super::config::ServerConfig;
use super::http1;
use super::progress::{Phase, Progress};
use super::service::{BoxError, Waiter};
use super::stream::Watched;
use crate::compat::hyper::Timer;
use crate::join_set::JoinSet;

/// RFC 9113, 3.4: what every client begins with.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How much is read at first: the head of most requests of HTTP/1, so that they need no second read.
const FIRST_READ: usize = 1024;

/// Streams that a client has reset before they were accepted. h2's default, said aloud: rapid resets (CVE-2023-44487) end the
/// connection beyond it.
const MAX_RESETS: usize = 20;

/// What is configured of HTTP/2 alone.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    max_concurrent_streams: u32,
    ping: Option<Duration>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_concurrent_streams: 200,
            ping: Some(Duration::from_secs(20)),
        }
    }
}

impl ServerConfig {
    /// How many requests one HTTP/2 connection may have in flight. 200.
    ///
    /// # Example
    /// ```
    /// use toque::http::ServerConfig;
    ///
    /// let config = ServerConfig::new().http2_max_concurrent_streams(50); // each may cost a handler's memory
    /// assert!(format!("{config:?}").contains("50"));
    /// ```
    pub fn http2_max_concurrent_streams(mut self, limit: u32) -> Self {
        self.http2.max_concurrent_streams = limit;
        self
    }

    /// How often an HTTP/2 client is asked whether it is still there; 20 s after an unanswered ping the connection ends. 20 s.
    ///
    /// # Example
    /// ```
    /// use toque::http::ServerConfig;
    ///
    /// let config = ServerConfig::new().http2_ping(None); // behind a load balancer that does it
    /// println!("{config:?}");
    /// ```
    pub fn http2_ping(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.http2.ping = interval.into();
        self
    }
}

/// Serves a connection to its end, by the protocol that its client speaks.
pub(super) async fn attend<T, S, A, B>(
    mut stream: Watched<T>,
    waiter: Waiter<S, A>,
    config: &ServerConfig,
) where
    T: Read + Write + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<B>, Error: Into<BoxError>, Future: 'static>
        + Clone
        + 'static,
    A: Clone + Send + Sync + 'static,
    B: Body<Data: 'static, Error: Into<BoxError>> + 'static,
{
    let progress = Arc::clone(&waiter.progress);
    match progress.attend(|cx| poll_sniff(&mut stream, cx)).await {
        Ok(true) => speak_http2(stream, waiter, config).await,
        Ok(false) => http1::attend(stream, waiter, config).await,
        Err(_) => {}
    }
}

/// Whether the client begins with the preface. What is read stays in the stream.
fn poll_sniff<T: Read + Write + Unpin>(
    stream: &mut Watched<T>,
    cx: &mut Context<'_>,
) -> Poll<io::Result<bool>> {
    loop {
        if stream.early.starts_with(PREFACE) {
            return Poll::Ready(Ok(true));
        }
        if !PREFACE.starts_with(&stream.early) {
            return Poll::Ready(Ok(false));
        }
        let mut space = [0; FIRST_READ];
        let mut read = ReadBuf::new(&mut space);
        ready!(stream.poll_wire(cx, read.unfilled()))?;
        if read.filled().is_empty() {
            return Poll::Ready(ended(&stream.early));
        }
        stream.early.extend_from_slice(read.filled());
    }
}

impl Progress {
    /// Requests come side by side from now on; none has come yet.
    fn multiplex(&self) {
        self.multiplexed.store(true, Relaxed);
        self.set(Phase::Waiting);
    }
}

/// The client has sent no more than `early`. If that is anything, HTTP/1 knows what to make of it.
fn ended(early: &[u8]) -> io::Result<bool> {
    if early.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(false)
}

async fn speak_http2<T, S, A, B>(stream: Watched<T>, waiter: Waiter<S, A>, config: &ServerConfig)
where
    T: Read + Write + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<B>, Error: Into<BoxError>, Future: 'static>
        + Clone
        + 'static,
    A: Clone + Send + Sync + 'static,
    B: Body<Data: 'static, Error: Into<BoxError>> + 'static,
{
    let progress = Arc::clone(&waiter.progress);
    progress.multiplex();
    let streams = Streams::new(&progress.board);
    let connection = builder(config, streams.clone()).serve_connection(stream, waiter);
    let mut connection = pin!(connection);
    let mut drain = pin!(progress.board.drain.cancelled());
    let mut told = false;
    poll_fn(|cx| {
        streams.reap();
        if !progress.is_last() {
            let _ = drain.as_mut().poll(cx); // it owes the wake
        }
        loop {
            let last = progress.is_last();
            if last && !told {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
            if connection.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            if last == progress.is_last() {
                return Poll::Pending; // hyper owes the wake
            }
        }
    })
    .await
}

fn builder(config: &ServerConfig, streams: Streams) -> http2::Builder<Streams> {
    let mut builder = http2::Builder::new(streams);
    builder
        .timer(Timer)
        .max_concurrent_streams(config.http2.max_concurrent_streams)
        .max_header_list_size(u32::try_from(config.max_header_bytes).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(MAX_RESETS)
        .keep_alive_interval(config.http2.ping);
    builder
}

/// The requests of one connection, a task each: hyper's executor. They end with the connection.
#[derive(Clone)]
struct Streams {
    tasks: Rc<RefCell<JoinSet<()>>>,
    /// Where panics are counted.
    board: Arc<Board>,
}

impl Streams {
    fn new(board: &Arc<Board>) -> Self {
        Self {
            tasks: Rc::default(),
            board: Arc::clone(board),
        }
    }

    /// Lets go of those that have ended.
    fn reap(&self) {
        while let Some(panicked) = self.next_ended() {
            self.board.panics.fetch_add(u64::from(panicked), Relaxed);
        }
    }

    /// Whether the next one that has ended has panicked.
    fn next_ended(&self) -> Option<bool> {
        let ended = self.tasks.borrow_mut().try_join_next()?;
        Some(ended.is_err_and(|error| error.is_panic()))
    }
}

impl<F: Future<Output = ()> + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        self.tasks.borrow_mut().spawn(stream);
    }
}
