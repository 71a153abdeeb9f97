//! UDP: the socket that sends and receives datagrams.

mod options;

use std::future::ready;
use std::io;
use std::net::{self, SocketAddr};
use std::task::{Context, Poll};

use super::addr::{ToSocketAddrs, first_that, resolve_one};
use super::faces::{readiness, std_faces, three_forms};
use super::registered::Registered;
use crate::reactor::Direction;

/// A UDP socket.
///
/// Unconnected, it exchanges datagrams with anyone ([`send_to`](Self::send_to), [`recv_from`](Self::recv_from)); connected,
/// with one peer ([`send`](Self::send), [`recv`](Self::recv)). All methods take `&self`, so several tasks can use it at once,
/// by an `Arc` or a reference.
///
/// A datagram is received whole or cut: what does not fit into the buffer is thrown away. None is sent in part. (On Windows the
/// receive that cuts one answers an error, and the datagram is gone.)
///
/// `Send + Sync`, and used on the thread of the runtime it was made on: elsewhere its operations answer an error that says
/// so. Dropped anywhere, it is closed.
///
/// # Example
/// ```
/// use toque::net::UdpSocket;
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let kitchen = UdpSocket::bind("127.0.0.1:0").await?;
///     let kitchen_addr = kitchen.local_addr()?;
///     toque::spawn(async move {
///         let mut order = [0; 64];
///         let (n, guest) = kitchen.recv_from(&mut order).await?;
///         kitchen.send_to(&order[..n], guest).await
///     });
///
///     let guest = UdpSocket::bind("127.0.0.1:0").await?;
///     guest.connect(kitchen_addr).await?;
///     guest.send(b"one sandwich").await?;
///     let mut answer = [0; 64];
///     let n = guest.recv(&mut answer).await?;
///     assert_eq!(&answer[..n], b"one sandwich");
///     Ok(())
/// })
/// # }
/// ```
pub struct UdpSocket {
    /// The socket and its place in the reactor.
    io: Registered<net::UdpSocket>,
}

