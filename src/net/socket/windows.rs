//! Sockets on Windows. Socket2 makes them: it starts Winsock, and what it makes is not inherited by child processes. Rustix does
//! neither.

use std::io;

use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrAny, SocketType};
use socket2::{Domain, SockRef, Socket, Type};

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

pub(in crate::net) fn open(family: AddressFamily, kind: SocketType) -> io::Result<OwnedFd> {
    let family = Domain::from(i32::from(family.as_raw()));
    let socket = Socket::new(family, Type::from(kind.as_raw() as i32), None)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

pub(super) fn accept(listener: BorrowedFd<'_>) -> Result<Accepted, Errno> {
    let (socket, peer) = SockRef::from(&listener).accept().map_err(to_errno)?;
    socket.set_nonblocking(true).map_err(to_errno)?;
    Ok((socket.into(), peer.as_socket().map(SocketAddrAny::from)))
}

fn to_errno(error: io::Error) -> Errno {
    // They are the system's, so each has a number.
    Errno::from_io_error(&error).unwrap_or(Errno::INVAL)
}
