//! The handle of a server: tells it to stop, and reads its counters, from any thread.

use std::sync::Arc;

use super::board::Board;

/// What a server has counted so far.
///
/// # Example
/// ```
/// # toque::Runtime::new()?.block_on(async {
/// let listener = toque::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let service = toque::http::service_fn(async |_: hyper::Request<hyper::body::Incoming>| {
/// #     Ok::<_, std::convert::Infallible>(hyper::Response::new(String::from("soup")))
/// # });
/// let server = toque::http::serve(listener, service);
/// let stats = server.handle().stats();
/// assert_eq!((stats.open, stats.requests), (0, 0)); // it has not begun
/// # drop(server);
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Connections that are open.
    pub open: usize,
    /// Connections accepted since the start.
    pub accepted: u64,
    /// Requests given to the service since the start.
    pub requests: u64,
    /// Connections that ended because the service panicked.
    pub panics: u64,
    /// Failures of the listener to accept, such as a lack of descriptors.
    pub accept_errors: u64,
    /// Deadlines that have passed.
    pub timeouts: TimeoutCounts,
}

/// How often each deadline has passed.
///
/// # Example
/// ```
/// # toque::Runtime::new()?.block_on(async {
/// let listener = toque::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let service = toque::http::service_fn(async |_: hyper::Request<hyper::body::Incoming>| {
/// #     Ok::<_, std::convert::Infallible>(hyper::Response::new(String::from("soup")))
/// # });
/// let server = toque::http::serve(listener, service);
/// let timeouts = server.handle().stats().timeouts;
/// println!("{} clients were too slow", timeouts.headers + timeouts.request);
/// # assert_eq!(timeouts.headers + timeouts.request, 0);
/// # drop(server);
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "named as in `ServerConfig`")]
pub struct TimeoutCounts {
    pub first_byte: u64,
    pub headers: u64,
    pub keep_alive: u64,
    pub request: u64,
    pub body_idle: u64,
    pub write_idle: u64,
}

/// A handle to a server, from [`Serve::handle`](super::Serve::handle). `Send + Sync`, and cheap to clone.
///
/// # Example
/// ```
/// # toque::Runtime::new()?.block_on(async {
/// let listener = toque::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let service = toque::http::service_fn(async |_: hyper::Request<hyper::body::Incoming>| {
/// #     Ok::<_, std::convert::Infallible>(hyper::Response::new(String::from("soup")))
/// # });
/// let server = toque::http::serve(listener, service);
/// let handle = server.handle();
/// std::thread::spawn(move || handle.shutdown()); // from wherever
/// let report = server.await;
/// assert_eq!(report.stats.open, 0);
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ServeHandle(pub(super) Arc<Board>);

impl ServeHandle {
    /// Stops accepting; requests in flight finish within the drain's time. The second call changes nothing.
    ///
    /// # Example
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let listener = toque::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let service = toque::http::service_fn(async |_: hyper::Request<hyper::body::Incoming>| {
    /// #     Ok::<_, std::convert::Infallible>(hyper::Response::new(String::from("soup")))
    /// # });
    /// let server = toque::http::serve(listener, service);
    /// server.handle().shutdown(); // nobody is there, so that is the end
    /// assert_eq!(server.await.stats.open, 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn shutdown(&self) {
        self.0.drain.cancel();
    }

    /// Ends the server at once: what is in flight is cut off. It may follow on [`shutdown`](Self::shutdown).
    ///
    /// # Example
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let listener = toque::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let service = toque::http::service_fn(async |_: hyper::Request<hyper::body::Incoming>| {
    /// #     Ok::<_, std::convert::Infallible>(hyper::Response::new(String::from("soup")))
    /// # });
    /// let server = toque::http::serve(listener, service);
    /// let handle = server.handle();
    /// handle.shutdown();
    /// handle.abort(); // that takes too long
    /// assert_eq!(server.await.stats.open, 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn abort(&self) {
        self.0.drain.cancel();
        self.0.abort.cancel();
    }

    /// The counters.
    ///
    /// # Example
    /// ```
    /// use std::future::IntoFuture;
    /// use futures_lite::{AsyncReadExt, AsyncWriteExt};
    /// use toque::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let addr = listener.local_addr()?;
    /// # let service = toque::http::service_fn(async |_: hyper::Request<hyper::body::Incoming>| {
    /// #     Ok::<_, std::convert::Infallible>(hyper::Response::new(String::from("soup")))
    /// # });
    /// let server = toque::http::serve(listener, service);
    /// let handle = server.handle();
    /// toque::spawn(server.into_future());
    ///
    /// let mut client = TcpStream::connect(addr).await?;
    /// client.write_all(b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await?;
    /// client.read_to_end(&mut Vec::new()).await?;
    /// assert_eq!(handle.stats().requests, 1);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn stats(&self) -> Stats {
        self.0.stats()
    }
}
