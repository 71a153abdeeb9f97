//! Sockets: the system calls that make them, each non-blocking and closed on exec from its first moment.
//! Called by TCP's and Unix' types. Where the platform can't do it in one call, a second follows.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrAny, SocketType};

pub(super) use imp::open;

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
        match imp::accept(listener.as_fd()) {
            Err(error) if is_of_the_connection(error) => {}
            result => return Ok(result?),
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

/// The error that waits on a socket (`SO_ERROR`).
pub(super) fn take_error(socket: impl AsFd) -> io::Result<Option<io::Error>> {
    let error = rustix::net::sockopt::socket_error(socket)?;
    Ok(error.err().map(io::Error::from))
}

#[cfg(not(any(target_vendor = "apple", target_os = "aix", target_os = "haiku")))]
mod imp {
    use super::{Accepted, AddressFamily, Errno, OwnedFd, SocketType};
    use rustix::net::SocketFlags;
    use std::os::fd::BorrowedFd;

    const FLAGS: SocketFlags = SocketFlags::NONBLOCK.union(SocketFlags::CLOEXEC);

    pub(in crate::net) fn open(family: AddressFamily, kind: SocketType) -> Result<OwnedFd, Errno> {
        rustix::net::socket_with(family, kind, FLAGS, None)
    }

    pub(super) fn accept(listener: BorrowedFd<'_>) -> Result<Accepted, Errno> {
        rustix::net::acceptfrom_with(listener, FLAGS)
    }
}

#[cfg(any(target_vendor = "apple", target_os = "aix", target_os = "haiku"))]
mod imp {
    use super::{Accepted, AddressFamily, Errno, OwnedFd, SocketType};
    use std::os::fd::BorrowedFd;

    pub(in crate::net) fn open(family: AddressFamily, kind: SocketType) -> Result<OwnedFd, Errno> {
        prepared(rustix::net::socket(family, kind, None)?)
    }

    pub(super) fn accept(listener: BorrowedFd<'_>) -> Result<Accepted, Errno> {
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
        rustix::net::sockopt::set_socket_nosigpipe(&socket, true)?;
        Ok(socket)
    }

    #[cfg(not(target_vendor = "apple"))]
    fn without_sigpipe(socket: OwnedFd) -> Result<OwnedFd, Errno> {
        Ok(socket)
    }
}
