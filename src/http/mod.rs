//! HTTP servers: the small layer between a listener and hyper that is easily written wrong.
//!
//! [`serve()`] accepts connections, gives each a task and every phase of it a deadline, and ends in good order. The service is
//! any tower `Service` for hyper's requests: an axum `Router` as it is, or a [`service_fn()`]. Nothing need be `Send`. With the
//! feature `axum`, its handlers need not be either: see `local`.
//!
//! # Deadlines
//! | [`ServerConfig`] | default | from … to … | what the client sees |
//! |---|---|---|---|
//! | `first_byte` | 10 s | the accept to the first byte of the first request; a handshake is in it | closed |
//! | `headers` | 30 s | the first byte of a head to its end | 408, closed |
//! | `keep_alive` | 65 s | an answer to the first byte of the next request | closed |
//! | `request` | 300 s | the first byte of a request to the end of its body | in the head: 408, closed; in the body: as `body_idle` |
//! | `body_idle` | 30 s | one piece of a body to the next, while the handler waits for it | the handler's read fails, its answer says `connection: close` |
//! | `write_idle` | 30 s | one piece of an answer to the next that the client takes | closed |
//! | `drain_grace` | 500 ms | the stop to the end of idle connections | closed; a request until then is answered with `connection: close` |
//! | `drain_timeout` | 10 s | the stop to the end of all others | cut off |
//!
//! A handler at work has none, nor has the next event of a stream of them: that is for a [`TimeoutLayer`]. An upgraded connection
//! is its handler's, and keeps `write_idle` alone; among `max_connections` it counts no more, so the handler has to count it.
//!
//! In HTTP/2 (feature `http2`) requests come side by side, so `headers` and `first_byte` hold until the protocol is known,
//! `keep_alive` whenever no request is in flight, and `write_idle` always; `request` and `body_idle` do not:
//! [`RequestBodyTimeoutLayer`] is for that. Pings find a client that has gone.
//!
//! # Limits
//! | [`ServerConfig`] | default | beyond it |
//! |---|---|---|
//! | `max_connections` | none | not accepted: waits in the system's queue |
//! | `max_requests_per_connection` | none | the last answer says `connection: close` |
//! | `max_headers`, `max_header_bytes` | 100, 64 KiB | 431, closed |
//! | `http2_max_concurrent_streams` | 200 | the stream is refused |
//!
//! Where a client is refused in the midst of a body, the rest of it is read and thrown away for a second, so that the answer
//! is not lost to a reset.
//!
//! # The end
//! Told to stop, a server takes in who waits in the listener's queue, closes the listener, and says `connection: close` in every
//! answer. Idle connections end after the grace, busy ones after their request, and what is left at the drain's end is cut off. The
//! [`Report`] counts each. A second signal ([`Serve::with_abort`], [`ServeHandle::abort`]) ends it at once. No task outlives it;
//! upgraded connections are their handlers', who answer for them. A stream of events that has no end is cut off with the rest: let it
//! watch for the stop too.
//!
//! A service that panics ends its connection (in HTTP/2 its request), and is counted: tower-http's `CatchPanicLayer` makes a 500 of
//! it. A client that goes while a handler works is noticed when its answer is written: one that only shuts down its sending half
//! wants the answer.
//!
//! # Layers
//! tower's and tower-http's timeouts, rate limits, and axum's `Sse::keep_alive` panic without tokio's timers. [`TimeoutLayer`],
//! [`RequestBodyTimeoutLayer`], [`RateLimitLayer`] and [`SseKeepAliveLayer`] do the same on toque's. All else of theirs that needs
//! no timers works as it is.
//!
//! # Example
//! ```
//! use std::convert::Infallible;
//! use futures_lite::{AsyncReadExt, AsyncWriteExt};
//! use hyper::{Request, Response, body::Incoming};
//! use toque::http::{serve, service_fn};
//! use toque::net::{TcpListener, TcpStream};
//!
//! # fn main() -> std::io::Result<()> {
//! toque::Runtime::new()?.block_on(async {
//!     let listener = TcpListener::bind("127.0.0.1:0").await?;
//!     let addr = listener.local_addr()?;
//!     let service = service_fn(|request: Request<Incoming>| async move {
//!         Ok::<_, Infallible>(Response::new(format!("{} for you\n", request.uri().path())))
//!     });
//!     let server = serve(listener, service);
//!     let handle = server.handle();
//!     let server = toque::spawn(server.into_future());
//!
//!     let mut client = TcpStream::connect(addr).await?;
//!     client.write_all(b"GET /soup HTTP/1.1\r\nhost: toque\r\nconnection: close\r\n\r\n").await?;
//!     let mut answer = String::new();
//!     client.read_to_string(&mut answer).await?;
//!     assert!(answer.ends_with("/soup for you\n"));
//!
//!     handle.shutdown();
//!     let report = server.await?;
//!     assert_eq!(report.to_string(), "1 connections, 1 requests; 0 drained, 0 aborted");
//!     Ok(())
//! })
//! # }
//! ```

mod alarm;
#[cfg(feature = "axum")]
mod axum;
mod board;
mod body_timeout;
mod config;
mod connect_info;
mod connections;
#[allow(unsafe_code)] // hyper's read buffers are filled in place
mod counted;
mod deadline;
mod handle;
mod heads;
#[cfg(feature = "axum")]
#[allow(unsafe_code)] // what is not `Send` is said to be, and checked
mod home;
mod http1;
mod listener;
mod progress;
#[cfg_attr(feature = "http2", path = "http2.rs")]
#[cfg_attr(not(feature = "http2"), path = "http1_only.rs")]
mod protocol;
mod rate_limit;
mod report;
#[allow(clippy::module_inception, reason = "the function's own file")]
mod serve;
mod service;
mod service_fn;
mod sse;
mod stream;
mod timeout;
#[cfg(unix)]
mod unix_listener;

#[cfg(feature = "axum")]
pub use axum::{Call, Local, local};
pub use body_timeout::{RequestBodyTimeout, RequestBodyTimeoutLayer, TimeoutBody};
pub use config::ServerConfig;
pub use connect_info::ConnectInfo;
pub use deadline::Deadline;
pub use handle::{ServeHandle, Stats, TimeoutCounts};
pub use listener::{Listener, WithHandshake, with_handshake};
pub use rate_limit::{RateLimit, RateLimitLayer};
pub use report::Report;
pub use serve::{Serve, serve};
pub use service_fn::{ServiceFn, service_fn};
pub use sse::{SseKeepAlive, SseKeepAliveFuture, SseKeepAliveLayer, SseKeepAliveService};
pub use timeout::{Timeout, TimeoutFuture, TimeoutLayer};
