//! The network: sockets and pipes whose operations wait in the reactor instead of on the thread.
//! Used by applications; each handle is a descriptor plus a `Registration`, its key into the runtime.
//!
//! | | TCP | UDP | Unix | pipes |
//! |---|---|---|---|---|
//! | serve | [`TcpListener`] | [`UdpSocket`] | [`UnixListener`], [`UnixDatagram`] | [`unix::pipe`] |
//! | connect | [`TcpStream`] | [`UdpSocket`] | [`UnixStream`], [`UnixDatagram`] | |
//! | set options first | [`TcpSocket`] | | [`UnixSocket`] | [`unix::pipe::OpenOptions`] |
//!
//! Every handle is `Send + Sync`, and used on the thread of the runtime it was made on: elsewhere its operations answer an
//! error that says so. Dropped anywhere, it is closed. Tokio's methods that fill a `BufMut` are left out, so that the crate
//! does without `bytes`; its `ReadBuf` is a `&mut [u8]` here, and the length is returned.
//!
//! # Example
//! ```
//! use futures_lite::{AsyncReadExt, AsyncWriteExt};
//! use toque::net::{TcpListener, TcpStream};
//!
//! # fn main() -> std::io::Result<()> {
//! # toque::Runtime::new()?.block_on(async {
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let addr = listener.local_addr()?;
//! toque::spawn(async move {
//!     let (guest, _) = listener.accept().await?;
//!     futures_lite::io::copy(&guest, &guest).await // says what it hears
//! });
//!
//! let mut stream = TcpStream::connect(addr).await?;
//! stream.write_all(b"soup").await?;
//! let mut echo = [0; 4];
//! stream.read_exact(&mut echo).await?;
//! assert_eq!(&echo, b"soup");
//! # Ok(())
//! # })
//! # }
//! ```

mod acceptor;
mod addr;
mod backoff;
mod bytes;
mod faces;
pub(crate) mod halves;
mod options;
#[allow(unsafe_code)] // std's `FromRawFd` is unsafe by its signature
#[cfg_attr(unix, path = "raw_fd.rs")]
#[cfg_attr(windows, path = "raw_socket.rs")]
mod raw;
mod registered;
mod socket;
pub mod tcp;
mod udp;
#[cfg(unix)]
pub mod unix;

pub use addr::{ToSocketAddrs, lookup_host};
pub use tcp::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};
pub use tcp::{listener::TcpListener, socket::TcpSocket, stream::TcpStream};
pub use udp::UdpSocket;
#[cfg(unix)]
pub use unix::{
    datagram::UnixDatagram, listener::UnixListener, socket::UnixSocket, stream::UnixStream,
};
