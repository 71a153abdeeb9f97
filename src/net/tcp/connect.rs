//! Connecting: from a socket to a stream, without blocking.
//! Called by `TcpStream::connect` and `TcpSocket::connect`.

use std::io;
use std::net::{SocketAddr, TcpStream};

use rustix::fd::OwnedFd;

use crate::net::socket::is_under_way;

/// Sets a non-blocking socket on its way to `addr`: it is connected already, or writable once that is decided.
pub(super) fn start(socket: OwnedFd, addr: &SocketAddr) -> io::Result<TcpStream> {
    // Interrupted, it has begun or not: asked again, the system tells.
    match rustix::io::retry_on_intr(|| rustix::net::connect(&socket, addr)) {
        Err(error) if !is_under_way(error) => Err(error.into()),
        _ => Ok(socket.into()),
    }
}

/// How a connection under way has ended; `WouldBlock` if it has not.
pub(super) fn finish(stream: &TcpStream) -> io::Result<()> {
    if let Some(error) = stream.take_error()? {
        return Err(error);
    }
    match stream.peer_addr() {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotConnected => {
            Err(io::ErrorKind::WouldBlock.into())
        }
        Err(error) => Err(error),
    }
}
