//! The sender: the end of a pipe that is written to.

use std::fs::File;

use super::fifo::Access;
use crate::net::faces::{async_write, try_writes, write_readiness};
use crate::net::registered::Registered;
use crate::readiness::Interest;

/// The end of a pipe that is written to.
///
/// Made by [`pipe`](super::pipe), by [`OpenOptions`](super::OpenOptions) of a name, or of a descriptor. Once no receiver is
/// left, a write is an error (`BrokenPipe`). Closing it does nothing: the receiver sees the end when the last sender is
/// dropped.
///
/// # Example
/// ```
/// use toque::net::unix::pipe;
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let (sender, receiver) = pipe::pipe()?;
///     drop(receiver);
///     sender.writable().await?;
///     let error = sender.try_write(b"one sandwich").unwrap_err();
///     assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
///     Ok(())
/// })
/// # }
/// ```
pub struct Sender {
    io: Registered<File>,
}

impl Sender {
    const INTEREST: Interest = Interest::WRITABLE;
    const ASSUMED_READY: bool = true;

    write_readiness!(Sender, poll_write_ready);
    try_writes!(Sender);
}

super::pipe_end!(
    Sender,
    Access::Write,
    "writing",
    "ours.writable().await?;\nassert_eq!(ours.try_write(b\"soup\")?, 4);\n# let _open = theirs;",
    "let n = ours.try_io(|| Ok(rustix::io::write(&ours, b\"soup\")?))?;\nassert_eq!(n, 4);"
);
async_write!(Sender, close: |_| Ok(()));
async_write!(&Sender, close: |_| Ok(()));
