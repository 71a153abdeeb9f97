//! The stream: one TCP connection, read and written without blocking the thread.
//! Made by [`TcpListener::accept`](super::TcpListener::accept) and [`TcpStream::connect`].

use std::io;
use std::net::{self, SocketAddr};

use rustix::fd::OwnedFd;

use super::{TcpSocket, connect};
use crate::net::addr::{ToSocketAddrs, first_that};
use crate::net::faces::{stream_faces, three_forms};
use crate::net::halves::Stream;
use crate::net::options::{option, tcp_options, ttl_options};
use crate::net::registered::Registered;
use crate::reactor::Direction;

/// A TCP connection.
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
/// use toque::net::{TcpListener, TcpStream};
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let addr = listener.local_addr()?;
///     toque::spawn(async move {
///         let (stream, _) = listener.accept().await?;
///         futures_lite::io::copy(&stream, &stream).await
///     });
///
///     let mut stream = TcpStream::connect(addr).await?;
///     stream.write_all(b"one sandwich").await?;
///     stream.close().await?;
///     let mut answer = String::new();
///     stream.read_to_string(&mut answer).await?;
///     assert_eq!(answer, "one sandwich");
///     Ok(())
/// })
/// # }
/// ```
///
/// Waiting and trying apart, for many idle connections that must not hold a buffer each:
/// ```
/// # use toque::net::{TcpListener, TcpStream};
/// use std::io::ErrorKind;
///
/// async fn read(stream: &TcpStream) -> std::io::Result<Vec<u8>> {
///     loop {
///         stream.readable().await?;
///         let mut buf = vec![0; 8192];
///         match stream.try_read(&mut buf) {
///             Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
///             result => buf.truncate(result?),
///         }
///         return Ok(buf);
///     }
/// }
/// # fn main() -> std::io::Result<()> {
/// # toque::Runtime::new()?.block_on(async {
/// # let listener = TcpListener::bind("127.0.0.1:0").await?;
/// # let peer = TcpStream::connect(listener.local_addr()?).await?;
/// # let (stream, _) = listener.accept().await?;
/// # peer.try_write(b"hi")?;
/// # assert_eq!(read(&stream).await?, b"hi");
/// # Ok(())
/// # })
/// # }
/// ```
pub struct TcpStream {
    /// The socket and its place in the reactor.
    io: Registered<net::TcpStream>,
}

impl TcpStream {
    /// Connects to the first of the addresses that answers.
    ///
    /// # Errors
    /// The error of the last address (`ConnectionRefused`, `TimedOut`, …), or `InvalidInput` if there is none.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Cancel safety
    /// A connection under way is closed.
    ///
    /// # Example
    /// ```
    /// use toque::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let client = TcpStream::connect(listener.local_addr()?).await?;
    /// assert_eq!(client.peer_addr()?, listener.local_addr()?);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn connect(addr: impl ToSocketAddrs) -> io::Result<TcpStream> {
        let connect = |addr| async move {
            let socket = TcpSocket::new_for(&addr)?;
            Self::connect_socket(socket.fd, &addr).await
        };
        first_that(addr, connect).await
    }

    /// Connects a non-blocking socket.
    pub(super) async fn connect_socket(
        socket: OwnedFd,
        addr: &SocketAddr,
    ) -> io::Result<TcpStream> {
        let io = connect::start(socket, addr)?;
        // After the call: a socket that is not connecting yet reports a hang-up.
        let io = Registered::new(io, false)?;
        io.io(Direction::Write, connect::finish).await?;
        Ok(Self { io })
    }

    /// A stream that is connected and non-blocking.
    #[track_caller]
    pub(super) fn registered(io: net::TcpStream) -> io::Result<TcpStream> {
        Ok(Self {
            io: Registered::new(io, true)?,
        })
    }

    three_forms! {
        /// Reads without taking: the next read gets the same bytes.
        peek, poll_peek, try_peek, Read, (buf: &mut [u8]) -> usize, |io| io.peek(buf);
        TcpStream: "let mut order = [0; 16];\ntheirs.try_write(b\"soup\")?;",
        "n" = ("&mut order"), "assert_eq!(&order[..n], b\"soup\");\nassert_eq!(ours.try_read(&mut order)?, 4); // still there"
    }

    /// The address of this end.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let client = TcpStream::connect(listener.local_addr()?).await?;
    /// assert!(client.local_addr()?.ip().is_loopback());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.get().local_addr()
    }

    /// The address of the other end.
    ///
    /// # Errors
    /// `NotConnected` if the connection is gone.
    ///
    /// # Example
    /// ```
    /// use toque::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let client = TcpStream::connect(listener.local_addr()?).await?;
    /// let (server, _) = listener.accept().await?;
    /// assert_eq!(server.peer_addr()?, client.local_addr()?);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.get().peer_addr()
    }

    tcp_options!(crate::net::faces::sample!(connected));
    ttl_options!(crate::net::faces::sample!(connected));

    option!(
        #[cfg(any(target_os = "linux", target_os = "android"))]
        quickack: "Whether acknowledgements are sent at once (`TCP_QUICKACK`).",
        set_quickack: "Sets `TCP_QUICKACK`. The system may clear it at any time.",
        bool, tcp_quickack, set_tcp_quickack;
        crate::net::faces::sample!(connected), "socket.set_quickack(true)?;\nassert!(socket.quickack()?); // until the system thinks otherwise", "false"
    );
}

stream_faces!(TcpStream, net::TcpStream, SocketAddr);
