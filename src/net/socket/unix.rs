//! Sockets on Unix. Where the system can't do it in one call, a second follows.

use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketType};

pub(super) use imp::accept;
pub(in crate::net) use imp::open;

use super::Accepted;

/// Whether an error of `accept` concerns the one connection, which is gone from the queue, and not the listener.
/// Linux passes on what the network has reported of it.
pub(super) fn is_of_the_connection(error: Errno) -> bool {
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

/// Whether an error of `accept` is a shortage of descriptors or memory.
pub(super) fn is_shortage(error: Errno) -> bool {
    matches!(
        error,
        Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM
    )
}

/// Whether an error of `connect` says that it goes on, or that a call that was interrupted has connected meanwhile.
pub(in crate::net) fn is_under_way(error: Errno) -> bool {
    matches!(error, Errno::INPROGRESS | Errno::ALREADY | Errno::ISCONN)
}

#[cfg(not(any(target_vendor = "apple", target_os = "aix", target_os = "haiku")))]
mod imp {
    use super::{Accepted, AddressFamily, BorrowedFd, Errno, OwnedFd, SocketType};
    use rustix::net::SocketFlags;

    const FLAGS: SocketFlags = SocketFlags::NONBLOCK.union(SocketFlags::CLOEXEC);

    pub(in crate::net) fn open(family: AddressFamily, kind: SocketType) -> Result<OwnedFd, Errno> {
        rustix::net::socket_with(family, kind, FLAGS, None)
    }

    pub(in crate::net::socket) fn accept(listener: BorrowedFd<'_>) -> Result<Accepted, Errno> {
        rustix::net::acceptfrom_with(listener, FLAGS)
    }
}

#[cfg(any(target_vendor = "apple", target_os = "aix", target_os = "haiku"))]
mod imp {
    use super::{Accepted, AddressFamily, BorrowedFd, Errno, OwnedFd, SocketType};

    pub(in crate::net) fn open(family: AddressFamily, kind: SocketType) -> Result<OwnedFd, Errno> {
        prepared(rustix::net::socket(family, kind, None)?)
    }

    pub(in crate::net::socket) fn accept(listener: BorrowedFd<'_>) -> Result<Accepted, Errno> {
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
