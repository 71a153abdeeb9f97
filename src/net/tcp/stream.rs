//! The stream: one TCP connection, read and written without blocking the thread.
//! Made by [`TcpListener::accept`](super::TcpListener::accept) and [`TcpStream::connect`].
//!
//! A read that returns less than was asked for has emptied the socket, so the stream tells the reactor, and the next read
//! waits for an event instead of paying for a call that says `EAGAIN`. A write that took less has filled it, likewise.

use std::fmt;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::{self, Shutdown, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};
use rustix::net::{SendAncillaryBuffer, SendFlags, sockopt};

use super::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, WriteHalf, socket};
use crate::net::ToSocketAddrs;
use crate::net::addr::{no_address, resolve};
use crate::reactor::Direction;
use crate::runtime::Registration;

/// A TCP connection.
///
/// Reads and writes through [`futures_io::AsyncRead`] and [`AsyncWrite`], on the stream and on a shared reference to it, so
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
    /// The key to its readiness. Before `io`, so that it leaves the reactor before the descriptor is closed.
    registration: Registration,
    /// The socket itself. Std's, which is `Send + Sync` and knows the options.
    io: net::TcpStream,
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
        let io = socket::start_connect(addr)?;
        let stream = Self {
            // After the call: a socket that is not connecting yet reports a hang-up.
            registration: Registration::new(io.as_fd(), false)?,
            io,
        };
        let finished = || socket::finish_connect(&stream.io);
        stream.registration.io(Direction::Write, finished).await?;
        Ok(stream)
    }

    /// Takes over a connected stream of std's, and sets it to non-blocking.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Panics
    /// Outside of a runtime.
    #[track_caller]
    pub fn from_std(stream: net::TcpStream) -> io::Result<TcpStream> {
        stream.set_nonblocking(true)?;
        Self::ready(stream)
    }

    /// A stream that is connected and non-blocking.
    #[track_caller]
    pub(super) fn ready(io: net::TcpStream) -> io::Result<TcpStream> {
        Ok(Self {
            registration: Registration::new(io.as_fd(), true)?,
            io,
        })
    }

    /// Gives the stream back as std's, with all that has arrived still in it. It stays non-blocking.
    ///
    /// # Errors
    /// None at present.
    pub fn into_std(self) -> io::Result<net::TcpStream> {
        let Self { registration, io } = self;
        drop(registration);
        Ok(io)
    }

    /// One try to read by `op`, or a wait for an event. `len` is what `op` asks for.
    pub(crate) fn poll_read_with(
        &self,
        cx: &mut Context<'_>,
        len: usize,
        mut op: impl FnMut(&net::TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let read = ready!(
            self.registration
                .poll_io(Direction::Read, cx, || op(&self.io))
        );
        Poll::Ready(self.noting(Direction::Read, len, read))
    }

    /// One try to write by `op`, or a wait for an event. `len` is what `op` offers.
    pub(crate) fn poll_write_with(
        &self,
        cx: &mut Context<'_>,
        len: usize,
        mut op: impl FnMut(&net::TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let written = ready!(
            self.registration
                .poll_io(Direction::Write, cx, || op(&self.io))
        );
        Poll::Ready(self.noting(Direction::Write, len, written))
    }

    fn try_with(
        &self,
        direction: Direction,
        len: usize,
        op: impl FnOnce(&net::TcpStream) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let moved = self.registration.try_io(direction, || op(&self.io));
        self.noting(direction, len, moved)
    }

    /// Tells the reactor of a transfer that was cut short. Zero bytes say nothing: the end of the stream, or an empty buffer.
    fn noting(
        &self,
        direction: Direction,
        len: usize,
        moved: io::Result<usize>,
    ) -> io::Result<usize> {
        if matches!(moved, Ok(n) if 0 < n && n < len) {
            self.registration.drained(direction);
        }
        moved
    }

    /// Waits until there is something to read, be it the end of the stream or an error.
    ///
    /// It may be a false alarm: [`try_read`](Self::try_read) can still say `WouldBlock`, and then the next wait is real.
    ///
    /// # Errors
    /// On a foreign thread, an error that says so.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn readable(&self) -> io::Result<()> {
        self.registration.ready(Direction::Read).await
    }

    /// Waits until there is room to write, or an error to report. It may be a false alarm, as with
    /// [`readable`](Self::readable).
    ///
    /// # Errors
    /// On a foreign thread, an error that says so.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn writable(&self) -> io::Result<()> {
        self.registration.ready(Direction::Write).await
    }

    /// As [`readable`](Self::readable), for hand-written futures.
    ///
    /// # Errors
    /// On a foreign thread, an error that says so.
    pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.registration.poll_io(Direction::Read, cx, || Ok(()))
    }

    /// As [`writable`](Self::writable), for hand-written futures.
    ///
    /// # Errors
    /// On a foreign thread, an error that says so.
    pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.registration.poll_io(Direction::Write, cx, || Ok(()))
    }

    /// Reads what is there, without waiting.
    ///
    /// # Example
    /// ```
    /// # use futures_lite::AsyncWriteExt;
    /// # use toque::net::{TcpListener, TcpStream};
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let mut peer = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (stream, _) = listener.accept().await?;
    /// # peer.write_all(b"hi").await?;
    /// let mut buf = [0; 64];
    /// let n = loop {
    ///     stream.readable().await?;
    ///     match stream.try_read(&mut buf) {
    ///         Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
    ///         result => break result?,
    ///     }
    /// };
    /// # assert!(n > 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// `WouldBlock` if nothing is there, or an error of the connection.
    pub fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.try_with(Direction::Read, buf.len(), |mut io| io.read(buf))
    }

    /// As [`try_read`](Self::try_read), into several buffers.
    ///
    /// # Errors
    /// `WouldBlock` if nothing is there, or an error of the connection.
    pub fn try_read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        let bufs = at_most(bufs);
        let len = bufs.iter().map(|buf| buf.len()).sum();
        self.try_with(Direction::Read, len, |mut io| io.read_vectored(bufs))
    }

    /// Writes what there is room for, without waiting.
    ///
    /// # Errors
    /// `WouldBlock` if there is no room, or an error of the connection.
    pub fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
        self.try_with(Direction::Write, buf.len(), |mut io| io.write(buf))
    }

    /// As [`try_write`](Self::try_write), from several buffers.
    ///
    /// # Errors
    /// `WouldBlock` if there is no room, or an error of the connection.
    pub fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        let bufs = &bufs[..bufs.len().min(MAX_SLICES)];
        let len = bufs.iter().map(|buf| buf.len()).sum();
        self.try_with(Direction::Write, len, |io| send_vectored(io, bufs))
    }

    /// Reads without taking: the next read gets the same bytes.
    ///
    /// # Errors
    /// Those of the connection. On a foreign thread, an error that says so.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.registration
            .io(Direction::Read, || self.io.peek(buf))
            .await
    }

    /// As [`peek`](Self::peek), for hand-written futures.
    ///
    /// # Errors
    /// As [`peek`](Self::peek).
    pub fn poll_peek(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        self.registration
            .poll_io(Direction::Read, cx, || self.io.peek(buf))
    }

    /// Shuts down reading, writing or both. After `Write` the peer reads what was sent, then the end.
    ///
    /// # Errors
    /// `NotConnected` if the connection is gone.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.io.shutdown(how)
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
        super::split::split(self)
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
        super::split_owned::split(Arc::new(self))
    }

    /// The address of this end.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    /// The address of the other end.
    ///
    /// # Errors
    /// `NotConnected` if the connection is gone.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.peer_addr()
    }

    /// Takes the error that waits on the socket (`SO_ERROR`).
    ///
    /// # Errors
    /// As the system reports them.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.io.take_error()
    }

    /// Whether small writes go out at once (`TCP_NODELAY`).
    ///
    /// # Errors
    /// As the system reports them.
    pub fn nodelay(&self) -> io::Result<bool> {
        self.io.nodelay()
    }

    /// Sets `TCP_NODELAY`: small writes go out at once instead of being gathered until the last one is acknowledged.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.io.set_nodelay(nodelay)
    }

    /// How long closing waits for unsent data (`SO_LINGER`).
    ///
    /// # Errors
    /// As the system reports them.
    pub fn linger(&self) -> io::Result<Option<Duration>> {
        Ok(sockopt::socket_linger(&self.io)?)
    }

    /// Sets `SO_LINGER`. A duration above zero makes closing block the thread for as long: seldom what a single-threaded
    /// program wants. Zero makes closing a reset, and unsent data is thrown away.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn set_linger(&self, linger: Option<Duration>) -> io::Result<()> {
        Ok(sockopt::set_socket_linger(&self.io, linger)?)
    }

    /// The value of `IP_TTL`.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn ttl(&self) -> io::Result<u32> {
        self.io.ttl()
    }

    /// Sets `IP_TTL`: how many hops its packets may take.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        self.io.set_ttl(ttl)
    }

    /// Whether acknowledgements are sent at once (`TCP_QUICKACK`).
    ///
    /// # Errors
    /// As the system reports them.
    #[cfg(target_os = "linux")]
    pub fn quickack(&self) -> io::Result<bool> {
        Ok(sockopt::tcp_quickack(&self.io)?)
    }

    /// Sets `TCP_QUICKACK`. The system may clear it at any time.
    ///
    /// # Errors
    /// As the system reports them.
    #[cfg(target_os = "linux")]
    pub fn set_quickack(&self, quickack: bool) -> io::Result<()> {
        Ok(sockopt::set_tcp_quickack(&self.io, quickack)?)
    }
}

