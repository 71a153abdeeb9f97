//! The receiver: the end of a pipe that is read from.

use std::fs::File;

use super::fifo::Access;
use crate::net::faces::{async_read, read_readiness, try_reads};
use crate::net::registered::Registered;
use crate::readiness::Interest;

/// The end of a pipe that is read from.
///
/// Made by [`pipe`](super::pipe), by [`OpenOptions`](super::OpenOptions) of a name, or of a descriptor. Once no sender is
/// left and all has been read, a read gives the end. Of a named pipe, a read waits for the first sender, but a
/// [`try_read`](Self::try_read) before there is one gives the end.
///
/// # Example
/// What a child process says:
/// ```
/// use std::process::{Command, Stdio};
///
/// use futures_lite::AsyncReadExt;
/// use toque::net::unix::pipe;
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let (sender, mut receiver) = pipe::pipe()?;
///     let mut child = Command::new("echo")
///         .arg("one sandwich")
///         .stdout(Stdio::from(sender.into_blocking_fd()?))
///         .spawn()?;
///
///     let mut said = String::new();
///     receiver.read_to_string(&mut said).await?;
///     assert_eq!(said, "one sandwich\n");
///     child.wait()?;
///     Ok(())
/// })
/// # }
/// ```
pub struct Receiver {
    io: Registered<File>,
}

impl Receiver {
    const INTEREST: Interest = Interest::READABLE;
    /// A named pipe without a sender would read as ended. The event for what is there comes anyway.
    const ASSUMED_READY: bool = false;

    read_readiness!(Receiver, poll_read_ready);
    try_reads!(Receiver);
}

super::pipe_end!(
    Receiver,
    Access::Read,
    "reading",
    "theirs.try_write(b\"soup\")?;\nours.readable().await?;\nassert_eq!(ours.try_read(&mut [0; 16])?, 4);",
    "let waiting = ours.try_io(|| Ok(rustix::io::ioctl_fionread(&ours)?))?;\nassert_eq!(waiting, 4); // so many bytes"
);
async_read!(Receiver);
async_read!(&Receiver);
