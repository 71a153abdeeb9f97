//! The Unix listener: a socket at a path that hands out one stream for each client that calls.

use std::io;
use std::os::unix::net;
use std::path::Path;
use std::task::{Context, Poll};

use super::{SocketAddr, UnixStream};
use crate::net::acceptor::Acceptor;
use crate::net::faces::std_faces;

/// A Unix socket that listens for connections.
///
/// The file at its path stays when the listener is gone: remove it before the next one binds.
///
/// `Send + Sync`, and used on the thread of the runtime it was made on: elsewhere [`accept`](Self::accept) answers an
/// error that says so.
///
/// # Example
/// ```
/// use futures_lite::{AsyncReadExt, AsyncWriteExt};
/// use toque::net::{UnixListener, UnixStream};
///
/// # fn main() -> std::io::Result<()> {
/// # let path = std::env::temp_dir().join(format!("toque-listener-{}", std::process::id()));
/// toque::Runtime::new()?.block_on(async {
///     let listener = UnixListener::bind(&path)?;
///     let mut client = UnixStream::connect(&path).await?;
///     client.write_all(b"order").await?;
///
///     let (mut served, _) = listener.accept().await?;
///     let mut order = [0; 5];
///     served.read_exact(&mut order).await?;
///     assert_eq!(&order, b"order");
///     std::fs::remove_file(&path)
/// })
/// # }
/// ```
pub struct UnixListener {
    /// The socket, and the patience with it.
    io: Acceptor<net::UnixListener>,
}

impl UnixListener {
    /// Listens at a path, or at an abstract name (see [`SocketAddr`]).
    ///
    /// # Errors
    /// As the system reports them: `AddrInUse` if there is a file at the path.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixListener;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-listener-bind-{}", std::process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// drop(listener);
    /// assert!(UnixListener::bind(&path).is_err()); // the file is still there
    /// std::fs::remove_file(&path)?;
    /// assert!(UnixListener::bind(&path).is_ok());
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[track_caller]
    pub fn bind(path: impl AsRef<Path>) -> io::Result<UnixListener> {
        Self::bind_addr(&SocketAddr::from_path(path.as_ref())?)
    }

    /// Listens at an address.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use toque::net::{UnixListener, UnixStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-bind-addr-{}", std::process::id()));
    /// let addr = std::os::unix::net::SocketAddr::from_pathname(&path)?;
    /// let listener = UnixListener::bind_addr(&addr.into())?;
    /// let _client = UnixStream::connect(&path).await?;
    /// listener.accept().await?;
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[track_caller]
    pub fn bind_addr(addr: &SocketAddr) -> io::Result<UnixListener> {
        Self::from_std(net::UnixListener::bind_addr(&addr.0)?)
    }

    /// A socket that listens and is non-blocking.
    #[track_caller]
    pub(super) fn registered(io: net::UnixListener) -> io::Result<UnixListener> {
        Ok(Self {
            io: Acceptor::new(io)?,
        })
    }

    /// The next connection, and the address of its other end, which seldom has one.
    ///
    /// Several tasks may accept from one listener.
    ///
    /// # Errors
    /// When descriptors or memory run out, the call reports it, and the next calls wait first (10 ms, doubling to at
    /// most one second): a loop that logs the error and goes on neither spins nor ends. On a foreign thread, an error that
    /// says so.
    ///
    /// # Cancel safety
    /// No connection is lost: it is taken from the queue only when the call returns.
    ///
    /// # Example
    /// ```
    /// use toque::net::{UnixListener, UnixStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-accept-{}", std::process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// let _client = UnixStream::connect(&path).await?;
    /// let (_served, peer) = listener.accept().await?;
    /// assert!(peer.is_unnamed());
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn accept(&self) -> io::Result<(UnixStream, SocketAddr)> {
        welcome(self.io.accept(net::UnixListener::accept).await?)
    }

    /// As [`accept`](Self::accept), for hand-written futures. One task at a time is sure to be woken.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use toque::net::{UnixListener, UnixStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-poll-accept-{}", std::process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// let _client = UnixStream::connect(&path).await?;
    /// let (_served, peer) = poll_fn(|cx| listener.poll_accept(cx)).await?;
    /// assert!(peer.is_unnamed());
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(UnixStream, SocketAddr)>> {
        self.io
            .poll_accept(cx, net::UnixListener::accept)
            .map(|next| welcome(next?))
    }

    /// The address it listens at.
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixListener;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-listener-addr-{}", std::process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// assert_eq!(listener.local_addr()?.as_pathname(), Some(&*path));
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.get().local_addr().map(SocketAddr)
    }

    /// Takes the error that waits on the socket (`SO_ERROR`).
    ///
    /// # Errors
    /// As the system reports them.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixListener;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// # let path = std::env::temp_dir().join(format!("toque-doc-listener-error-{}", std::process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// assert!(listener.take_error()?.is_none());
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.io.get().take_error()
    }
}

fn welcome(
    (stream, peer): (net::UnixStream, net::SocketAddr),
) -> io::Result<(UnixStream, SocketAddr)> {
    Ok((UnixStream::from_std(stream)?, SocketAddr(peer)))
}

std_faces!(UnixListener, net::UnixListener);
