//! TCP: the halves of a stream. The stream itself, the listener and the socket are at [`toque::net`](crate::net).
//!
//! # Example
//! ```
//! use toque::io::Interest;
//! use toque::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
//! use toque::net::{TcpListener, TcpStream};
//!
//! # fn main() -> std::io::Result<()> {
//! # toque::Runtime::new()?.block_on(async {
//! struct Connection {
//!     orders: OwnedReadHalf,
//!     answers: OwnedWriteHalf,
//! }
//!
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let guest = TcpStream::connect(listener.local_addr()?).await?;
//! let (orders, answers) = listener.accept().await?.0.into_split();
//! let waiter = Connection { orders, answers };
//! guest.try_write(b"soup")?;
//! waiter.orders.ready(Interest::READABLE).await?;
//! assert_eq!(waiter.orders.try_read(&mut [0; 16])?, 4);
//! assert_eq!(waiter.answers.try_write(b"at once")?, 7);
//! # Ok(())
//! # })
//! # }
//! ```

mod connect;
mod halves;
pub(super) mod listener;
pub(super) mod socket;
pub(super) mod stream;

pub use halves::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};

use listener::TcpListener;
use socket::TcpSocket;
use stream::TcpStream;