/// Buffers in one call: `IOV_MAX` of Linux, the BSDs and macOS. Cut here, not by the system, or what is left over would
/// look like a transfer cut short by the socket.
const MAX_SLICES: usize = 1024;

fn at_most<'a, 'b>(bufs: &'a mut [IoSliceMut<'b>]) -> &'a mut [IoSliceMut<'b>] {
    let count = bufs.len().min(MAX_SLICES);
    &mut bufs[..count]
}

/// Std's `write_vectored` is `writev`, which raises `SIGPIPE` where a program has not had it ignored.
fn send_vectored(io: &net::TcpStream, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
    let mut control = SendAncillaryBuffer::default();
    Ok(rustix::net::sendmsg(io, bufs, &mut control, SEND_FLAGS)?)
}

#[cfg(not(target_vendor = "apple"))]
const SEND_FLAGS: SendFlags = SendFlags::NOSIGNAL;
/// Here the socket itself is set so.
#[cfg(target_vendor = "apple")]
const SEND_FLAGS: SendFlags = SendFlags::empty();

impl AsyncRead for &TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_read_with(cx, buf.len(), |mut io| io.read(buf))
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let bufs = at_most(bufs);
        let len = bufs.iter().map(|buf| buf.len()).sum();
        self.poll_read_with(cx, len, |mut io| io.read_vectored(bufs))
    }
}

