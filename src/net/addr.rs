//! Addresses: from what a caller writes (`"localhost:80"`, `(ip, port)`, a list) to socket addresses.
//! `bind` and `connect` call it. A literal is parsed on the spot; a name asks the system's resolver, which blocks, so it
//! goes to the blocking pool.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use sealed::{Resolution, Resolve};

use crate::runtime::Answer;

/// What can be turned into one or more socket addresses.
///
/// Implemented for socket addresses and slices of them, for pairs of an address or a name and a port, and for strings
/// such as `"127.0.0.1:80"`, `"[::1]:80"` and `"localhost:80"`. Names are looked up on the blocking pool. The trait is
/// sealed: it can be used as a bound, not implemented.
///
/// # Example
/// ```
/// use toque::net::{TcpListener, ToSocketAddrs};
///
/// async fn open(addr: impl ToSocketAddrs) -> std::io::Result<u16> {
///     Ok(TcpListener::bind(addr).await?.local_addr()?.port())
/// }
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     assert_ne!(open("127.0.0.1:0").await?, 0);
///     assert_ne!(open(("127.0.0.1", 0)).await?, 0);
///     assert_ne!(open((std::net::Ipv4Addr::LOCALHOST, 0)).await?, 0);
///     Ok(())
/// })
/// # }
/// ```
pub trait ToSocketAddrs: Resolve {}

mod sealed {
    use super::{SocketAddr, io};

    /// The part of the public trait that only this crate sees.
    pub trait Resolve {
        fn resolve(&self) -> Resolution;
    }

    /// What can be said of an address without blocking.
    #[derive(Debug)]
    pub enum Resolution {
        /// All is known.
        Known(Vec<SocketAddr>),
        /// `host:port` with a name (or nonsense: the resolver will tell).
        Name(String),
        /// A name and a port.
        Host(String, u16),
    }

    impl Resolution {
        /// Asks the system's resolver where needed, and blocks while it thinks.
        pub(super) fn look_up(self) -> io::Result<Vec<SocketAddr>> {
            use std::net::ToSocketAddrs;
            match self {
                Resolution::Known(addrs) => Ok(addrs),
                Resolution::Name(name) => name.to_socket_addrs().map(Iterator::collect),
                Resolution::Host(host, port) => (host.as_str(), port)
                    .to_socket_addrs()
                    .map(Iterator::collect),
            }
        }
    }
}

/// Looks up the addresses of a host, in the resolver's order.
///
/// # Example
/// ```
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let mut addrs = toque::net::lookup_host("localhost:80").await?;
///     assert!(addrs.all(|addr| addr.ip().is_loopback() && addr.port() == 80));
///     Ok(())
/// })
/// # }
/// ```
///
/// # Errors
/// As the resolver reports them; `InvalidInput` for what is no host and port.
///
/// # Panics
/// Outside of a runtime, if a name is to be looked up: that goes to the blocking pool.
///
/// # Cancel safety
/// Nothing is lost; a look-up under way ends on its own thread and is thrown away.
pub async fn lookup_host(
    host: impl ToSocketAddrs,
) -> io::Result<impl Iterator<Item = SocketAddr> + Send + Sync + fmt::Debug> {
    Ok(resolve(host).await?.into_iter())
}

/// Every address of `addr`, in the resolver's order.
///
/// # Cancel safety
/// Nothing is lost; a look-up under way ends on its own thread and is thrown away.
async fn resolve(addr: impl ToSocketAddrs) -> io::Result<Vec<SocketAddr>> {
    let resolution = addr.resolve();
    if let Resolution::Known(addrs) = resolution {
        return Ok(addrs);
    }
    Answer::of(|| resolution.look_up())
        .await
        .map_err(io::Error::other)?
}

/// The first address of `addr`, where only one can be used.
pub(crate) async fn resolve_one(addr: impl ToSocketAddrs) -> io::Result<SocketAddr> {
    let addrs = resolve(addr).await?;
    addrs.into_iter().next().ok_or_else(no_address)
}

