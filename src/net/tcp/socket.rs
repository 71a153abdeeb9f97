//! The TCP socket: one that is neither connected nor listening yet, so that its options can be set first.
//! `TcpStream::connect` and `TcpListener::bind` are made of it.

use std::io;
use std::net::{self, SocketAddr};

use rustix::fd::OwnedFd;
use rustix::net::{AddressFamily, SocketType};

use super::{TcpListener, TcpStream};
use crate::net::faces::descriptor_faces;
use crate::net::options::{option, tcp_options, traffic_class_options};
use crate::net::socket;

/// A TCP socket that is neither connected nor listening yet.
///
/// For options that must be set before: [`TcpStream::connect`](crate::net::TcpStream::connect) and
/// [`TcpListener::bind`](crate::net::TcpListener::bind) do for the rest. Nothing of it is in the reactor, so it can be made
/// outside of a runtime; the stream and the listener belong to the runtime in which they are made.
///
/// # Example
/// Two listeners share one port, as the runtimes of several threads would:
/// ```
/// use toque::net::TcpSocket;
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let listen = |port| {
///         let socket = TcpSocket::new_v4()?;
///         socket.set_reuseport(true)?;
///         socket.bind(([127, 0, 0, 1], port).into())?;
///         socket.listen(1024)
///     };
///     let one = listen(0)?;
///     let two = listen(one.local_addr()?.port())?;
///     assert_eq!(one.local_addr()?, two.local_addr()?);
///
///     let client = TcpSocket::new_v4()?;
///     client.set_nodelay(true)?;
///     let stream = client.connect(one.local_addr()?).await?;
///     assert!(stream.nodelay()?);
///     Ok(())
/// })
/// # }
/// ```
#[derive(Debug)]
pub struct TcpSocket {
    /// Non-blocking, unless it came from elsewhere.
    pub(in crate::net) fd: OwnedFd,
}

impl TcpSocket {
    /// A socket for IPv4.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::{TcpListener, TcpSocket};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let stream = TcpSocket::new_v4()?.connect(listener.local_addr()?).await?;
    /// assert!(stream.local_addr()?.is_ipv4());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn new_v4() -> io::Result<TcpSocket> {
        Self::new(AddressFamily::INET)
    }

    /// A socket for IPv6.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::TcpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let Ok(socket) = TcpSocket::new_v6() else { return Ok(()) }; // not every machine has it
    /// if socket.bind("[::1]:0".parse().unwrap()).is_ok() {
    ///     assert!(socket.listen(16)?.local_addr()?.is_ipv6());
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn new_v6() -> io::Result<TcpSocket> {
        Self::new(AddressFamily::INET6)
    }

    /// A socket for the family of `addr`.
    pub(super) fn new_for(addr: &SocketAddr) -> io::Result<TcpSocket> {
        match addr {
            SocketAddr::V4(_) => Self::new_v4(),
            SocketAddr::V6(_) => Self::new_v6(),
        }
    }

    fn new(family: AddressFamily) -> io::Result<TcpSocket> {
        Ok(Self {
            fd: socket::open(family, SocketType::STREAM)?,
        })
    }

    /// Takes over a socket that another library has made and that is not connected yet, in std's guise.
    ///
    /// # Example
    /// ```
    /// use toque::net::TcpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # let fd = rustix::net::socket(
    /// #     rustix::net::AddressFamily::INET,
    /// #     rustix::net::SocketType::STREAM,
    /// #     None,
    /// # )?;
    /// # let other = std::net::TcpStream::from(fd);
    /// let socket = TcpSocket::from_std_stream(other);
    /// socket.bind(([127, 0, 0, 1], 0).into())?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_std_stream(stream: net::TcpStream) -> TcpSocket {
        Self { fd: stream.into() }
    }

    /// Gives the socket an address; port 0 asks the system for a free one.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::{TcpListener, TcpSocket};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let socket = TcpSocket::new_v4()?;
    /// socket.bind("127.0.0.2:0".parse().unwrap())?; // the address that the other side sees
    /// let _stream = socket.connect(listener.local_addr()?).await?;
    /// let (_, peer) = listener.accept().await?;
    /// assert_eq!(peer.ip().to_string(), "127.0.0.2");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn bind(&self, addr: SocketAddr) -> io::Result<()> {
        Ok(rustix::net::bind(&self.fd, &addr)?)
    }

    /// Connects.
    ///
    /// # Errors
    /// As the system reports them (`ConnectionRefused`, `TimedOut`, …).
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Cancel safety
    /// A connection under way is closed.
    ///
    /// # Example
    /// ```
    /// use toque::net::{TcpListener, TcpSocket};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let socket = TcpSocket::new_v4()?;
    /// socket.set_recv_buffer_size(16 * 1024)?; // some options must be set before
    /// let stream = socket.connect(listener.local_addr()?).await?;
    /// assert_eq!(stream.peer_addr()?, listener.local_addr()?);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn connect(self, addr: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::connect_socket(self.non_blocking()?, &addr).await
    }

    /// Listens, with at most `backlog` connections that wait to be accepted; the system has a limit of its own.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use toque::net::{TcpSocket, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let socket = TcpSocket::new_v4()?;
    /// socket.bind("127.0.0.1:0".parse().unwrap())?;
    /// let listener = socket.listen(1024)?;
    /// let client = TcpStream::connect(listener.local_addr()?).await?;
    /// let (_served, peer) = listener.accept().await?;
    /// assert_eq!(peer, client.local_addr()?);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[track_caller]
    pub fn listen(self, backlog: u32) -> io::Result<TcpListener> {
        let fd = self.non_blocking()?;
        socket::listen(&fd, backlog)?;
        TcpListener::registered(fd.into())
    }

    /// One that came from elsewhere may not be.
    fn non_blocking(self) -> io::Result<OwnedFd> {
        rustix::io::ioctl_fionbio(&self.fd, true)?;
        Ok(self.fd)
    }

    /// The address it is bound to.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::TcpSocket;
    ///
    /// let socket = TcpSocket::new_v4()?;
    /// socket.bind("127.0.0.1:0".parse().unwrap())?;
    /// assert_ne!(socket.local_addr()?.port(), 0); // the system has chosen one
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(rustix::net::getsockname(&self.fd)?.try_into()?)
    }

    /// Takes the error that waits on the socket (`SO_ERROR`).
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::TcpSocket;
    ///
    /// let socket = TcpSocket::new_v4()?;
    /// assert!(socket.take_error()?.is_none());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        socket::take_error(&self.fd)
    }

    option!(
        keepalive: "Whether an idle connection is probed (`SO_KEEPALIVE`).",
        set_keepalive: "Sets `SO_KEEPALIVE`: an idle connection is probed, and ends if nobody answers.",
        bool, socket_keepalive, set_socket_keepalive;
        "let socket = toque::net::TcpSocket::new_v4()?;", "assert!(!socket.keepalive()?);", "true"
    );
    option!(
        reuseaddr: "Whether an address may be taken over from closed connections (`SO_REUSEADDR`).",
        set_reuseaddr: "Sets `SO_REUSEADDR`: the address may be taken over from closed connections of an earlier process. On Windows \
                        also from a socket that lives.",
        bool, socket_reuseaddr, set_socket_reuseaddr;
        "let socket = toque::net::TcpSocket::new_v4()?;", "assert!(!socket.reuseaddr()?); // `TcpListener::bind` sets it", "true"
    );
    option!(
        #[cfg(not(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin", windows)))]
        reuseport: "Whether several sockets may have the same address (`SO_REUSEPORT`).",
        set_reuseport: "Sets `SO_REUSEPORT`: several sockets may have the same address, and on Linux share the connections.",
        bool, socket_reuseport, set_socket_reuseport;
        "let socket = toque::net::TcpSocket::new_v4()?;", "assert!(!socket.reuseport()?);", "true"
    );

    /// How many bytes may wait to be sent (`SO_SNDBUF`).
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::TcpSocket;
    ///
    /// let socket = TcpSocket::new_v4()?;
    /// assert_ne!(socket.send_buffer_size()?, 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn send_buffer_size(&self) -> io::Result<u32> {
        Ok(to_u32(rustix::net::sockopt::socket_send_buffer_size(self)?))
    }

    /// Sets `SO_SNDBUF`. Linux doubles it for its own needs, and has limits.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::TcpSocket;
    ///
    /// let socket = TcpSocket::new_v4()?;
    /// socket.set_send_buffer_size(16 * 1024)?; // a slow guest holds up no more than that
    /// assert!(socket.send_buffer_size()? >= 16 * 1024);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_send_buffer_size(&self, size: u32) -> io::Result<()> {
        let size = size as usize;
        Ok(rustix::net::sockopt::set_socket_send_buffer_size(
            self, size,
        )?)
    }

    /// How many bytes may wait to be read (`SO_RCVBUF`).
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::TcpSocket;
    ///
    /// let socket = TcpSocket::new_v4()?;
    /// assert_ne!(socket.recv_buffer_size()?, 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn recv_buffer_size(&self) -> io::Result<u32> {
        Ok(to_u32(rustix::net::sockopt::socket_recv_buffer_size(self)?))
    }

    /// Sets `SO_RCVBUF`. Linux doubles it for its own needs, and has limits.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::TcpSocket;
    ///
    /// let socket = TcpSocket::new_v4()?;
    /// socket.set_recv_buffer_size(16 * 1024)?;
    /// assert!(socket.recv_buffer_size()? >= 16 * 1024);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_recv_buffer_size(&self, size: u32) -> io::Result<()> {
        let size = size as usize;
        Ok(rustix::net::sockopt::set_socket_recv_buffer_size(
            self, size,
        )?)
    }

    tcp_options!("let socket = toque::net::TcpSocket::new_v4()?;");
    traffic_class_options!(
        "let socket = toque::net::TcpSocket::new_v4()?;",
        "let Ok(socket) = toque::net::TcpSocket::new_v6() else { return Ok(()) }; // not every machine has IPv6"
    );
}

/// The system's number is an `int`.
fn to_u32(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

descriptor_faces!(TcpSocket => fd);
