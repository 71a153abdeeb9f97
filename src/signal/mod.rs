//! Signals: what the operating system and other processes tell this one, as something to await.
//! Used by applications to end well. Each listener is a descriptor of its own in the reactor, which the handler writes to.
//!
//! Any number of listeners, in any number of runtimes, may wait for the same signal: each is told.
//!
//! # The default action
//! The first listener of a kind puts a handler in place, and it stays for as long as the process runs, also when no listener is
//! left: from then on `SIGINT` no more ends the process by itself. The default action is not brought back, since nobody can
//! know whether something else in the process relies on it.
//!
//! # Forks
//! A process that forks without `exec` leaves its handlers and descriptors to the child. What is sent to the child is not told
//! to listeners of the parent; the child makes listeners of its own, on a runtime of its own.
//!
//! # Example
//! A service that ends when it is told to:
//! ```no_run
//! # async fn serve() -> std::io::Result<()> { std::future::pending().await }
//! # fn main() -> std::io::Result<()> {
//! toque::Runtime::new()?.block_on(async {
//!     let stop = std::pin::pin!(toque::signal::ctrl_c());
//!     toque::select! {
//!         result = serve() => result,
//!         stopped = stop => {
//!             println!("no more orders, please");
//!             stopped
//!         }
//!     }
//! })
//! # }
//! ```

mod bell;
mod dump;
#[allow(unsafe_code)]
// a signal handler must keep to what is allowed in one, which no compiler checks
mod handler;
pub mod unix;

use std::io;

use unix::{SignalKind, signal};

/// Waits for Ctrl-C, which is `SIGINT` here.
///
/// It listens from its first poll on. To hear of every one, keep a [`Signal`](unix::Signal): what comes between two calls of
/// this function is lost, and does not end the process either.
///
/// # Errors
/// As the system reports them: no more descriptors, most likely.
///
/// # Panics
/// Outside of a runtime.
///
/// # Cancel safety
/// Cancelled, it listens no more. In a loop around `select!` make it once, before the loop.
///
/// # Example
/// ```no_run
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     toque::signal::ctrl_c().await?;
///     println!("goodbye");
///     Ok(())
/// })
/// # }
/// ```
pub async fn ctrl_c() -> io::Result<()> {
    signal(SignalKind::interrupt())?.recv().await;
    Ok(())
}