/// The first success of `op` among the addresses of `addr`, or its last error.
pub(crate) async fn first_that<R, F>(
    addr: impl ToSocketAddrs,
    op: impl Fn(SocketAddr) -> F,
) -> io::Result<R>
where
    F: Future<Output = io::Result<R>>,
{
    let mut last = None;
    for addr in resolve(addr).await? {
        match op(addr).await {
            Ok(result) => return Ok(result),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(no_address))
}

/// The error of an operation on an address that resolved to nothing.
fn no_address() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        "the address resolved to no socket address",
    )
}

fn known(addr: impl Into<SocketAddr>) -> Resolution {
    Resolution::Known(vec![addr.into()])
}

fn host(host: &str, port: u16) -> Resolution {
    match host.parse::<IpAddr>() {
        Ok(ip) => known((ip, port)),
        Err(_) => Resolution::Host(host.to_owned(), port),
    }
}

/// Implements the pair of traits for types that are an address already.
macro_rules! addresses {
    ($($type:ty),*) => {$(
        impl ToSocketAddrs for $type {}
        impl Resolve for $type {
            fn resolve(&self) -> Resolution {
                known(*self)
            }
        }
    )*};
}

addresses!(
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    (IpAddr, u16),
    (Ipv4Addr, u16),
    (Ipv6Addr, u16)
);

impl ToSocketAddrs for str {}
impl Resolve for str {
    fn resolve(&self) -> Resolution {
        match self.parse::<SocketAddr>() {
            Ok(addr) => known(addr),
            Err(_) => Resolution::Name(self.to_owned()),
        }
    }
}

impl ToSocketAddrs for String {}
impl Resolve for String {
    fn resolve(&self) -> Resolution {
        self.as_str().resolve()
    }
}

impl ToSocketAddrs for (&str, u16) {}
impl Resolve for (&str, u16) {
    fn resolve(&self) -> Resolution {
        host(self.0, self.1)
    }
}

impl ToSocketAddrs for (String, u16) {}
impl Resolve for (String, u16) {
    fn resolve(&self) -> Resolution {
        host(&self.0, self.1)
    }
}

impl ToSocketAddrs for [SocketAddr] {}
impl Resolve for [SocketAddr] {
    fn resolve(&self) -> Resolution {
        Resolution::Known(self.to_vec())
    }
}

impl<T: ToSocketAddrs + ?Sized> ToSocketAddrs for &T {}
impl<T: ToSocketAddrs + ?Sized> Resolve for &T {
    fn resolve(&self) -> Resolution {
        (**self).resolve()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(addr: impl ToSocketAddrs) -> Vec<SocketAddr> {
        match addr.resolve() {
            Resolution::Known(addrs) => addrs,
            other => panic!("went to the resolver: {other:?}"),
        }
    }

    #[test]
    fn literal_addresses_need_no_resolver() {
        let v4: SocketAddr = "127.0.0.1:80".parse().unwrap();
        let v6: SocketAddr = "[::1]:80".parse().unwrap();
        assert_eq!(literal("127.0.0.1:80"), [v4]);
        assert_eq!(literal("[::1]:80".to_owned()), [v6]);
        assert_eq!(literal(("127.0.0.1", 80)), [v4]);
        assert_eq!(literal(("::1".to_owned(), 80)), [v6]);
        assert_eq!(literal((Ipv4Addr::LOCALHOST, 80)), [v4]);
        assert_eq!(literal((IpAddr::V6(Ipv6Addr::LOCALHOST), 80)), [v6]);
        assert_eq!(literal(&[v4, v6][..]), [v4, v6]);
    }

    #[test]
    fn names_go_to_the_resolver() {
        assert!(matches!("localhost:80".resolve(), Resolution::Name(_)));
        assert!(matches!(
            ("localhost", 80).resolve(),
            Resolution::Host(_, 80)
        ));
    }

    #[test]
    fn a_name_without_a_port_is_invalid_input() {
        let error = "localhost".resolve().look_up().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
