//! `duplex`: two streams in memory, connected to each other. For tests, and between tasks that speak a protocol.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};

use super::pipe::Pipe;

/// Two streams: what is written to one is read from the other. Each direction holds `max_buf_size` bytes; a writer that finds it
/// full waits.
///
/// # Example
/// ```
/// use toque::io::{AsyncReadExt, AsyncWriteExt, duplex};
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let (mut client, mut server) = duplex(64);
///     client.write_all(b"ping").await?;
///
///     let mut buf = [0; 4];
///     server.read_exact(&mut buf).await?;
///     assert_eq!(&buf, b"ping");
///
///     drop(client);
///     assert_eq!(server.read(&mut buf).await?, 0);
///     Ok(())
/// })
/// # }
/// ```
pub fn duplex(max_buf_size: usize) -> (DuplexStream, DuplexStream) {
    let there = Arc::new(Pipe::new(max_buf_size));
    let back = Arc::new(Pipe::new(max_buf_size));
    let one = DuplexStream {
        incoming: Arc::clone(&back),
        outgoing: Arc::clone(&there),
    };
    let other = DuplexStream {
        incoming: there,
        outgoing: back,
    };
    (one, other)
}

/// One of two connected streams in memory. Made by [`duplex`].
///
/// It works on any thread and between threads. Once the other is dropped or shut down, it reads what is left, then the end;
/// once the other is dropped, or it was shut down itself, writing gives `BrokenPipe`.
///
/// Reads and writes spend the budget, so that tasks that only talk to each other give way.
///
/// # Example
/// ```
/// use toque::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
///
/// # toque::Runtime::new()?.block_on(async {
/// let (mut client, mut server): (DuplexStream, DuplexStream) = duplex(64);
/// client.write_all(b"soup").await?;
/// drop(client);
/// let mut order = String::new();
/// server.read_to_string(&mut order).await?; // until the end
/// assert_eq!(order, "soup");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct DuplexStream {
    /// What the other writes.
    incoming: Arc<Pipe>,
    /// What the other reads.
    outgoing: Arc<Pipe>,
}

impl AsyncRead for DuplexStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.incoming.poll_read(cx, buf).map(Ok)
    }
}

impl AsyncWrite for DuplexStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.outgoing.poll_write(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.outgoing.poll_write(cx, bufs)
    }

    /// What is written can be read at once.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// The other reads what is left, then the end. It can still be answered.
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outgoing.close();
        Poll::Ready(Ok(()))
    }
}

impl Drop for DuplexStream {
    fn drop(&mut self) {
        self.outgoing.close();
        self.incoming.deafen();
    }
}
