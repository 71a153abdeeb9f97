//! Sockets: the system calls that make them, each non-blocking and closed on exec from its first moment.
//! Called by TCP's and Unix' types. `unix.rs` and `windows.rs` have the same functions, each with what its system needs.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::io;

use rustix::fd::{AsFd, OwnedFd};
use rustix::io::Errno;
use rustix::net::SocketAddrAny;

pub(super) use system::{is_under_way, open};

/// Connections that may wait to be accepted. The kernel caps it (`net.core.somaxconn`, 4096 on Linux); tokio and mio
/// ask for as many.
pub(super) const BACKLOG: u32 = 1024;

/// What `accept` gives: the connection and, in all but freak cases, its other end.
pub(super) type Accepted = (OwnedFd, Option<SocketAddrAny>);

/// Listens, with `backlog` connections that may wait.
pub(super) fn listen(socket: &OwnedFd, backlog: u32) -> io::Result<()> {
    let backlog = i32::try_from(backlog).unwrap_or(i32::MAX);
    Ok(rustix::net::listen(socket, backlog)?)
}

/// The next connection of the queue. Those that have ended before they were accepted are passed over.
pub(super) fn accept(listener: impl AsFd) -> io::Result<Accepted> {
    loop {
        match system::accept(listener.as_fd()) {
            Err(error) if system::is_of_the_connection(error) => {}
            result => return Ok(result?),
        }
    }
}

/// Whether an error of `accept` says that the process or the system has run out of something. The connection stays in
/// the queue, so the next `accept` fails just as fast: a loop around it would spin.
pub(super) fn is_shortage(error: &io::Error) -> bool {
    Errno::from_io_error(error).is_some_and(system::is_shortage)
}

/// The error that waits on a socket (`SO_ERROR`).
pub(super) fn take_error(socket: impl AsFd) -> io::Result<Option<io::Error>> {
    let error = rustix::net::sockopt::socket_error(socket)?;
    Ok(error.err().map(io::Error::from))
}
