//! The Unix datagram socket: whole messages between processes of one machine.

use std::io;
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::os::unix::net;
use std::path::Path;
use std::task::{Context, Poll, ready};

use super::SocketAddr;
use crate::net::backoff::Backoff;
use crate::net::faces::{readiness, std_faces, three_forms};
use crate::net::registered::Registered;
use crate::reactor::Direction;
use crate::readiness::{Interest, Ready};

/// A Unix socket for datagrams.
///
/// As a [`UdpSocket`](crate::net::UdpSocket), between processes of one machine; nothing gets lost on the way and nothing
/// overtakes. A datagram is received whole or cut: what does not fit into the buffer is thrown away.
///
/// The file at its path stays when the socket is gone: remove it before the next one binds.
///
/// `Send + Sync`, and used on the thread of the runtime it was made on: elsewhere its operations answer an error that says
/// so. Dropped anywhere, it is closed.
///
/// # Example
/// ```
/// use toque::net::UnixDatagram;
///
/// # fn main() -> std::io::Result<()> {
/// # let path = std::env::temp_dir().join(format!("toque-datagram-{}", std::process::id()));
/// toque::Runtime::new()?.block_on(async {
///     let kitchen = UnixDatagram::bind(&path)?;
///     let guest = UnixDatagram::unbound()?;
///     guest.send_to(b"one sandwich", &path).await?;
///
///     let mut order = [0; 64];
///     let (n, guest) = kitchen.recv_from(&mut order).await?;
///     assert_eq!(&order[..n], b"one sandwich");
///     assert!(guest.is_unnamed());
///     std::fs::remove_file(&path)
/// })
/// # }
/// ```
pub struct UnixDatagram {
    /// The socket and its place in the reactor.
    io: Registered<net::UnixDatagram>,
    /// For `poll_send_to`, which has no future of its own to wait in.
    backoff: Backoff,
}

impl UnixDatagram {
    /// A socket at a path, or at an abstract name (see [`SocketAddr`]).
    ///
    /// # Errors
    /// As the system reports them: `AddrInUse` if there is a file at the path.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-bind-{}", std::process::id()));
    /// let kitchen = UnixDatagram::bind(&path)?;
    /// assert_eq!(kitchen.local_addr()?.as_pathname(), Some(&*path));
    /// std::fs::remove_file(&path)?; // it would stay
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[track_caller]
    pub fn bind(path: impl AsRef<Path>) -> io::Result<UnixDatagram> {
        let addr = SocketAddr::from_path(path.as_ref())?;
        Self::from_std(net::UnixDatagram::bind_addr(&addr.0)?)
    }

    /// A socket without an address: it can send, and be answered by nobody.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let guest = UnixDatagram::unbound()?;
    /// assert!(guest.local_addr()?.is_unnamed());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[track_caller]
    pub fn unbound() -> io::Result<UnixDatagram> {
        Self::from_std(net::UnixDatagram::unbound()?)
    }

    /// Two sockets that are connected to each other.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (guest, kitchen) = UnixDatagram::pair()?;
    /// guest.send(b"soup").await?;
    /// let mut order = [0; 16];
    /// assert_eq!(kitchen.recv(&mut order).await?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[track_caller]
    pub fn pair() -> io::Result<(UnixDatagram, UnixDatagram)> {
        let (one, two) = net::UnixDatagram::pair()?;
        Ok((Self::fresh(one)?, Self::fresh(two)?))
    }

    /// An end of a new pair.
    #[track_caller]
    fn fresh(end: net::UnixDatagram) -> io::Result<UnixDatagram> {
        let end = Self::from_std(end)?;
        super::note_nothing_to_read(&end.io);
        Ok(end)
    }

    /// A socket that is non-blocking.
    #[track_caller]
    pub(super) fn registered(io: net::UnixDatagram) -> io::Result<UnixDatagram> {
        Ok(Self {
            io: Registered::new(io, true)?,
            backoff: Backoff::new(super::FULL_QUEUE),
        })
    }

