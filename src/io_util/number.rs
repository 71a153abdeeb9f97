//! Numbers on the wire: integers and floats of a fixed size, in either order of bytes. One future reads them all, one writes
//! them all. futures-lite has none.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};

use super::read_exact::poll_fill;

/// The future of [`AsyncReadExt::read_u16`](super::AsyncReadExt::read_u16) and its like.
///
/// # Example
/// ```
/// use toque::io::AsyncReadExt;
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut reader = &[1_u8, 2, 3, 0][..];
/// assert_eq!(reader.read_u16().await?, 0x0102);
/// assert_eq!(reader.read_u16_le().await?, 3);
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct ReadNumber<'a, R: ?Sized, T, const N: usize> {
    reader: &'a mut R,
    bytes: [u8; N],
    /// How many of `bytes` have been read.
    filled: usize,
    /// The order of the bytes: `from_be_bytes` or `from_le_bytes`.
    number: fn([u8; N]) -> T,
}

impl<'a, R: ?Sized, T, const N: usize> ReadNumber<'a, R, T, N> {
    pub(super) fn new(reader: &'a mut R, number: fn([u8; N]) -> T) -> Self {
        Self {
            reader,
            bytes: [0; N],
            filled: 0,
            number,
        }
    }
}

impl<R: AsyncRead + Unpin + ?Sized, T, const N: usize> Future for ReadNumber<'_, R, T, N> {
    type Output = io::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        ready!(poll_fill(
            this.reader,
            cx,
            &mut this.bytes,
            &mut this.filled
        ))?;
        Poll::Ready(Ok((this.number)(this.bytes)))
    }
}

/// The future of [`AsyncWriteExt::write_u16`](super::AsyncWriteExt::write_u16) and its like.
///
/// # Example
/// ```
/// use toque::io::AsyncWriteExt;
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut writer = Vec::new();
/// writer.write_u16(0x0102).await?;
/// writer.write_u16_le(3).await?;
/// assert_eq!(writer, [1, 2, 3, 0]);
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct WriteNumber<'a, W: ?Sized, const N: usize> {
    writer: &'a mut W,
    bytes: [u8; N],
    /// How many of `bytes` have been written.
    written: usize,
}

impl<'a, W: ?Sized, const N: usize> WriteNumber<'a, W, N> {
    pub(super) fn new(writer: &'a mut W, bytes: [u8; N]) -> Self {
        Self {
            writer,
            bytes,
            written: 0,
        }
    }
}

impl<W: AsyncWrite + Unpin + ?Sized, const N: usize> Future for WriteNumber<'_, W, N> {
    type Output = io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        while this.written < N {
            let rest = &this.bytes[this.written..];
            let n = ready!(Pin::new(&mut *this.writer).poll_write(cx, rest))?;
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            this.written += n;
        }
        Poll::Ready(Ok(()))
    }
}