impl UdpSocket {
    /// A socket at the first of the addresses that can be had; port 0 asks the system for a free one.
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
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let socket = UdpSocket::bind("127.0.0.1:0").await?;
    /// assert_ne!(socket.local_addr()?.port(), 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn bind(addr: impl ToSocketAddrs) -> io::Result<UdpSocket> {
        let socket = first_that(addr, |addr| ready(net::UdpSocket::bind(addr))).await?;
        Self::from_std(socket)
    }

    /// A socket that is non-blocking.
    #[track_caller]
    fn registered(io: net::UdpSocket) -> io::Result<UdpSocket> {
        Ok(Self {
            io: Registered::new(io, true)?,
        })
    }

    /// Connects it to the first of the addresses that can be had: from now on it exchanges datagrams with that peer only.
    ///
    /// Nothing is sent. Called again, it changes the peer.
    ///
    /// # Errors
    /// The error of the last address, or `InvalidInput` if there is none.
    ///
    /// # Cancel safety
    /// Either it is connected or it is not.
    ///
    /// # Example
    /// ```
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let guest = UdpSocket::bind("127.0.0.1:0").await?;
    /// let waiter = UdpSocket::bind("127.0.0.1:0").await?;
    /// guest.connect(waiter.local_addr()?).await?;
    /// guest.send(b"soup").await?;
    /// let mut order = [0; 16];
    /// assert_eq!(waiter.recv(&mut order).await?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn connect(&self, addr: impl ToSocketAddrs) -> io::Result<()> {
        first_that(addr, |addr| ready(self.io.get().connect(addr))).await
    }

    three_forms! {
        /// Sends a datagram to the connected peer.
        ///
        /// An error may be of an earlier datagram: `ConnectionRefused` says that nobody was there for it.
        send, poll_send, try_send, Write, (buf: &[u8]) -> usize, |io| io.send(buf);
        UdpSocket: "let mut order = [0; 16];",
        "n" = ("b\"soup\""), "assert_eq!(n, theirs.recv(&mut order).await?);"
    }

    three_forms! {
        /// Receives a datagram from the connected peer, and tells its length. What does not fit into `buf` is thrown away.
        recv, poll_recv, try_recv, Read, (buf: &mut [u8]) -> usize, |io| io.recv(buf);
        UdpSocket: "let mut order = [0; 16];\ntheirs.try_send(b\"soup\")?;",
        "n" = ("&mut order"), "assert_eq!(&order[..n], b\"soup\");"
    }

    /// Sends a datagram to the first address of `target`.
    ///
    /// # Errors
    /// Those of the socket; `InvalidInput` if there is no address. On a foreign thread, an error that says so.
    ///
    /// # Cancel safety
    /// Nothing is lost: cancelled, it has not sent.
    ///
    /// # Example
    /// ```
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let guest = UdpSocket::bind("127.0.0.1:0").await?;
    /// let waiter = UdpSocket::bind("127.0.0.1:0").await?;
    /// guest.send_to(b"soup", waiter.local_addr()?).await?;
    /// let mut order = [0; 16];
    /// assert_eq!(waiter.recv_from(&mut order).await?, (4, guest.local_addr()?));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn send_to(&self, buf: &[u8], target: impl ToSocketAddrs) -> io::Result<usize> {
        let target = resolve_one(target).await?;
        self.io
            .io(Direction::Write, |io| io.send_to(buf, target))
            .await
    }

    /// As [`send_to`](Self::send_to), for hand-written futures.
    ///
    /// # Errors
    /// As [`send_to`](Self::send_to).
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let guest = UdpSocket::bind("127.0.0.1:0").await?;
    /// let waiter = UdpSocket::bind("127.0.0.1:0").await?;
    /// let to = waiter.local_addr()?;
    /// assert_eq!(poll_fn(|cx| guest.poll_send_to(cx, b"soup", to)).await?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn poll_send_to(
        &self,
        cx: &mut Context<'_>,
        buf: &[u8],
        target: SocketAddr,
    ) -> Poll<io::Result<usize>> {
        self.io
            .poll_io(Direction::Write, cx, |io| io.send_to(buf, target))
    }

    /// As [`send_to`](Self::send_to), without waiting.
    ///
    /// # Errors
    /// `WouldBlock` if there is no room, or an error of the socket.
    ///
    /// # Example
    /// ```
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let guest = UdpSocket::bind("127.0.0.1:0").await?;
    /// let waiter = UdpSocket::bind("127.0.0.1:0").await?;
    /// guest.writable().await?;
    /// assert_eq!(guest.try_send_to(b"soup", waiter.local_addr()?)?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn try_send_to(&self, buf: &[u8], target: SocketAddr) -> io::Result<usize> {
        self.io
            .try_io(Direction::Write, |io| io.send_to(buf, target))
    }

    three_forms! {
        /// Receives a datagram, and tells its length and sender. What does not fit into `buf` is thrown away.
        recv_from, poll_recv_from, try_recv_from, Read,
        (buf: &mut [u8]) -> (usize, SocketAddr), |io| io.recv_from(buf);
        UdpSocket: "let mut order = [0; 16];\ntheirs.try_send(b\"soup\")?;",
        "(n, guest)" = ("&mut order"), "assert_eq!((&order[..n], guest), (&b\"soup\"[..], theirs.local_addr()?));"
    }

    three_forms! {
        /// As [`recv`](Self::recv), but leaves the datagram to the next receive.
        peek, poll_peek, try_peek, Read, (buf: &mut [u8]) -> usize, |io| io.peek(buf);
        UdpSocket: "let mut order = [0; 16];\ntheirs.try_send(b\"soup\")?;",
        "n" = ("&mut order"), "assert_eq!(&order[..n], b\"soup\");\nassert_eq!(ours.recv(&mut order).await?, 4); // still there"
    }

    three_forms! {
        /// As [`recv_from`](Self::recv_from), but leaves the datagram to the next receive.
        peek_from, poll_peek_from, try_peek_from, Read,
        (buf: &mut [u8]) -> (usize, SocketAddr), |io| io.peek_from(buf);
        UdpSocket: "let mut order = [0; 16];\ntheirs.try_send(b\"soup\")?;",
        "(n, guest)" = ("&mut order"),
        "assert_eq!((n, guest), (4, theirs.local_addr()?));\nassert_eq!(ours.recv(&mut order).await?, 4); // still there"
    }

    three_forms! {
        /// Who has sent the datagram that the next receive will take.
        peek_sender, poll_peek_sender, try_peek_sender, Read,
        () -> SocketAddr, peek_sender;
        UdpSocket: "let mut order = [0; 16];\ntheirs.try_send(b\"soup\")?;",
        "guest" = (), "assert_eq!(guest, theirs.local_addr()?);\nassert_eq!(ours.recv(&mut order).await?, 4); // still there"
    }

    readiness!(UdpSocket, poll_recv_ready, poll_send_ready);

    /// The address it is bound to; tells the port where the system chose it.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let socket = UdpSocket::bind("127.0.0.1:0").await?;
    /// assert!(socket.local_addr()?.ip().is_loopback());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.get().local_addr()
    }

    /// The address of the connected peer.
    ///
    /// # Errors
    /// `NotConnected` if there is none.
    ///
    /// # Example
    /// ```
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (guest, waiter) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
    /// guest.connect(waiter.local_addr()?).await?;
    /// assert_eq!(guest.peer_addr()?, waiter.local_addr()?);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.get().peer_addr()
    }

    /// Takes the error that waits on the socket (`SO_ERROR`).
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let socket = UdpSocket::bind("127.0.0.1:0").await?;
    /// assert!(socket.take_error()?.is_none());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.io.get().take_error()
    }
}

#[cfg(not(windows))]
fn peek_sender(io: &net::UdpSocket) -> io::Result<SocketAddr> {
    Ok(io.peek_from(&mut [])?.1)
}

/// By socket2, which knows that a datagram too long for the buffer is an error here, and has a sender all the same.
#[cfg(windows)]
fn peek_sender(io: &net::UdpSocket) -> io::Result<SocketAddr> {
    let sender = socket2::SockRef::from(io).peek_sender()?;
    sender.as_socket().ok_or(io::ErrorKind::InvalidData.into())
}

std_faces!(UdpSocket, net::UdpSocket);
