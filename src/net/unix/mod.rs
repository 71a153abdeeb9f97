//! Unix sockets and pipes: what connects processes of one machine.
//! The sockets themselves are at [`toque::net`](crate::net); here are their halves, addresses and credentials, and pipes.
//!
//! # Example
//! ```
//! use toque::net::UnixStream;
//! use toque::net::unix::{OwnedWriteHalf, UCred};
//!
//! # fn main() -> std::io::Result<()> {
//! # toque::Runtime::new()?.block_on(async {
//! let (ours, theirs) = UnixStream::pair()?;
//! let guest: UCred = ours.peer_cred()?;
//! assert_eq!(guest.pid(), Some(std::process::id() as i32));
//! let (_reader, writer): (_, OwnedWriteHalf) = ours.into_split();
//! assert_eq!(writer.try_write(b"soup")?, 4);
//! # drop(theirs);
//! # Ok(())
//! # })
//! # }
//! ```

mod addr;
pub(super) mod datagram;
mod halves;
pub(super) mod listener;
pub mod pipe;
pub(super) mod socket;
pub(super) mod stream;
mod ucred;

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

pub use addr::SocketAddr;
pub use halves::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};
pub use ucred::{UCred, gid_t, pid_t, uid_t};

use datagram::UnixDatagram;
use listener::UnixListener;
use socket::UnixSocket;
use stream::UnixStream;

use super::backoff::Delays;
use super::registered::Registered;
use crate::reactor::Direction;

/// For the queue of another, which empties as fast as that one works.
const FULL_QUEUE: Delays = Delays {
    first: Duration::from_millis(1),
    longest: Duration::from_millis(64),
};

/// Of a pair that was made a moment ago: nothing can have been sent yet, so the first read need not be tried.
fn note_nothing_to_read<T: AsFd>(io: &Registered<T>) {
    let nothing = |_: &T| Err::<(), _>(io::ErrorKind::WouldBlock.into());
    let _ = io.try_io(Direction::Read, nothing);
}
