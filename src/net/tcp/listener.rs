//! The listener: a socket that hands out one stream for each client that calls.
//! Servers loop over [`TcpListener::accept`].

use std::fmt;
use std::io;
use std::net::{self, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::task::{Context, Poll, ready};

use super::backoff::Backoff;
use super::{TcpStream, socket};
use crate::net::ToSocketAddrs;
use crate::net::addr::{no_address, resolve};
use crate::reactor::Direction;
use crate::runtime::Registration;

/// A TCP socket that listens for connections.
///
/// `Send + Sync`, and used on the thread of the runtime it was made on: elsewhere [`accept`](Self::accept) answers an
/// error that says so.
///
/// # Example
/// ```
/// use futures_lite::{AsyncReadExt, AsyncWriteExt};
/// use toque::net::{TcpListener, TcpStream};
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let mut client = TcpStream::connect(listener.local_addr()?).await?;
///     client.write_all(b"order").await?;
///
///     let (mut served, peer) = listener.accept().await?;
///     assert_eq!(peer, client.local_addr()?);
///     let mut order = [0; 5];
///     served.read_exact(&mut order).await?;
///     assert_eq!(&order, b"order");
///     Ok(())
/// })
/// # }
/// ```
pub struct TcpListener {
    /// The key to its readiness. Before `io`, so that it leaves the reactor before the descriptor is closed.
    registration: Registration,
    /// The socket itself.
    io: net::TcpListener,
    /// Keeps a server's loop from spinning when descriptors have run out.
    backoff: Backoff,
}

impl TcpListener {
    /// Listens on the first of the addresses that can be had; port 0 asks the system for a free one.
    ///
    /// The address may be taken over from closed connections of an earlier process (`SO_REUSEADDR`).
    ///
    /// # Errors
    /// The error of the last address, or `InvalidInput` if there is none.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Cancel safety
    /// Nothing is left behind.
    pub async fn bind(addr: impl ToSocketAddrs) -> io::Result<TcpListener> {
        let mut last = None;
        for addr in resolve(addr).await? {
            match socket::listen(&addr) {
                Ok(io) => return Self::new(io),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(no_address))
    }

    /// Takes over a listener of std's, and sets it to non-blocking.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Panics
    /// Outside of a runtime.
    #[track_caller]
    pub fn from_std(listener: net::TcpListener) -> io::Result<TcpListener> {
        listener.set_nonblocking(true)?;
        Self::new(listener)
    }

    #[track_caller]
    fn new(io: net::TcpListener) -> io::Result<TcpListener> {
        Ok(Self {
            registration: Registration::new(io.as_fd(), true)?,
            io,
            backoff: Backoff::new(),
        })
    }

    /// Gives the listener back as std's. It stays non-blocking.
    ///
    /// # Errors
    /// None at present.
    pub fn into_std(self) -> io::Result<net::TcpListener> {
        let Self {
            registration, io, ..
        } = self;
        drop(registration);
        Ok(io)
    }

    /// The next connection, and the address of its other end.
    ///
    /// Connections that ended before they were accepted are passed over. Several tasks may accept from one listener.
    ///
    /// # Errors
    /// When descriptors or memory run out, the call reports it, and the next calls wait first (10 ms, doubling to at
    /// most one second): a loop that logs the error and goes on neither spins nor ends. Any other error is a defect of
    /// the listener itself. On a foreign thread, an error that says so.
    ///
    /// # Cancel safety
    /// No connection is lost: it is taken from the queue only when the call returns.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.backoff.passed().await;
        let next = || socket::next_connection(&self.io);
        self.welcome(self.registration.io(Direction::Read, next).await)
    }

    /// As [`accept`](Self::accept), for hand-written futures. One task at a time is sure to be woken.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        ready!(self.backoff.poll_passed(cx));
        let next = || socket::next_connection(&self.io);
        let accepted = ready!(self.registration.poll_io(Direction::Read, cx, next));
        Poll::Ready(self.welcome(accepted))
    }

    /// Tells the back-off how it went, and makes a stream of the connection.
    fn welcome(
        &self,
        accepted: io::Result<(net::TcpStream, SocketAddr)>,
    ) -> io::Result<(TcpStream, SocketAddr)> {
        match &accepted {
            Err(error) if socket::is_shortage(error) => self.backoff.shortage(),
            _ => self.backoff.relief(),
        }
        let (io, peer) = accepted?;
        Ok((TcpStream::ready(io)?, peer))
    }

    /// The address it listens on; tells the port where the system chose it.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
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
}

impl AsFd for TcpListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.io.as_fd()
    }
}

impl AsRawFd for TcpListener {
    fn as_raw_fd(&self) -> RawFd {
        self.io.as_raw_fd()
    }
}

impl TryFrom<net::TcpListener> for TcpListener {
    type Error = io::Error;

    /// As [`TcpListener::from_std`].
    fn try_from(listener: net::TcpListener) -> io::Result<Self> {
        Self::from_std(listener)
    }
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io.fmt(f)
    }
}