    /// Connects it to the socket at a path, or at an abstract name: [`send`](Self::send) sends there, and only that peer is
    /// heard.
    ///
    /// # Errors
    /// As the system reports them: `NotFound` if there is no such file, `ConnectionRefused` if nobody has it any more.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-connect-{}", std::process::id()));
    /// let kitchen = UnixDatagram::bind(&path)?;
    /// let guest = UnixDatagram::unbound()?;
    /// guest.connect(&path)?;
    /// guest.send(b"soup").await?; // no need to say where to
    /// assert_eq!(kitchen.recv(&mut [0; 16]).await?, 4);
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn connect(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let addr = SocketAddr::from_path(path.as_ref())?;
        self.io.get().connect_addr(&addr.0)
    }

    three_forms! {
        /// Sends a datagram to the connected peer.
        send, poll_send, try_send, Write, (buf: &[u8]) -> usize, |io| io.send(buf);
        UnixDatagram: "let mut order = [0; 16];",
        "n" = ("b\"soup\""), "assert_eq!(n, theirs.recv(&mut order).await?);"
    }

    three_forms! {
        /// Receives a datagram, and tells its length. What does not fit into `buf` is thrown away.
        recv, poll_recv, try_recv, Read, (buf: &mut [u8]) -> usize, |io| io.recv(buf);
        UnixDatagram: "let mut order = [0; 16];\ntheirs.try_send(b\"soup\")?;",
        "n" = ("&mut order"), "assert_eq!(&order[..n], b\"soup\");"
    }

    three_forms! {
        /// Receives a datagram, and tells its length and sender. What does not fit into `buf` is thrown away.
        recv_from, poll_recv_from, try_recv_from, Read,
        (buf: &mut [u8]) -> (usize, SocketAddr), |io| {
            let (n, sender) = io.recv_from(buf)?;
            Ok((n, SocketAddr(sender)))
        };
        UnixDatagram: "let mut order = [0; 16];\ntheirs.try_send(b\"soup\")?;",
        "(n, guest)" = ("&mut order"), "assert_eq!(&order[..n], b\"soup\");\nassert!(guest.is_unnamed());"
    }

