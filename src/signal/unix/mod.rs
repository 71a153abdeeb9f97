//! Unix signals, by their kinds.
//!
//! # Example
//! ```
//! use toque::signal::unix::{SignalKind, signal};
//!
//! # fn main() -> std::io::Result<()> {
//! # toque::Runtime::new()?.block_on(async {
//! let mut hangups = signal(SignalKind::hangup())?;
//! let reload = toque::spawn(async move { hangups.recv().await });
//! # rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::HUP)?;
//! assert!(reload.await?.is_some()); // after `kill -HUP`
//! # Ok(())
//! # })
//! # }
//! ```

mod kind;

use std::future::poll_fn;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

pub use kind::SignalKind;

use super::bell::Bell;
use super::handler::Handler;
use crate::reactor::Direction;
use crate::runtime::{Registration, current};

/// Listens for a signal, from now on.
///
/// # Errors
/// `InvalidInput` for what can't be caught (`SIGKILL`, `SIGSTOP`, `SIGILL`, `SIGFPE`, `SIGSEGV`) and for numbers that are no
/// signals; or as the system reports them: no more descriptors, most likely.
///
/// # Panics
/// Outside of a runtime.
///
/// # Example
/// Configuration that is read again at `SIGHUP`:
/// ```
/// use toque::signal::unix::{SignalKind, signal};
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let mut reload = signal(SignalKind::hangup())?;
///     let reloads = toque::spawn(async move {
///         reload.recv().await;
///         "read again"
///     });
/// #   rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::HUP)?;
///     assert_eq!(reloads.await.unwrap(), "read again");
///     Ok(())
/// })
/// # }
/// ```
#[track_caller]
pub fn signal(kind: SignalKind) -> io::Result<Signal> {
    current::expect("signal");
    let bell = Arc::new(Bell::new()?);
    Ok(Signal {
        // Before the handler: once there is one, the default action is off, and an error must not leave it so.
        registration: Registration::new(bell.as_fd(), true)?,
        handler: Handler::new(kind.as_raw_value(), Arc::clone(&bell))?,
        bell,
    })
}

/// A listener for one kind of signal. Made by [`signal`].
///
/// It hears of each signal that comes after it was made. Several that come before it is asked are told as one, as the
/// operating system does it too; after the last of them it is told at least once. Dropped, it hears no more, but the
/// signal's default action [stays off](crate::signal#the-default-action).
///
/// # Example
/// ```
/// use toque::signal::unix::{Signal, SignalKind, signal};
///
/// # toque::Runtime::new()?.block_on(async {
/// async fn reload(mut hangups: Signal) {
///     while hangups.recv().await.is_some() {
///         println!("reads its configuration again");
///     }
/// }
/// toque::spawn(reload(signal(SignalKind::hangup())?));
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a listener hears of signals only as long as it is kept"]
pub struct Signal {
    /// Its place in the reactor. Before the bell, so that it leaves the reactor before the descriptor is closed.
    registration: Registration,
    /// Rings the bell.
    #[allow(dead_code, reason = "held for its drop")]
    handler: Handler,
    /// What has been rung and not yet heard is in here.
    bell: Arc<Bell>,
}

impl Signal {
    /// Waits for the next signal. It never gives `None`; the `Option` is tokio's.
    ///
    /// # Panics
    /// On a thread that is not its runtime's.
    ///
    /// # Cancel safety
    /// Nothing is lost: a signal that has not been returned is told by the next call.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::{SignalKind, signal};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut sizes = signal(SignalKind::window_change())?;
    /// # rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::WINCH)?;
    /// sizes.recv().await; // the terminal's window has another size
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn recv(&mut self) -> Option<()> {
        poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// As [`recv`](Self::recv), for hand-written futures.
    ///
    /// # Panics
    /// On a thread that is not its runtime's.
    ///
    /// # Example
    /// ```
    /// use std::{future::poll_fn, task::Poll};
    /// use toque::signal::unix::{SignalKind, signal};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut winch = signal(SignalKind::window_change())?;
    /// let came = poll_fn(|cx| Poll::Ready(winch.poll_recv(cx).is_ready())).await;
    /// println!("another size: {came}");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<()>> {
        match ready!(self.poll_heard(cx)) {
            Ok(()) => Poll::Ready(Some(())),
            Err(error) => unheard(&error),
        }
    }

    /// As `poll_recv`, with an error instead of the panic.
    pub(crate) fn poll_heard(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let answer = || self.bell.answer();
        self.registration.poll_io(Direction::Read, cx, answer)
    }
}

#[cold]
fn unheard(error: &io::Error) -> ! {
    panic!(
        "`Signal::recv`: {error}. A listener belongs to the runtime it was made on: make another one by `signal` where it is \
         to be heard"
    )
}
