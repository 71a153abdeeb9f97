//! HTTP/1 on one connection: hyper, set up.

use std::future::Future;
use std::pin::pin;

use ::hyper::body::{Body, Incoming};
use ::hyper::rt::{Read, Write};
use ::hyper::server::conn::http1;
use ::hyper::{Request, Response};
use tower_service::Service;

use super::config::ServerConfig;
use super::service::{BoxError, Waiter};
use super::stream::Watched;

/// Serves a connection to its end. How it ended is of no interest: a client who leaves, or falls asleep, is no news.
pub(super) async fn attend<T, S, A, B>(
    mut stream: Watched<T>,
    waiter: Waiter<S, A>,
    config: &ServerConfig,
) where
    T: Read + Write + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<B>, Error: Into<BoxError>> + Clone + 'static,
    A: Clone + Send + Sync + 'static,
    B: Body<Data: 'static, Error: Into<BoxError>> + 'static,
{
    let progress = waiter.progress.clone();
    stream.expect_heads();
    let connection = builder(config).serve_connection(stream, waiter);
    let mut connection = pin!(connection.with_upgrades());
    progress
        .attend(|cx| connection.as_mut().poll(cx).map(drop))
        .await
}

fn builder(config: &ServerConfig) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        // Whoever shuts down its sending half after a request is answered all the same. It also means that hyper reads for no
        // other purpose than a request, which the deadlines rely on.
        .half_close(true)
        .header_read_timeout(None) // the stream has deadlines of its own, one for each phase
        .max_header_size(config.max_header_bytes) // the buffer alone is no exact limit
        .max_buf_size(config.max_header_bytes.max(SMALLEST_BUFFER));
    // Its own number is not said: hyper has it on the stack, and each other on the heap, anew for each request.
    if config.max_headers != HYPERS_HEADERS {
        builder.max_headers(config.max_headers);
    }
    builder
}

/// As many header fields as hyper lets through if it is told nothing.
const HYPERS_HEADERS: usize = 100;

/// hyper panics below it.
const SMALLEST_BUFFER: usize = 8 << 10;
