//! The Unix socket: one that is neither connected nor listening yet, so that it can be bound first.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::net::{AddressFamily, SocketType, sockopt};

use super::{SocketAddr, UnixDatagram, UnixListener, UnixStream};
use crate::net::faces::descriptor_faces;
use crate::net::socket;

/// A Unix socket that is neither connected nor listening yet.
///
/// For a client that has an address of its own, and for a listener's backlog. Nothing of it is in the reactor, so it can be
/// made outside of a runtime; what becomes of it belongs to the runtime in which it is made.
///
/// # Example
/// ```
/// use toque::net::UnixSocket;
///
/// # fn main() -> std::io::Result<()> {
/// # let path = std::env::temp_dir().join(format!("toque-socket-{}", std::process::id()));
/// toque::Runtime::new()?.block_on(async {
///     let socket = UnixSocket::new_stream()?;
///     socket.bind(&path)?;
///     let listener = socket.listen(16)?;
///
///     let _client = UnixSocket::new_stream()?.connect(&path).await?;
///     listener.accept().await?;
///     std::fs::remove_file(&path)
/// })
/// # }
/// ```
#[derive(Debug)]
pub struct UnixSocket {
    /// Non-blocking, unless it came from elsewhere.
    pub(in crate::net) fd: OwnedFd,
}

impl UnixSocket {
    /// A socket that becomes a [`UnixDatagram`].
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-new-datagram-{}", std::process::id()));
    /// let socket = UnixSocket::new_datagram()?;
    /// socket.bind(&path)?;
    /// let kitchen = socket.datagram()?;
    /// assert_eq!(kitchen.local_addr()?.as_pathname(), Some(&*path));
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn new_datagram() -> io::Result<UnixSocket> {
        Self::new(SocketType::DGRAM)
    }

    /// A socket that becomes a [`UnixStream`] or a [`UnixListener`].
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-new-stream-{}", std::process::id()));
    /// let socket = UnixSocket::new_stream()?;
    /// socket.bind(&path)?;
    /// let listener = socket.listen(16)?;
    /// assert_eq!(listener.local_addr()?.as_pathname(), Some(&*path));
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn new_stream() -> io::Result<UnixSocket> {
        Self::new(SocketType::STREAM)
    }

    fn new(kind: SocketType) -> io::Result<UnixSocket> {
        Ok(Self {
            fd: socket::open(AddressFamily::UNIX, kind)?,
        })
    }

    /// Gives the socket a path, or an abstract name (see [`SocketAddr`]).
    ///
    /// # Errors
    /// As the system reports them: `AddrInUse` if there is a file at the path.
    ///
    /// # Example
    /// ```
    /// use toque::net::{UnixListener, UnixSocket};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-socket-bind-{}", std::process::id()));
    /// # let name = path.with_extension("guest");
    /// let listener = UnixListener::bind(&path)?;
    /// let guest = UnixSocket::new_stream()?;
    /// guest.bind(&name)?; // so that the listener knows who calls
    /// let _guest = guest.connect(&path).await?;
    /// let (_served, peer) = listener.accept().await?;
    /// assert_eq!(peer.as_pathname(), Some(&*name));
    /// # std::fs::remove_file(&path)?;
    /// # std::fs::remove_file(&name)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn bind(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let addr = SocketAddr::from_path(path.as_ref())?.to_rustix()?;
        Ok(rustix::net::bind(&self.fd, &addr)?)
    }

    /// Listens, with at most `backlog` connections that wait to be accepted; the system has a limit of its own.
    ///
    /// # Errors
    /// `InvalidInput` of a datagram socket, or as the system reports them.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use toque::net::{UnixSocket, UnixStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-socket-listen-{}", std::process::id()));
    /// let socket = UnixSocket::new_stream()?;
    /// socket.bind(&path)?;
    /// let listener = socket.listen(1024)?; // many may wait at the door
    /// let _client = UnixStream::connect(&path).await?;
    /// listener.accept().await?;
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[track_caller]
    pub fn listen(self, backlog: u32) -> io::Result<UnixListener> {
        let fd = self.non_blocking(
            SocketType::STREAM,
            "listen cannot be called on a datagram socket",
        )?;
        socket::listen(&fd, backlog)?;
        UnixListener::registered(fd.into())
    }

    /// Connects to the listener at a path, or at an abstract name. As [`UnixStream::connect`].
    ///
    /// # Errors
    /// `InvalidInput` of a datagram socket, or as [`UnixStream::connect`].
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Cancel safety
    /// Nothing is left behind.
    ///
    /// # Example
    /// ```
    /// use toque::net::{UnixListener, UnixSocket};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-socket-connect-{}", std::process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// let client = UnixSocket::new_stream()?.connect(&path).await?;
    /// assert_eq!(client.peer_addr()?.as_pathname(), Some(&*path));
    /// # std::fs::remove_file(&path)?;
    /// # drop(listener);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn connect(self, path: impl AsRef<Path>) -> io::Result<UnixStream> {
        let addr = SocketAddr::from_path(path.as_ref())?.to_rustix()?;
        let fd = self.non_blocking(
            SocketType::STREAM,
            "connect cannot be called on a datagram socket",
        )?;
        UnixStream::connect_socket(fd, &addr).await
    }

    /// Makes a datagram socket of it.
    ///
    /// # Errors
    /// `InvalidInput` of a stream socket, or as the system reports them.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let socket = UnixSocket::new_datagram()?.datagram()?;
    /// assert!(socket.local_addr()?.is_unnamed());
    /// assert!(UnixSocket::new_stream()?.datagram().is_err()); // not of that kind
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[track_caller]
    pub fn datagram(self) -> io::Result<UnixDatagram> {
        let fd = self.non_blocking(
            SocketType::DGRAM,
            "datagram cannot be called on a stream socket",
        )?;
        UnixDatagram::registered(fd.into())
    }

    /// The descriptor, if the socket is of the kind that is needed; `otherwise` says what is wrong. One that came from
    /// elsewhere may have been blocking.
    fn non_blocking(self, kind: SocketType, otherwise: &'static str) -> io::Result<OwnedFd> {
        if sockopt::socket_type(&self.fd)? != kind {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, otherwise));
        }
        rustix::io::ioctl_fionbio(&self.fd, true)?;
        Ok(self.fd)
    }
}

descriptor_faces!(UnixSocket => fd);
