//! `stdin`: the process' standard input.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::AsyncRead;

use super::input::Taker;
use super::reader::{INPUT, Reader};

/// The process' standard input.
///
/// All handles take from one place: what one of them has waited for and not read is there for the next, whatever became of the first
/// one's task or runtime. Line by line it is read through a `BufReader` (feature `io-util`), which keeps what it has read to itself.
///
/// A thread of its own reads, and only when asked. That thread is not of the blocking pool: the end of a runtime does not wait for a
/// read that is under way, nor does the end of the process. Such a read takes what comes next even so, and holds the lock of
/// [`std::io::stdin`]: the rest of the program should read from here too.
///
/// # Cancel safety
/// Nothing is lost when a read is dropped: what it waited for is there for the next.
///
/// # Example
/// Reads a line, for a minute at most:
/// ```no_run
/// # #[cfg(feature = "io-util")]
/// # fn main() -> std::io::Result<()> {
/// use std::time::Duration;
/// use toque::io::{AsyncBufReadExt, BufReader, stdin};
///
/// toque::Runtime::new()?.block_on(async {
///     let mut lines = BufReader::new(stdin()).lines();
///     match toque::time::timeout(Duration::from_secs(60), lines.next_line()).await {
///         Ok(line) => println!("{:?}", line?),
///         Err(_) => println!("nobody is hungry"),
///     }
///     Ok(()) // the process ends, though a read is under way
/// })
/// # }
/// # #[cfg(not(feature = "io-util"))]
/// # fn main() {}
/// ```
pub fn stdin() -> Stdin {
    Stdin {
        taker: Taker::of(&INPUT),
        std: io::stdin(),
    }
}

/// The process' standard input. Made by [`stdin`], which says how it behaves.
///
/// # Example
/// ```no_run
/// use futures_lite::AsyncReadExt;
/// use toque::io::{Stdin, stdin};
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut input: Stdin = stdin();
/// let mut orders = String::new();
/// input.read_to_string(&mut orders).await?;
/// println!("{} orders", orders.lines().count());
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Stdin {
    /// Its place among those who take from the input.
    taker: Taker<'static, Reader>,
    /// Lends the descriptor; the reading is done elsewhere.
    std: io::Stdin,
}

impl Stdin {
    /// Std's handle.
    pub(super) fn std(&self) -> &io::Stdin {
        &self.std
    }
}

impl AsyncRead for Stdin {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.taker.poll_read(cx, buf)
    }
}
