//! `read_exact`: fills a buffer, and tells how much that was. futures-lite's tells nothing.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncRead;

/// The future of [`AsyncReadExt::read_exact`](super::AsyncReadExt::read_exact).
///
/// # Example
/// ```
/// use toque::io::AsyncReadExt;
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut reader = &b"soup and bread"[..];
/// let mut buf = [0; 4];
/// assert_eq!(reader.read_exact(&mut buf).await?, 4);
/// assert_eq!(&buf, b"soup");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct ReadExact<'a, R: ?Sized> {
    reader: &'a mut R,
    buf: &'a mut [u8],
    /// How much of `buf` has been read.
    filled: usize,
}

impl<'a, R: ?Sized> ReadExact<'a, R> {
    pub(super) fn new(reader: &'a mut R, buf: &'a mut [u8]) -> Self {
        Self {
            reader,
            buf,
            filled: 0,
        }
    }
}

impl<R: AsyncRead + Unpin + ?Sized> Future for ReadExact<'_, R> {
    type Output = io::Result<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        poll_fill(this.reader, cx, this.buf, &mut this.filled)
    }
}

/// Reads until `buf` is full, from `filled` on.
pub(super) fn poll_fill<R: AsyncRead + Unpin + ?Sized>(
    reader: &mut R,
    cx: &mut Context<'_>,
    buf: &mut [u8],
    filled: &mut usize,
) -> Poll<io::Result<usize>> {
    while *filled < buf.len() {
        let n = ready!(Pin::new(&mut *reader).poll_read(cx, &mut buf[*filled..]))?;
        if n == 0 {
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        *filled += n;
    }
    Poll::Ready(Ok(buf.len()))
}