impl AsyncWrite for &TcpStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_with(cx, buf.len(), |mut io| io.write(buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let bufs = &bufs[..bufs.len().min(MAX_SLICES)];
        let len = bufs.iter().map(|buf| buf.len()).sum();
        self.poll_write_with(cx, len, |io| send_vectored(io, bufs))
    }

    /// Nothing is buffered here.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Shuts down the write half.
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.io.shutdown(Shutdown::Write) {
            // The peer was faster; there is nobody left to tell.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Poll::Ready(Ok(())),
            result => Poll::Ready(result),
        }
    }
}

impl AsyncRead for TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_read(cx, buf)
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_read_vectored(cx, bufs)
    }
}

impl AsyncWrite for TcpStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_write_vectored(cx, bufs)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self).poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self).poll_close(cx)
    }
}

impl AsFd for TcpStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.io.as_fd()
    }
}

impl AsRawFd for TcpStream {
    fn as_raw_fd(&self) -> RawFd {
        self.io.as_raw_fd()
    }
}

impl TryFrom<net::TcpStream> for TcpStream {
    type Error = io::Error;

    /// As [`TcpStream::from_std`].
    fn try_from(stream: net::TcpStream) -> io::Result<Self> {
        Self::from_std(stream)
    }
}

impl fmt::Debug for TcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io.fmt(f)
    }
}
