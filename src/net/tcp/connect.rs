//! Connecting: from a socket to a stream, without blocking.
//! Called by `TcpStream::connect` and `TcpSocket::connect`.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;

use rustix::io::Errno;

/// Sets a non-blocking socket on its way to `addr`: it is connected already, or writable once that is decided.
pub(super) fn start(socket: OwnedFd, addr: &SocketAddr) -> io::Result<TcpStream> {
    match rustix::net::connect(&socket, addr) {
        // After EINTR the kernel goes on connecting, as after EINPROGRESS.
        Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => Ok(socket.into()),
        Err(error) => Err(error.into()),
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
