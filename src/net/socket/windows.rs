//! Sockets on Windows.

use std::io;

use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketType};
use socket2::{Domain, Socket, Type};

use super::Accepted;

/// Whether an error of `accept` concerns the one connection, which is gone from the queue, and not the listener.
/// `WSAENETDOWN` is not among them: here it says that nothing works any more.
pub(super) fn is_of_the_connection(error: Errno) -> bool {
    matches!(error, Errno::CONNABORTED | Errno::CONNRESET)
}

/// Whether an error of `accept` is a shortage of sockets or memory.
pub(super) fn is_shortage(error: Errno) -> bool {
    matches!(error, Errno::MFILE | Errno::NOBUFS)
}

/// Whether an error of `connect` says that it goes on.
pub(in crate::net) fn is_under_way(error: Errno) -> bool {
    error == Errno::WOULDBLOCK
}

/// By socket2: it starts Winsock, and child processes don't inherit what it makes. Rustix's `socket` does neither.
pub(in crate::net) fn open(family: AddressFamily, kind: SocketType) -> io::Result<OwnedFd> {
    let family = Domain::from(i32::from(family.as_raw()));
    let socket = Socket::new(family, Type::from(kind.as_raw() as i32), None)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// The connection is as its listener: not inherited.
pub(super) fn accept(listener: BorrowedFd<'_>) -> Result<Accepted, Errno> {
    let (socket, peer) = rustix::net::acceptfrom(listener)?;
    rustix::io::ioctl_fionbio(&socket, true)?;
    Ok((socket, peer))
}
