//! The listener: where a server's connections come from.
//! TCP listeners are ones, and so are Unix listeners (in `unix_listener.rs`); TLS is a handshake on top of either.

use std::fmt;
use std::future::{self, Future};
use std::io;
use std::task::{Context, Poll};

use ::hyper::rt::{Read, Write};

use crate::net::{TcpListener, TcpStream};

/// Where [`serve`](super::serve()) gets its connections from.
///
/// What it accepts is a future, the rest of the work of welcoming a client: a TLS handshake, or nothing. It runs in the task of
/// its connection, within the deadline for the first byte, so that a client that is stuck in it is in nobody's way.
///
/// # Example
/// ```
/// use std::future::Ready;
/// use std::task::{Context, Poll};
/// use std::{io, net::SocketAddr};
/// use toque::http::Listener;
/// use toque::net::{TcpListener, TcpStream};
///
/// /// Tells of each client.
/// struct Doorman(TcpListener);
///
/// impl Listener for Doorman {
///     type Stream = TcpStream;
///     type Addr = SocketAddr;
///     type Handshake = Ready<io::Result<TcpStream>>;
///
///     fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Self::Handshake, SocketAddr)>> {
///         let accepted = Listener::poll_accept(&self.0, cx);
///         if let Poll::Ready(Ok((_, addr))) = &accepted {
///             println!("welcome, {addr}");
///         }
///         accepted
///     }
/// }
/// ```
pub trait Listener {
    /// A connection.
    type Stream: Read + Write + Unpin + Send + 'static;
    /// What clients are called by. It is shown when one is cut off.
    type Addr: Clone + fmt::Debug + Send + Sync + 'static;
    /// What is still to be done before a connection can be used.
    type Handshake: Future<Output = io::Result<Self::Stream>> + 'static;

    /// Takes the next connection from the queue. It is called again after an error.
    ///
    /// # Errors
    /// Those of the system. Where descriptors have run out, it must wait by itself before it tries again.
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use toque::http::Listener;
    /// use toque::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let client = TcpStream::connect(listener.local_addr()?).await?;
    /// let (handshake, addr) = poll_fn(|cx| Listener::poll_accept(&listener, cx)).await?;
    /// assert_eq!(addr, client.local_addr()?);
    /// let _served = handshake.await?; // of TCP there is none, so it is ready
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Self::Handshake, Self::Addr)>>;
}

/// Connections have `TCP_NODELAY`: an answer is written at once, and waiting for more to fill a packet only delays it.
impl Listener for TcpListener {
    type Stream = TcpStream;
    type Addr = std::net::SocketAddr;
    type Handshake = future::Ready<io::Result<TcpStream>>;

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Self::Handshake, Self::Addr)>> {
        self.poll_accept(cx).map_ok(|(stream, addr)| {
            let _ = stream.set_nodelay(true); // if the client has gone already, the first read will say so
            (future::ready(Ok(stream)), addr)
        })
    }
}

/// A listener whose connections are to shake hands first. Made by [`with_handshake`].
///
/// # Example
/// ```
/// use toque::compat::hyper::Io;
/// use toque::http::{WithHandshake, with_handshake};
/// use toque::net::TcpListener;
///
/// # toque::Runtime::new()?.block_on(async {
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let listener: WithHandshake<_, _> =
///     with_handshake(listener, |stream| async { std::io::Result::Ok(Io::new(stream)) });
/// # drop(listener);
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct WithHandshake<L, F> {
    listener: L,
    /// Begins the handshake of one connection.
    shake: F,
}

/// A listener with a handshake, TLS most of all. The closure is called for each connection; what it gives is awaited in the
/// connection's own task, and has until the [`first_byte`](super::ServerConfig::first_byte) deadline.
///
/// # Example
/// ```
/// use std::io;
/// use toque::compat::hyper::Io;
/// use toque::http::with_handshake;
/// use toque::net::{TcpListener, TcpStream};
///
/// # struct Tls;
/// # impl Tls { async fn accept(&self, stream: TcpStream) -> io::Result<TcpStream> { Ok(stream) } }
/// # fn main() -> io::Result<()> {
/// # toque::Runtime::new()?.block_on(async {
/// # let tls = std::rc::Rc::new(Tls);
/// // `tls` is a `TlsAcceptor` of futures-rustls, for example.
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let listener = with_handshake(listener, move |stream| {
///     let tls = tls.clone();
///     async move { tls.accept(stream).await.map(Io::new) }
/// });
/// # drop(listener);
/// # Ok(())
/// # })
/// # }
/// ```
pub fn with_handshake<L, F, H>(listener: L, shake: F) -> WithHandshake<L, F>
where
    L: Listener<Handshake = future::Ready<io::Result<<L as Listener>::Stream>>>,
    F: Fn(L::Stream) -> H,
{
    WithHandshake { listener, shake }
}

impl<L, F, H, T> Listener for WithHandshake<L, F>
where
    L: Listener<Handshake = future::Ready<io::Result<<L as Listener>::Stream>>>,
    F: Fn(L::Stream) -> H,
    H: Future<Output = io::Result<T>> + 'static,
    T: Read + Write + Unpin + Send + 'static,
{
    type Stream = T;
    type Addr = L::Addr;
    type Handshake = H;

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(H, L::Addr)>> {
        self.listener.poll_accept(cx).map(|accepted| {
            let (stream, addr) = accepted?;
            Ok(((self.shake)(stream.into_inner()?), addr))
        })
    }
}

impl<L: fmt::Debug, F> fmt::Debug for WithHandshake<L, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithHandshake")
            .field("listener", &self.listener)
            .finish_non_exhaustive()
    }
}
