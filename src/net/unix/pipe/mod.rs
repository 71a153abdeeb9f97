//! Pipes: bytes one way, from a sender to a receiver, by no name or by a name in the file system.
//!
//! # Example
//! An anonymous pipe, whose ends go to two tasks, or one of them to a child process:
//! ```
//! use futures_lite::{AsyncReadExt, AsyncWriteExt};
//! use toque::net::unix::pipe;
//!
//! # fn main() -> std::io::Result<()> {
//! toque::Runtime::new()?.block_on(async {
//!     let (mut sender, mut receiver) = pipe::pipe()?;
//!     toque::spawn(async move { sender.write_all(b"one sandwich").await });
//!
//!     let mut order = String::new();
//!     receiver.read_to_string(&mut order).await?;
//!     assert_eq!(order, "one sandwich");
//!     Ok(())
//! })
//! # }
//! ```

mod fifo;
mod options;
mod receiver;
mod sender;

use std::fs::File;
use std::io;

pub use options::OpenOptions;
pub use receiver::Receiver;
pub use sender::Sender;

/// A pipe without a name.
///
/// # Errors
/// As the system reports them.
///
/// # Panics
/// Outside of a runtime.
///
/// # Example
/// ```
/// use toque::net::unix::pipe;
///
/// # fn main() -> std::io::Result<()> {
/// # toque::Runtime::new()?.block_on(async {
/// let (sender, receiver) = pipe::pipe()?;
/// sender.writable().await?;
/// assert_eq!(sender.try_write(b"soup")?, 4);
/// receiver.readable().await?;
/// let mut order = [0; 4];
/// assert_eq!(receiver.try_read(&mut order)?, 4);
/// assert_eq!(&order, b"soup");
/// # Ok(())
/// # })
/// # }
/// ```
#[track_caller]
pub fn pipe() -> io::Result<(Sender, Receiver)> {
    let (receiver, sender) = fifo::pipe()?;
    Ok((
        Sender::registered(File::from(sender))?,
        Receiver::registered(File::from(receiver))?,
    ))
}

/// What both ends have: made of descriptors, and giving them back.
macro_rules! pipe_end {
    ($type:ident, $access:expr, $end:literal, $check:literal, $op:literal) => {
        impl $type {
            #[doc = concat!("Takes over the ", $end, " end of a pipe, and sets it to non-blocking.")]
            ///
            /// # Errors
            /// `InvalidInput` if it is not such an end, or as the system reports them.
            ///
            /// # Panics
            /// Outside of a runtime.
            ///
            #[doc = $crate::net::faces::example!(pipe_from_file from_file $type, $check)]
            #[track_caller]
            pub fn from_file(file: std::fs::File) -> std::io::Result<$type> {
                Self::from_owned_fd(file.into())
            }

            #[doc = concat!("Takes over the ", $end, " end of a pipe, and sets it to non-blocking.")]
            ///
            /// # Errors
            /// `InvalidInput` if it is not such an end, or as the system reports them.
            ///
            /// # Panics
            /// Outside of a runtime.
            ///
            #[doc = $crate::net::faces::example!(pipe_from_fd from_owned_fd $type, $check)]
            #[track_caller]
            pub fn from_owned_fd(fd: std::os::fd::OwnedFd) -> std::io::Result<$type> {
                super::fifo::check(&fd, $access)?;
                Self::from_owned_fd_unchecked(fd)
            }

            /// Takes over any descriptor, and sets it to non-blocking.
            ///
            /// # Errors
            /// As the system reports them; `PermissionDenied` for what can't be polled, such as a file on a disk.
            ///
            /// # Panics
            /// Outside of a runtime.
            ///
            #[doc = $crate::net::faces::example!(pipe_from_file from_file_unchecked $type, $check)]
            #[track_caller]
            pub fn from_file_unchecked(file: std::fs::File) -> std::io::Result<$type> {
                Self::from_owned_fd_unchecked(file.into())
            }

            /// Takes over any descriptor, and sets it to non-blocking.
            ///
            /// # Errors
            /// As the system reports them; `PermissionDenied` for what can't be polled, such as a file on a disk.
            ///
            /// # Panics
            /// Outside of a runtime.
            ///
            #[doc = $crate::net::faces::example!(pipe_from_fd from_owned_fd_unchecked $type, $check)]
            #[track_caller]
            pub fn from_owned_fd_unchecked(fd: std::os::fd::OwnedFd) -> std::io::Result<$type> {
                rustix::io::ioctl_fionbio(&fd, true)?;
                Self::registered(fd.into())
            }

            /// A descriptor that is non-blocking.
            #[track_caller]
            pub(super) fn registered(io: std::fs::File) -> std::io::Result<$type> {
                Ok(Self {
                    io: $crate::net::registered::Registered::new(io, Self::ASSUMED_READY)?,
                })
            }

            fn io(&self) -> &$crate::net::registered::Registered<std::fs::File> {
                &self.io
            }

            $crate::net::faces::ready_method!($type);

            /// Calls `op` once, and notes it if that says `WouldBlock`: for operations on the descriptor that this type does
            /// not know. `op` must say `WouldBlock` only if the descriptor has said so.
            ///
            /// # Errors
            /// Those of `op`. On a foreign thread, an error that says so.
            ///
            #[doc = $crate::net::faces::example!(pipe_try_io $type, $op)]
            pub fn try_io<R>(
                &self,
                op: impl FnOnce() -> std::io::Result<R>,
            ) -> std::io::Result<R> {
                self.io.try_io_of(Self::INTEREST, op)
            }

            /// Gives the descriptor back, set to blocking: as a child process expects it.
            ///
            /// # Errors
            /// As the system reports them.
            ///
            #[doc = $crate::net::faces::example!(pipe_into_blocking_fd $type)]
            pub fn into_blocking_fd(self) -> std::io::Result<std::os::fd::OwnedFd> {
                let fd = self.into_nonblocking_fd()?;
                rustix::io::ioctl_fionbio(&fd, false)?;
                Ok(fd)
            }

            /// Gives the descriptor back, still non-blocking.
            ///
            /// # Errors
            /// None at present.
            ///
            #[doc = $crate::net::faces::example!(pipe_into_nonblocking_fd $type)]
            pub fn into_nonblocking_fd(self) -> std::io::Result<std::os::fd::OwnedFd> {
                Ok(self.io.into_inner().into())
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($type)).field(self.io.get()).finish()
            }
        }

        $crate::net::faces::descriptor_faces!($type => io.get());
    };
}

use pipe_end;
