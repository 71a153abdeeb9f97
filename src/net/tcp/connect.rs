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

/// How a connection under way has ended; `WouldBlock` if it has not. Who has a peer is connected: one call, where most are.
pub(super) fn finish(stream: &TcpStream) -> io::Result<()> {
    let Err(no_peer) = stream.peer_addr() else {
        return Ok(());
    };
    match stream.take_error()? {
        Some(error) => Err(error),
        None if no_peer.kind() == io::ErrorKind::NotConnected => {
            Err(io::ErrorKind::WouldBlock.into())
        }
        None => Err(no_peer),
    }
}
