//! The Unix stream: a connection between two processes of one machine.
//! Made by [`UnixListener::accept`](super::UnixListener::accept), [`UnixStream::connect`] and [`UnixStream::pair`].

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net;
use std::path::Path;

use rustix::io::Errno;
use rustix::net::SocketAddrUnix;

use super::{SocketAddr, UnixSocket};
use crate::net::backoff::Backoff;
use crate::net::faces::stream_faces;
use crate::net::halves::Stream;
use crate::net::registered::Registered;

/// A connection between two processes of one machine.
///
/// Reads and writes through [`futures_io::AsyncRead`] and [`AsyncWrite`](futures_io::AsyncWrite), on the stream and on a
/// shared reference to it, so that one task can read while another writes. Closing the writer (`close()` of futures-lite)
/// shuts down the write half only: the peer sees the end, and can still answer.
///
/// `Send + Sync`, and used on the thread of the runtime it was made on: elsewhere its operations answer an error that says
/// so. Dropped anywhere, it is closed.
///
/// # Example
/// ```
/// use futures_lite::{AsyncReadExt, AsyncWriteExt};
/// use toque::net::UnixStream;
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let (mut ours, theirs) = UnixStream::pair()?;
///     toque::spawn(async move { futures_lite::io::copy(&theirs, &theirs).await });
///
///     ours.write_all(b"one sandwich").await?;
///     ours.close().await?;
///     let mut answer = String::new();
///     ours.read_to_string(&mut answer).await?;
///     assert_eq!(answer, "one sandwich");
///     Ok(())
/// })
/// # }
/// ```
pub struct UnixStream {
    /// The socket and its place in the reactor.
    io: Registered<net::UnixStream>,
}

impl UnixStream {
    /// Connects to the listener at a path, or at an abstract name (see [`SocketAddr`]).
    ///
    /// If the listener's queue is full, it waits and tries again.
    ///
    /// # Errors
    /// As the system reports them: `NotFound` if there is no such file, `ConnectionRefused` if nobody listens there any more.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Cancel safety
    /// Nothing is left behind.
    ///
    /// # Example
    /// ```
    /// use toque::net::{UnixListener, UnixStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-stream-connect-{}", std::process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// let client = UnixStream::connect(&path).await?;
    /// assert_eq!(client.peer_addr()?.as_pathname(), Some(&*path));
    /// # std::fs::remove_file(&path)?;
    /// # drop(listener);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn connect(path: impl AsRef<Path>) -> io::Result<UnixStream> {
        UnixSocket::new_stream()?.connect(path).await
    }

    /// Connects to the listener at an address. As [`connect`](Self::connect).
    ///
    /// # Errors
    /// As [`connect`](Self::connect); `InvalidInput` for an address without a name.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Cancel safety
    /// Nothing is left behind.
    ///
    /// # Example
    /// ```
    /// use toque::net::{UnixListener, UnixStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-connect-addr-{}", std::process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// let _client = UnixStream::connect_addr(&listener.local_addr()?).await?;
    /// listener.accept().await?;
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn connect_addr(addr: &SocketAddr) -> io::Result<UnixStream> {
        Self::connect_socket(UnixSocket::new_stream()?.fd, &addr.to_rustix()?).await
    }

    /// Connects a non-blocking socket. It is connected at once or not at all.
    pub(super) async fn connect_socket(
        socket: OwnedFd,
        addr: &SocketAddrUnix,
    ) -> io::Result<UnixStream> {
        let backoff = Backoff::new(super::FULL_QUEUE);
        loop {
            match rustix::net::connect(&socket, addr) {
                Ok(()) => return Self::registered(socket.into()),
                Err(Errno::AGAIN) => backoff.shortage(),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            backoff.passed().await;
        }
    }

    /// Two streams that are connected to each other.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use futures_lite::{AsyncReadExt, AsyncWriteExt};
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (mut guest, mut waiter) = UnixStream::pair()?;
    /// guest.write_all(b"soup").await?;
    /// let mut order = [0; 4];
    /// waiter.read_exact(&mut order).await?;
    /// assert_eq!(&order, b"soup");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[track_caller]
    pub fn pair() -> io::Result<(UnixStream, UnixStream)> {
        let (one, two) = net::UnixStream::pair()?;
        Ok((Self::fresh(one)?, Self::fresh(two)?))
    }

    /// An end of a new pair.
    #[track_caller]
    fn fresh(end: net::UnixStream) -> io::Result<UnixStream> {
        let end = Self::from_std(end)?;
        super::note_nothing_to_read(&end.io);
        Ok(end)
    }

    /// A stream that is connected and non-blocking.
    #[track_caller]
    pub(super) fn registered(io: net::UnixStream) -> io::Result<UnixStream> {
        Ok(Self {
            io: Registered::new(io, true)?,
        })
    }

    /// The address of this end.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::{UnixListener, UnixStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-stream-local-{}", std::process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// let client = UnixStream::connect(&path).await?;
    /// let (served, _) = listener.accept().await?;
    /// assert_eq!(served.local_addr()?.as_pathname(), Some(&*path));
    /// assert!(client.local_addr()?.is_unnamed()); // clients seldom have one
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.get().local_addr().map(SocketAddr)
    }

    /// The address of the other end.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::{UnixListener, UnixStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-stream-peer-{}", std::process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// let client = UnixStream::connect(&path).await?;
    /// assert_eq!(client.peer_addr()?.as_pathname(), Some(&*path));
    /// # std::fs::remove_file(&path)?;
    /// # drop(listener);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.get().peer_addr().map(SocketAddr)
    }

    /// Who was at the other end when it connected, or made the pair.
    ///
    /// # Example
    /// ```
    /// # use toque::net::UnixStream;
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// let me = ours.peer_cred()?;
    /// assert_eq!(me.pid(), Some(std::process::id() as i32));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// As the system reports them.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub fn peer_cred(&self) -> io::Result<super::UCred> {
        super::UCred::of_peer(self)
    }
}

stream_faces!(UnixStream, net::UnixStream, SocketAddr);
