//! The listener: a socket that hands out one stream for each client that calls.
//! Servers loop over [`TcpListener::accept`].

use std::future::ready;
use std::io;
use std::net::{self, SocketAddr};
use std::task::{Context, Poll};

use super::{TcpSocket, TcpStream};
use crate::net::acceptor::Acceptor;
use crate::net::addr::{ToSocketAddrs, first_that};
use crate::net::faces::std_faces;
use crate::net::options::ttl_options;
use crate::net::socket;

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
    /// The socket, and the patience with it.
    io: Acceptor<net::TcpListener>,
}

impl TcpListener {
    /// Listens on the first of the addresses that can be had; port 0 asks the system for a free one.
    ///
    /// The address may be taken over from closed connections of an earlier process (`SO_REUSEADDR`; on Windows that is so without
    /// the option).
    ///
    /// # Errors
    /// The error of the last address, or `InvalidInput` if there is none.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Cancel safety
    /// Nothing is left behind.
    ///
    /// # Example
    /// ```
    /// use toque::net::TcpListener;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// assert_ne!(listener.local_addr()?.port(), 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn bind(addr: impl ToSocketAddrs) -> io::Result<TcpListener> {
        first_that(addr, |addr| ready(Self::bind_one(addr))).await
    }

    fn bind_one(addr: SocketAddr) -> io::Result<TcpListener> {
        let socket = TcpSocket::new_for(&addr)?;
        may_follow_itself(&socket)?;
        socket.bind(addr)?;
        socket.listen(socket::BACKLOG)
    }

    /// A socket that listens and is non-blocking.
    #[track_caller]
    pub(super) fn registered(io: net::TcpListener) -> io::Result<TcpListener> {
        Ok(Self {
            io: Acceptor::new(io)?,
        })
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
    ///
    /// # Example
    /// ```
    /// use toque::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let client = TcpStream::connect(listener.local_addr()?).await?;
    /// let (_server, peer) = listener.accept().await?;
    /// assert_eq!(peer, client.local_addr()?);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        welcome(self.io.accept(next).await?)
    }

    /// As [`accept`](Self::accept), for hand-written futures. One task at a time is sure to be woken.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use toque::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let client = TcpStream::connect(listener.local_addr()?).await?;
    /// let (_server, peer) = poll_fn(|cx| listener.poll_accept(cx)).await?;
    /// assert_eq!(peer, client.local_addr()?);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        self.io.poll_accept(cx, next).map(|next| welcome(next?))
    }

    /// The address it listens on; tells the port where the system chose it.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::TcpListener;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// println!("listening on port {}", listener.local_addr()?.port());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.get().local_addr()
    }

    ttl_options!("let socket = toque::net::TcpListener::bind(\"127.0.0.1:0\").await?;");
}

/// A restarted server must not wait until its old connections have left TIME_WAIT.
#[cfg(not(windows))]
fn may_follow_itself(socket: &TcpSocket) -> io::Result<()> {
    socket.set_reuseaddr(true)
}

/// Here nothing waits for them, and the option would let others take the port of a server that lives.
#[cfg(windows)]
fn may_follow_itself(_: &TcpSocket) -> io::Result<()> {
    Ok(())
}

/// What the queue holds: a connection that is not in the reactor yet, and its other end.
fn next(listener: &net::TcpListener) -> io::Result<(net::TcpStream, SocketAddr)> {
    loop {
        // No address: reset before it was accepted, as some systems tell it.
        if let (socket, Some(peer)) = socket::accept(listener)? {
            return Ok((socket.into(), peer.try_into()?));
        }
    }
}

fn welcome((io, peer): (net::TcpStream, SocketAddr)) -> io::Result<(TcpStream, SocketAddr)> {
    Ok((TcpStream::registered(io)?, peer))
}

std_faces!(TcpListener, net::TcpListener);
