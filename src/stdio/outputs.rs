//! `stdout` and `stderr`: the process' standard output and standard error.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::AsyncWrite;

use super::output::Output;

/// The process' standard output.
///
/// A write copies its bytes, 2 MiB at most, sends them to a thread of the blocking pool and is ready at once; the next waits until they
/// are written. So the last must be flushed before the program ends, or it may be lost; and an error of a write is told by the next
/// call. There is no further buffer: for many small writes there is `BufWriter` (feature `io-util`).
///
/// The end of a runtime waits for a write that has begun, for as long as for every blocking job
/// ([`Builder::shutdown_timeout`](crate::Builder::shutdown_timeout)).
///
/// # Panics
/// Its writes panic outside of a runtime, as [`spawn_blocking`](crate::spawn_blocking) does.
///
/// # Cancel safety
/// A write that is dropped before it is ready has written nothing; a flush goes on by the next call.
///
/// # Example
/// ```
/// # #[cfg(feature = "io-util")]
/// # fn main() -> std::io::Result<()> {
/// use toque::io::{AsyncWriteExt, stdout};
///
/// toque::Runtime::new()?.block_on(async {
///     let mut out = stdout();
///     out.write_all(b"ready\n").await?;
///     out.flush().await
/// })
/// # }
/// # #[cfg(not(feature = "io-util"))]
/// # fn main() {}
/// ```
pub fn stdout() -> Stdout {
    Stdout {
        output: Output::new(io::stdout),
    }
}

/// The process' standard error. As [`stdout`].
///
/// # Panics
/// Its writes panic outside of a runtime.
///
/// # Cancel safety
/// As [`stdout`].
///
/// # Example
/// ```
/// # #[cfg(feature = "io-util")]
/// # fn main() -> std::io::Result<()> {
/// use toque::io::{AsyncWriteExt, stderr};
///
/// toque::Runtime::new()?.block_on(async {
///     let mut complaints = stderr();
///     complaints.write_all(b"the bread is out\n").await?;
///     complaints.flush().await
/// })
/// # }
/// # #[cfg(not(feature = "io-util"))]
/// # fn main() {}
/// ```
pub fn stderr() -> Stderr {
    Stderr {
        output: Output::new(io::stderr),
    }
}

/// The process' standard output. Made by [`stdout`], which says how it behaves.
///
/// # Example
/// ```
/// use futures_lite::AsyncWriteExt;
/// use toque::io::{Stdout, stdout};
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut out: Stdout = stdout();
/// out.write_all(b"ready\n").await?;
/// out.flush().await?;
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Stdout {
    output: Output<io::Stdout>,
}

/// The process' standard error. Made by [`stderr`].
///
/// # Example
/// ```
/// use futures_lite::AsyncWriteExt;
/// use toque::io::{Stderr, stderr};
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut complaints: Stderr = stderr();
/// complaints.write_all(b"the bread is out\n").await?;
/// complaints.flush().await?;
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Stderr {
    output: Output<io::Stderr>,
}

macro_rules! output {
    ($type:ident) => {
        impl $type {
            /// Std's handle.
            pub(super) fn std(&self) -> &io::$type {
                self.output.std()
            }
        }

        impl AsyncWrite for $type {
            fn poll_write(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &[u8],
            ) -> Poll<io::Result<usize>> {
                self.output.poll_write(cx, buf)
            }

            /// Waits until all is written.
            fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.output.poll_flush(cx)
            }

            /// Flushes. The descriptor stays open: it is the process', not this handle's.
            fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.output.poll_flush(cx)
            }
        }
    };
}

output!(Stdout);
output!(Stderr);