    /// Sends a datagram to the socket at a path, or at an abstract name.
    ///
    /// If the receiver's queue is full, it waits a little and tries again: of room the system tells only those who are
    /// connected.
    ///
    /// # Errors
    /// As the system reports them: `NotFound` if there is no such file, `ConnectionRefused` if nobody has it any more. On a
    /// foreign thread, an error that says so.
    ///
    /// # Cancel safety
    /// Nothing is lost: cancelled, it has not sent.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-send-to-{}", std::process::id()));
    /// let kitchen = UnixDatagram::bind(&path)?;
    /// let guest = UnixDatagram::unbound()?;
    /// assert_eq!(guest.send_to(b"soup", &path).await?, 4);
    /// # assert_eq!(kitchen.recv(&mut [0; 16]).await?, 4);
    /// std::fs::remove_file(&path)?;
    /// let error = guest.send_to(b"salad", &path).await.unwrap_err();
    /// assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn send_to(&self, buf: &[u8], target: impl AsRef<Path>) -> io::Result<usize> {
        let target = SocketAddr::from_path(target.as_ref())?;
        let backoff = Backoff::new(super::FULL_QUEUE);
        let send = |io: &_| send_unless_full(io, buf, &target);
        loop {
            if let Some(sent) = self.io.io(Direction::Write, send).await? {
                return Ok(sent);
            }
            backoff.shortage();
            backoff.passed().await;
        }
    }

    /// As [`send_to`](Self::send_to), for hand-written futures. One task at a time is sure to be woken.
    ///
    /// # Errors
    /// As [`send_to`](Self::send_to).
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use toque::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-poll-send-to-{}", std::process::id()));
    /// let kitchen = UnixDatagram::bind(&path)?;
    /// let guest = UnixDatagram::unbound()?;
    /// assert_eq!(poll_fn(|cx| guest.poll_send_to(cx, b"soup", &path)).await?, 4);
    /// assert_eq!(kitchen.recv(&mut [0; 16]).await?, 4);
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn poll_send_to(
        &self,
        cx: &mut Context<'_>,
        buf: &[u8],
        target: impl AsRef<Path>,
    ) -> Poll<io::Result<usize>> {
        let target = SocketAddr::from_path(target.as_ref())?;
        let send = |io: &_| send_unless_full(io, buf, &target);
        loop {
            if let Some(sent) = ready!(self.io.poll_io(Direction::Write, cx, send))? {
                self.backoff.relief();
                return Poll::Ready(Ok(sent));
            }
            self.backoff.shortage();
            ready!(self.backoff.poll_passed(cx));
        }
    }

    /// As [`send_to`](Self::send_to), without waiting.
    ///
    /// # Errors
    /// `WouldBlock` if there is no room, or an error of the socket.
    ///
    /// # Example
    /// ```
    /// use std::io::ErrorKind;
    /// use toque::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-try-send-to-{}", std::process::id()));
    /// let kitchen = UnixDatagram::bind(&path)?;
    /// let guest = UnixDatagram::unbound()?;
    /// while guest.try_send_to(b"soup", &path).is_ok() {} // until nothing more fits into the kitchen's queue
    /// assert_eq!(guest.try_send_to(b"soup", &path).unwrap_err().kind(), ErrorKind::WouldBlock);
    /// # std::fs::remove_file(&path)?;
    /// # drop(kitchen);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn try_send_to(&self, buf: &[u8], target: impl AsRef<Path>) -> io::Result<usize> {
        let target = SocketAddr::from_path(target.as_ref())?;
        let sent = self
            .io
            .try_io(Direction::Write, |io| send_unless_full(io, buf, &target))?;
        sent.ok_or_else(|| io::ErrorKind::WouldBlock.into())
    }

    readiness!(UnixDatagram, poll_recv_ready, poll_send_ready);

    /// Shuts down reading, writing or both.
    ///
    /// # Errors
    /// `NotConnected` if there is no peer.
    ///
    /// # Example
    /// ```
    /// use std::net::Shutdown;
    /// use toque::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (guest, kitchen) = UnixDatagram::pair()?;
    /// guest.shutdown(Shutdown::Write)?;
    /// assert!(guest.send(b"soup").await.is_err());
    /// kitchen.send(b"anything else?").await?; // the other way is open
    /// assert_eq!(guest.recv(&mut [0; 16]).await?, 14);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.io.get().shutdown(how)
    }

    /// The address it is bound to.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-local-addr-{}", std::process::id()));
    /// let kitchen = UnixDatagram::bind(&path)?;
    /// assert_eq!(kitchen.local_addr()?.as_pathname(), Some(&*path));
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.get().local_addr().map(SocketAddr)
    }

    /// The address of the connected peer.
    ///
    /// # Errors
    /// `NotConnected` if there is none.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-peer-addr-{}", std::process::id()));
    /// let _kitchen = UnixDatagram::bind(&path)?;
    /// let guest = UnixDatagram::unbound()?;
    /// assert!(guest.peer_addr().is_err());
    /// guest.connect(&path)?;
    /// assert_eq!(guest.peer_addr()?.as_pathname(), Some(&*path));
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.get().peer_addr().map(SocketAddr)
    }

    /// Takes the error that waits on the socket (`SO_ERROR`).
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let socket = UnixDatagram::unbound()?;
    /// assert!(socket.take_error()?.is_none());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.io.get().take_error()
    }
}

/// Sends, or gives `None` if the receiver's queue is full. `WouldBlock` is then left for the socket itself being full: of
/// that an event will tell.
///
/// A full queue must not be waited for by events: each try in vain gives room back to the socket, and so makes one.
fn send_unless_full(
    io: &net::UnixDatagram,
    buf: &[u8],
    target: &SocketAddr,
) -> io::Result<Option<usize>> {
    match io.send_to_addr(buf, &target.0) {
        Err(error)
            if error.kind() == io::ErrorKind::WouldBlock
                && Ready::look(io.as_fd(), Interest::WRITABLE).is_ok() =>
        {
            Ok(None)
        }
        result => result.map(Some),
    }
}

std_faces!(UnixDatagram, net::UnixDatagram);
