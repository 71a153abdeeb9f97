//! Unix sockets and pipes: what connects processes of one machine.
//! The sockets themselves are at [`toque::net`](crate::net); here are their halves, addresses and credentials, and pipes.

mod addr;
pub(super) mod datagram;
mod halves;
pub(super) mod listener;
pub mod pipe;
pub(super) mod socket;
pub(super) mod stream;
mod ucred;

pub use addr::SocketAddr;
pub use halves::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};
pub use ucred::{UCred, gid_t, pid_t, uid_t};

use datagram::UnixDatagram;
use listener::UnixListener;
use socket::UnixSocket;
use stream::UnixStream;
