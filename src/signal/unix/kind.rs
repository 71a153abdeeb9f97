//! The kind of a signal: its number, by a name.

use std::ffi::c_int;

use rustix::process::Signal;

/// Which signal to listen for.
///
/// # Example
/// ```
/// use toque::signal::unix::SignalKind;
///
/// let kind = SignalKind::terminate();
/// assert_eq!(SignalKind::from_raw(kind.as_raw_value()), kind);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignalKind(c_int);

impl SignalKind {
    /// Any signal, by its number on this system. Real-time signals have no other name.
    ///
    /// Whether there is such a signal is found by [`signal`](super::signal).
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::SignalKind;
    ///
    /// assert_eq!(SignalKind::from_raw(15), SignalKind::terminate());
    /// ```
    pub const fn from_raw(number: c_int) -> SignalKind {
        SignalKind(number)
    }

    /// Its number on this system.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::SignalKind;
    ///
    /// assert_eq!(SignalKind::interrupt().as_raw_value(), 2);
    /// ```
    pub const fn as_raw_value(&self) -> c_int {
        self.0
    }

    const fn of(signal: Signal) -> SignalKind {
        SignalKind(signal.as_raw())
    }

    /// `SIGALRM`: a timer of the system's has run out. By default it ends the process.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::SignalKind;
    ///
    /// assert_eq!(SignalKind::alarm().as_raw_value(), 14);
    /// ```
    pub const fn alarm() -> SignalKind {
        Self::of(Signal::ALARM)
    }

    /// `SIGCHLD`: a child has ended, or was stopped or continued. By default it is ignored.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::{SignalKind, signal};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut signals = signal(SignalKind::child())?;
    /// toque::select! {
    ///     _ = signals.recv() => println!("SIGCHLD"),
    ///     () = std::future::ready(()) => println!("none so far"),
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub const fn child() -> SignalKind {
        Self::of(Signal::CHILD)
    }

    /// `SIGHUP`: the terminal has gone. Services take it for "read your configuration again". By default it ends the process.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::SignalKind;
    ///
    /// assert_eq!(SignalKind::hangup().as_raw_value(), 1);
    /// ```
    pub const fn hangup() -> SignalKind {
        Self::of(Signal::HUP)
    }

    /// `SIGINT`: Ctrl-C. By default it ends the process.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::SignalKind;
    ///
    /// assert_eq!(SignalKind::interrupt().as_raw_value(), 2);
    /// ```
    pub const fn interrupt() -> SignalKind {
        Self::of(Signal::INT)
    }

    /// `SIGIO`: a descriptor that was asked to tell so is ready. By default it ends the process on Linux.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::{SignalKind, signal};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut signals = signal(SignalKind::io())?;
    /// toque::select! {
    ///     _ = signals.recv() => println!("SIGIO"),
    ///     () = std::future::ready(()) => println!("none so far"),
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub const fn io() -> SignalKind {
        Self::of(Signal::IO)
    }

    /// `SIGPIPE`: nobody reads what was written. Rust's programs ignore it from their start.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::SignalKind;
    ///
    /// assert_eq!(SignalKind::pipe().as_raw_value(), 13);
    /// ```
    pub const fn pipe() -> SignalKind {
        Self::of(Signal::PIPE)
    }

    /// `SIGQUIT`: Ctrl-\\. By default it ends the process with a core dump.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::SignalKind;
    ///
    /// assert_eq!(SignalKind::quit().as_raw_value(), 3);
    /// ```
    pub const fn quit() -> SignalKind {
        Self::of(Signal::QUIT)
    }

    /// `SIGTERM`: the polite way to end a process, and what `kill` and service managers send.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::SignalKind;
    ///
    /// assert_eq!(SignalKind::terminate().as_raw_value(), 15);
    /// ```
    pub const fn terminate() -> SignalKind {
        Self::of(Signal::TERM)
    }

    /// `SIGUSR1`: what the program makes of it. By default it ends the process.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::{SignalKind, signal};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut signals = signal(SignalKind::user_defined1())?;
    /// toque::select! {
    ///     _ = signals.recv() => println!("SIGUSR1"),
    ///     () = std::future::ready(()) => println!("none so far"),
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub const fn user_defined1() -> SignalKind {
        Self::of(Signal::USR1)
    }

    /// `SIGUSR2`: what the program makes of it. By default it ends the process.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::{SignalKind, signal};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut signals = signal(SignalKind::user_defined2())?;
    /// toque::select! {
    ///     _ = signals.recv() => println!("SIGUSR2"),
    ///     () = std::future::ready(()) => println!("none so far"),
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub const fn user_defined2() -> SignalKind {
        Self::of(Signal::USR2)
    }

    /// `SIGWINCH`: the terminal has another size. By default it is ignored.
    ///
    /// # Example
    /// ```
    /// use toque::signal::unix::{SignalKind, signal};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut signals = signal(SignalKind::window_change())?;
    /// toque::select! {
    ///     _ = signals.recv() => println!("SIGWINCH"),
    ///     () = std::future::ready(()) => println!("none so far"),
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub const fn window_change() -> SignalKind {
        Self::of(Signal::WINCH)
    }
}

impl From<c_int> for SignalKind {
    fn from(number: c_int) -> SignalKind {
        Self::from_raw(number)
    }
}

impl From<SignalKind> for c_int {
    fn from(kind: SignalKind) -> c_int {
        kind.as_raw_value()
    }
}
