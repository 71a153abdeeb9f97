//! TCP: the halves of a stream. The stream itself, the listener and the socket are at [`toque::net`](crate::net).

mod connect;
mod halves;
pub(super) mod listener;
pub(super) mod socket;
pub(super) mod stream;

pub use halves::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};

use listener::TcpListener;
use socket::TcpSocket;
use stream::TcpStream;
