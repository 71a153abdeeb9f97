//! The report: how a server has ended.

use std::fmt;

use super::handle::Stats;

/// What a server has done, and how its last connections ended. [`serve`](super::serve())'s outcome.
///
/// # Example
/// ```
/// # toque::Runtime::new()?.block_on(async {
/// let listener = toque::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let service = toque::http::service_fn(async |_: hyper::Request<hyper::body::Incoming>| {
/// #     Ok::<_, std::convert::Infallible>(hyper::Response::new(String::from("soup")))
/// # });
/// let server = toque::http::serve(listener, service);
/// let report = server.with_graceful_shutdown(async {}).await; // stops at once
/// assert!(report.aborted.is_empty());
/// assert_eq!(report.to_string(), "0 connections, 0 requests; 0 drained, 0 aborted");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The counters of its whole life.
    pub stats: Stats,
    /// Connections that were open when it was told to stop, and came to their own end.
    pub drained: usize,
    /// The addresses of those that were cut off.
    pub aborted: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stats {
            accepted, requests, ..
        } = self.stats;
        write!(f, "{accepted} connections, {requests} requests; ")?;
        write!(
            f,
            "{} drained, {} aborted",
            self.drained,
            self.aborted.len()
        )?;
        match self.aborted.as_slice() {
            [] => Ok(()),
            aborted => write!(f, " ({})", aborted.join(", ")),
        }
    }
}
