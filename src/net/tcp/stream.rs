//! The stream: one TCP connection, read and written without blocking the thread.
//! Made by [`TcpListener::accept`](super::TcpListener::accept) and [`TcpStream::connect`].

use std::io;
use std::net::{self, Shutdown, SocketAddr};
use std::os::fd::OwnedFd;

use super::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, TcpSocket, WriteHalf, connect};
use crate::net::addr::{ToSocketAddrs, no_address, resolve};
use crate::net::faces::{
    async_read, async_write, foreign_operations, read_readiness, ready_method, std_faces,
    three_forms, try_reads, try_writes, write_readiness,
};
use crate::net::halves::{self, Stream};
use crate::net::options::{option, tcp_options, ttl_options};
use crate::net::registered::Registered;
use crate::reactor::Direction;

/// A TCP connection.
///
/// Reads and writes through [`futures_io::AsyncRead`] and [`AsyncWrite`](futures_io::AsyncWrite), on the stream and on a shared reference to it, so
/// that one task can read while another writes. Closing the writer (`close()` of futures-lite) shuts down the write half
/// only: the peer sees the end, and can still answer.
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
pub struct TcpStream {
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
    pub async fn connect(addr: impl ToSocketAddrs) -> io::Result<TcpStream> {
        let mut last = None;
        for addr in resolve(addr).await? {
            match Self::connect_one(&addr).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(no_address))
    }

    async fn connect_one(addr: &SocketAddr) -> io::Result<TcpStream> {
        Self::connect_socket(TcpSocket::new_for(addr)?.fd, addr).await
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

    read_readiness!(poll_read_ready);
    write_readiness!(poll_write_ready);
    ready_method!();
    foreign_operations!();
    try_reads!();
    try_writes!();

    three_forms! {
        /// Reads without taking: the next read gets the same bytes.
        peek, poll_peek, try_peek, Read, (buf: &mut [u8]) -> usize, |io| io.peek(buf)
    }

    /// Shuts down reading, writing or both. After `Write` the peer reads what was sent, then the end.
    ///
    /// # Errors
    /// `NotConnected` if the connection is gone.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.io.get().shutdown(how)
    }

    /// Splits the stream into a half to read and a half to write, for one task that does both at once.
    ///
    /// # Example
    /// ```
    /// # use toque::net::{TcpListener, TcpStream};
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let mut stream = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (mut peer, _) = listener.accept().await?;
    /// use futures_lite::{AsyncReadExt, AsyncWriteExt, future};
    ///
    /// let (mut reader, mut writer) = stream.split();
    /// let mut answer = [0; 2];
    /// future::try_zip(writer.write_all(b"hi"), async {
    ///     # let mut order = [0; 2];
    ///     # peer.read_exact(&mut order).await?;
    ///     # peer.write_all(&order).await?;
    ///     reader.read_exact(&mut answer).await
    /// })
    /// .await?;
    /// # assert_eq!(&answer, b"hi");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn split(&mut self) -> (ReadHalf<'_>, WriteHalf<'_>) {
        halves::split(self)
    }

    /// Splits the stream into halves that own it together, for two tasks. Dropping the write half shuts down writing.
    ///
    /// # Example
    /// ```
    /// # use toque::net::{TcpListener, TcpStream};
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let stream = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (peer, _) = listener.accept().await?;
    /// use futures_lite::{AsyncReadExt, AsyncWriteExt};
    ///
    /// let (mut reader, mut writer) = stream.into_split();
    /// toque::spawn(async move { writer.write_all(b"hi").await });
    /// # toque::spawn(async move { futures_lite::io::copy(&peer, &peer).await });
    /// let mut answer = String::new();
    /// reader.read_to_string(&mut answer).await?;
    /// assert_eq!(answer, "hi");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn into_split(self) -> (OwnedReadHalf, OwnedWriteHalf) {
        halves::into_split(self)
    }

    /// The address of this end.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.get().local_addr()
    }

    /// The address of the other end.
    ///
    /// # Errors
    /// `NotConnected` if the connection is gone.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.get().peer_addr()
    }

    /// Takes the error that waits on the socket (`SO_ERROR`).
    ///
    /// # Errors
    /// As the system reports them.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.io.get().take_error()
    }

    tcp_options!();
    ttl_options!();

    option!(
        #[cfg(any(target_os = "linux", target_os = "android"))]
        quickack: "Whether acknowledgements are sent at once (`TCP_QUICKACK`).",
        set_quickack: "Sets `TCP_QUICKACK`. The system may clear it at any time.",
        bool, tcp_quickack, set_tcp_quickack
    );
}

impl Stream for TcpStream {
    type Io = net::TcpStream;
    type Addr = SocketAddr;

    fn io(&self) -> &Registered<net::TcpStream> {
        &self.io
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.peer_addr()
    }

    fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.shutdown(how)
    }
}

std_faces!(TcpStream, net::TcpStream);
async_read!(TcpStream);
async_read!(&TcpStream);
async_write!(TcpStream, close: |stream| stream.close());
async_write!(&TcpStream, close: |stream| stream.close());

impl AsRef<TcpStream> for TcpStream {
    fn as_ref(&self) -> &TcpStream {
        self
    }
}
