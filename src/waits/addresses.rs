//! The addresses of a socket, as its waits are noted with.
//! Asked of the operating system while the descriptor is borrowed: later its number may be another's.

use rustix::fd::BorrowedFd;
use rustix::net::{SocketAddrAny, getpeername, getsockname};

use super::descriptor::Address;

/// Its own, and its peer's, as far as it has them.
pub(super) fn of(fd: BorrowedFd<'_>) -> (Option<Address>, Option<Address>) {
    // Not a socket, most likely: then it has no peer either.
    let Ok(local) = getsockname(fd) else {
        return (None, None);
    };
    let peer = getpeername(fd).ok().flatten();
    (known(local), peer.and_then(known))
}

fn known(addr: SocketAddrAny) -> Option<Address> {
    let ip = std::net::SocketAddr::try_from(addr.clone());
    ip.ok().map(Address::Ip).or_else(|| imp::unix(addr))
}

#[cfg(unix)]
mod imp {
    use rustix::net::{SocketAddrAny, SocketAddrUnix};

    use super::Address;

    pub(super) fn unix(addr: SocketAddrAny) -> Option<Address> {
        let addr = SocketAddrUnix::try_from(addr).ok()?;
        name(&addr).map(Address::Unix)
    }

    fn name(addr: &SocketAddrUnix) -> Option<String> {
        let path = addr.path().map(|path| path.to_string_lossy().into_owned());
        path.filter(|path| !path.is_empty())
            .or_else(|| abstract_name(addr))
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn abstract_name(addr: &SocketAddrUnix) -> Option<String> {
        let name = addr.abstract_name().filter(|name| !name.is_empty())?;
        Some(format!("@{}", String::from_utf8_lossy(name)))
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn abstract_name(_: &SocketAddrUnix) -> Option<String> {
        None
    }
}

#[cfg(not(unix))]
mod imp {
    use rustix::net::SocketAddrAny;

    use super::Address;

    pub(super) fn unix(_: SocketAddrAny) -> Option<Address> {
        None
    }
}
