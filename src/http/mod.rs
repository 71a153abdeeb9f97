//! HTTP servers: the small layer between a listener and hyper that is easily written wrong.
//!
//! [`serve()`] accepts connections, gives each a task and every phase of it a deadline, and ends in good order. The service is
//! any tower `Service` for hyper's requests: an axum `Router` as it is, or a [`service_fn()`]. Nothing need be `Send`.
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
mod board;
mod config;
mod connect_info;
mod connections;
#[allow(unsafe_code)] // hyper's read buffers are filled in place
mod counted;
mod deadline;
mod handle;
mod http1;
mod listener;
mod progress;
#[path = "http1_only.rs"]
mod protocol;
mod report;
#[allow(clippy::module_inception, reason = "the function's own file")]
mod serve;
mod service;
mod service_fn;
mod stream;

pub use config::ServerConfig;
pub use connect_info::ConnectInfo;
pub use deadline::Deadline;
pub use handle::{ServeHandle, Stats, TimeoutCounts};
pub use listener::{Listener, WithHandshake, with_handshake};
pub use report::Report;
pub use serve::{Serve, serve};
pub use service_fn::{ServiceFn, service_fn};
