//! The parent's ends of a child's pipes.
//! Each is a pipe of `net`: the child's own end is another one, and stays blocking, as programs expect it.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};

use crate::net::unix::pipe::{Receiver, Sender};

/// The parent's end of a child's standard input.
///
/// The child sees the end of its input when this is dropped. [`Child::wait`](super::Child::wait) drops the one that is still
/// with its `Child`; closing it (`AsyncWriteExt::close`) does nothing.
///
/// # Example
/// ```
/// use std::process::Stdio;
/// use futures_lite::AsyncWriteExt;
/// use toque::process::{ChildStdin, Command};
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut cat = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
/// let mut input: ChildStdin = cat.stdin.take().unwrap();
/// input.write_all(b"soup").await?;
/// drop(input); // the end of its input
/// assert_eq!(cat.wait_with_output().await?.stdout, b"soup");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct ChildStdin(Sender);

/// The parent's end of a child's standard output.
///
/// It reads the end when nobody has the other end open any more: neither the child nor those that it has started itself.
///
/// # Example
/// ```
/// use std::process::Stdio;
/// use futures_lite::AsyncReadExt;
/// use toque::process::{ChildStdout, Command};
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut child = Command::new("echo").arg("soup").stdout(Stdio::piped()).spawn()?;
/// let mut output: ChildStdout = child.stdout.take().unwrap();
/// let mut said = String::new();
/// output.read_to_string(&mut said).await?;
/// assert_eq!(said, "soup\n");
/// child.wait().await?;
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct ChildStdout(Receiver);

/// The parent's end of a child's standard error.
///
/// It reads the end when nobody has the other end open any more: neither the child nor those that it has started itself.
///
/// # Example
/// ```
/// use std::process::Stdio;
/// use futures_lite::AsyncReadExt;
/// use toque::process::{ChildStderr, Command};
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut child = Command::new("sh").args(["-c", "echo soup >&2"]).stderr(Stdio::piped()).spawn()?;
/// let mut output: ChildStderr = child.stderr.take().unwrap();
/// let mut said = String::new();
/// output.read_to_string(&mut said).await?;
/// assert_eq!(said, "soup\n");
/// child.wait().await?;
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct ChildStderr(Receiver);

/// What the three have in common: made of std's, and given to another child. Each has its examples of that.
macro_rules! child_stdio {
    (
        $type:ident, $pipe:ident,
        from_std: $(#[$from_std:meta])*
        into_owned_fd: $(#[$into_owned_fd:meta])*
    ) => {
        impl $type {
            /// Takes over a pipe of std's, and sets this end of it to non-blocking.
            ///
            /// # Errors
            /// As the system reports them.
            ///
            /// # Panics
            /// Outside of a runtime.
            ///
            $(#[$from_std])*
            #[track_caller]
            pub fn from_std(stdio: std::process::$type) -> io::Result<$type> {
                Ok(Self($pipe::from_owned_fd_unchecked(stdio.into())?))
            }

            /// Gives the descriptor back, set to blocking: as another child expects it.
            ///
            /// # Errors
            /// As the system reports them.
            ///
            $(#[$into_owned_fd])*
            pub fn into_owned_fd(self) -> io::Result<OwnedFd> {
                self.0.into_blocking_fd()
            }
        }

        /// For another child: what this one says is what that one hears.
        impl TryFrom<$type> for Stdio {
            type Error = io::Error;

            fn try_from(stdio: $type) -> io::Result<Stdio> {
                Ok(stdio.into_owned_fd()?.into())
            }
        }

        impl AsFd for $type {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.0.as_fd()
            }
        }

        impl AsRawFd for $type {
            fn as_raw_fd(&self) -> RawFd {
                self.0.as_raw_fd()
            }
        }
    };
}

child_stdio!(
    ChildStdin, Sender,
    from_std:
    /// # Example
    /// ```
    /// use std::process::{Command, Stdio};
    /// use futures_lite::AsyncWriteExt;
    /// use toque::process::ChildStdin;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut child = Command::new("grep").args(["-q", "soup"]).stdin(Stdio::piped()).spawn()?; // std's
    /// let mut order = ChildStdin::from_std(child.stdin.take().unwrap())?;
    /// order.write_all(b"soup").await?;
    /// drop(order); // the end
    /// assert!(child.wait()?.success());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    into_owned_fd:
    /// # Example
    /// ```
    /// use std::process::Stdio;
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// // What `echo` says is what `grep` hears, and nothing goes through this process.
    /// let mut grep = Command::new("grep").args(["-q", "soup"]).stdin(Stdio::piped()).spawn()?;
    /// let order = grep.stdin.take().unwrap().into_owned_fd()?;
    /// assert!(Command::new("echo").arg("soup").stdout(order).status().await?.success());
    /// assert!(grep.wait().await?.success());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
);
child_stdio!(
    ChildStdout, Receiver,
    from_std:
    /// # Example
    /// ```
    /// use std::process::{Command, Stdio};
    /// use futures_lite::AsyncReadExt;
    /// use toque::process::ChildStdout;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut child = Command::new("echo").arg("soup").stdout(Stdio::piped()).spawn()?; // std's
    /// let mut said = String::new();
    /// ChildStdout::from_std(child.stdout.take().unwrap())?.read_to_string(&mut said).await?;
    /// assert_eq!(said, "soup\n");
    /// child.wait()?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    into_owned_fd:
    /// # Example
    /// ```
    /// use std::process::Stdio;
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut first = Command::new("echo").arg("soup").stdout(Stdio::piped()).spawn()?;
    /// let said = first.stdout.take().unwrap().into_owned_fd()?;
    /// let second = Command::new("tr").args(["a-z", "A-Z"]).stdin(said).output().await?;
    /// assert_eq!(second.stdout, b"SOUP\n");
    /// first.wait().await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
);
child_stdio!(
    ChildStderr, Receiver,
    from_std:
    /// # Example
    /// ```
    /// use std::process::{Command, Stdio};
    /// use futures_lite::AsyncReadExt;
    /// use toque::process::ChildStderr;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut child = Command::new("sh").args(["-c", "echo soup >&2"]).stderr(Stdio::piped()).spawn()?; // std's
    /// let mut said = String::new();
    /// ChildStderr::from_std(child.stderr.take().unwrap())?.read_to_string(&mut said).await?;
    /// assert_eq!(said, "soup\n");
    /// child.wait()?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    into_owned_fd:
    /// # Example
    /// ```
    /// use std::process::Stdio;
    /// use toque::process::Command;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut first = Command::new("sh").args(["-c", "echo soup >&2"]).stderr(Stdio::piped()).spawn()?;
    /// let said = first.stderr.take().unwrap().into_owned_fd()?;
    /// let second = Command::new("tr").args(["a-z", "A-Z"]).stdin(said).output().await?;
    /// assert_eq!(second.stdout, b"SOUP\n");
    /// first.wait().await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
);

macro_rules! child_reads {
    ($type:ident) => {
        impl AsyncRead for $type {
            fn poll_read(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                Pin::new(&mut self.0).poll_read(cx, buf)
            }

            fn poll_read_vectored(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &mut [IoSliceMut<'_>],
            ) -> Poll<io::Result<usize>> {
                Pin::new(&mut self.0).poll_read_vectored(cx, bufs)
            }
        }
    };
}

child_reads!(ChildStdout);
child_reads!(ChildStderr);

impl AsyncWrite for ChildStdin {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}
