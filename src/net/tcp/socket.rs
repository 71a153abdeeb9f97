//! Sockets: the system calls that make them, each non-blocking and closed on exec from its first moment.
//! Called by the listener and the stream. Where the platform can't do it in one call, a second follows.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrAny, SocketType, sockopt};

use imp::{accept, open};

/// Connections that may wait to be accepted. The kernel caps it (`net.core.somaxconn`, 4096 on Linux); tokio and mio
/// ask for as many.
const BACKLOG: i32 = 1024;

/// A listening socket.
pub(super) fn listen(addr: &SocketAddr) -> io::Result<TcpListener> {
    let socket = open(family(addr), SocketType::STREAM)?;
    // A restarted server must not wait until its old connections have left TIME_WAIT.
    sockopt::set_socket_reuseaddr(&socket, true)?;
    rustix::net::bind(&socket, addr)?;
    rustix::net::listen(&socket, BACKLOG)?;
    Ok(socket.into())
}

/// A socket on its way to `addr`: connected already, or writable once that is decided.
pub(super) fn start_connect(addr: &SocketAddr) -> io::Result<TcpStream> {
    let socket = open(family(addr), SocketType::STREAM)?;
    match rustix::net::connect(&socket, addr) {
        // After EINTR the kernel goes on connecting, as after EINPROGRESS.
        Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => Ok(socket.into()),
        Err(error) => Err(error.into()),
    }
}

/// How a connection under way has ended; `WouldBlock` if it has not.
pub(super) fn finish_connect(stream: &TcpStream) -> io::Result<()> {
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

/// The next connection of the queue.
pub(super) fn next_connection(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    loop {
        match accept(listener) {
            Ok((socket, Some(peer))) => return Ok((socket.into(), peer.try_into()?)),
            // No address: reset before it was accepted, as some systems tell it.
            Ok((_, None)) => {}
            Err(error) if is_of_the_connection(error) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether an error of `accept` concerns the one connection, which is gone from the queue, and not the listener.
/// Linux passes on what the network has reported of it.
fn is_of_the_connection(error: Errno) -> bool {
    matches!(
        error,
        Errno::CONNABORTED
            | Errno::CONNRESET
            | Errno::PROTO
            | Errno::NOPROTOOPT
            | Errno::NETDOWN
            | Errno::NETUNREACH
            | Errno::HOSTDOWN
            | Errno::HOSTUNREACH
    )
}

/// Whether an error of `accept` says that the process or the system has run out of something. The connection stays in
/// the queue, so the next `accept` fails just as fast: a loop around it would spin.
pub(super) fn is_shortage(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM)
    )
}

fn family(addr: &SocketAddr) -> AddressFamily {
    match addr {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    }
}

/// What `accept` gives: the connection and, in all but freak cases, its other end.
type Accepted = (OwnedFd, Option<SocketAddrAny>);

#[cfg(not(any(target_vendor = "apple", target_os = "aix", target_os = "haiku")))]
mod imp {
    use super::{Accepted, AddressFamily, Errno, OwnedFd, SocketType, TcpListener};
    use rustix::net::SocketFlags;

    const FLAGS: SocketFlags = SocketFlags::NONBLOCK.union(SocketFlags::CLOEXEC);

    pub(super) fn open(family: AddressFamily, kind: SocketType) -> Result<OwnedFd, Errno> {
        rustix::net::socket_with(family, kind, FLAGS, None)
    }

    pub(super) fn accept(listener: &TcpListener) -> Result<Accepted, Errno> {
        rustix::net::acceptfrom_with(listener, FLAGS)
    }
}

#[cfg(any(target_vendor = "apple", target_os = "aix", target_os = "haiku"))]
mod imp {
    use super::{Accepted, AddressFamily, Errno, OwnedFd, SocketType, TcpListener};

    pub(super) fn open(family: AddressFamily, kind: SocketType) -> Result<OwnedFd, Errno> {
        prepared(rustix::net::socket(family, kind, None)?)
    }

    pub(super) fn accept(listener: &TcpListener) -> Result<Accepted, Errno> {
        let (socket, peer) = rustix::net::acceptfrom(listener)?;
        Ok((prepared(socket)?, peer))
    }

    fn prepared(socket: OwnedFd) -> Result<OwnedFd, Errno> {
        rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
        rustix::io::ioctl_fionbio(&socket, true)?;
        without_sigpipe(socket)
    }

    /// These systems know no flag of `send` for it.
    #[cfg(target_vendor = "apple")]
    fn without_sigpipe(socket: OwnedFd) -> Result<OwnedFd, Errno> {
        super::sockopt::set_socket_nosigpipe(&socket, true)?;
        Ok(socket)
    }

    #[cfg(not(target_vendor = "apple"))]
    fn without_sigpipe(socket: OwnedFd) -> Result<OwnedFd, Errno> {
        Ok(socket)
    }
}
