//! `copy`: all of a reader into a writer. futures-lite's takes both by value, and never gives way if both are always ready.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};

use crate::future::budget;

/// The size of a copy's buffer: tokio's and std's.
pub(super) const BUFFER: usize = 8 * 1024;

/// Reads `reader` to its end, writes all of it to `writer`, flushes, and tells how many bytes that was.
///
/// While the reader has nothing, what was written is flushed. A reader and a writer that are always ready give way: a buffer
/// of 8 KiB costs an operation of the budget.
///
/// # Errors
/// The first of the reader or of the writer; `WriteZero` if the writer takes no more.
///
/// # Cancel safety
/// None: what has been read and not yet written is lost.
///
/// # Example
/// ```
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let mut reader = &b"a sandwich"[..];
///     let mut writer = Vec::new();
///     assert_eq!(toque::io::copy(&mut reader, &mut writer).await?, 10);
///     assert_eq!(writer, b"a sandwich");
///     Ok(())
/// })
/// # }
/// ```
pub async fn copy<R, W>(reader: &mut R, writer: &mut W) -> io::Result<u64>
where
    R: AsyncRead + Unpin + ?Sized,
    W: AsyncWrite + Unpin + ?Sized,
{
    let mut copying = Copying::new(BUFFER);
    poll_fn(|cx| copying.poll(cx, reader, writer)).await
}

/// A copy under way, in one direction.
#[derive(Debug)]
pub(super) struct Copying {
    buf: Box<[u8]>,
    /// What of `buf` has been read, and not yet written.
    start: usize,
    end: usize,
    /// The reader has ended.
    is_read: bool,
    /// Something was written since the last flush.
    is_dirty: bool,
    /// Bytes written.
    written: u64,
}

impl Copying {
    pub(super) fn new(size: usize) -> Self {
        Self {
            buf: vec![0; size].into_boxed_slice(),
            start: 0,
            end: 0,
            is_read: false,
            is_dirty: false,
            written: 0,
        }
    }

    /// Goes on until the reader has ended and all is written and flushed. Tells the number of bytes.
    pub(super) fn poll<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        reader: &mut R,
        writer: &mut W,
    ) -> Poll<io::Result<u64>>
    where
        R: AsyncRead + Unpin + ?Sized,
        W: AsyncWrite + Unpin + ?Sized,
    {
        while !self.is_read {
            ready!(budget::poll_proceed(cx));
            ready!(self.poll_write(cx, writer))?;
            if self.poll_read(cx, reader)?.is_pending() {
                ready!(self.poll_flush(cx, writer))?;
                return Poll::Pending; // the reader owes the wake
            }
            budget::spend();
        }
        ready!(self.poll_flush(cx, writer))?;
        Poll::Ready(Ok(self.written))
    }

    /// Reads into the buffer, which is empty.
    fn poll_read<R: AsyncRead + Unpin + ?Sized>(
        &mut self,
        cx: &mut Context<'_>,
        reader: &mut R,
    ) -> Poll<io::Result<()>> {
        let n = ready!(Pin::new(reader).poll_read(cx, &mut self.buf))?;
        (self.start, self.end) = (0, n);
        self.is_read = n == 0;
        Poll::Ready(Ok(()))
    }

    /// Writes what is in the buffer.
    fn poll_write<W: AsyncWrite + Unpin + ?Sized>(
        &mut self,
        cx: &mut Context<'_>,
        writer: &mut W,
    ) -> Poll<io::Result<()>> {
        while self.start < self.end {
            let rest = &self.buf[self.start..self.end];
            let n = ready!(Pin::new(&mut *writer).poll_write(cx, rest))?;
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.start += n;
            self.written += n as u64;
            self.is_dirty = true;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_flush<W: AsyncWrite + Unpin + ?Sized>(
        &mut self,
        cx: &mut Context<'_>,
        writer: &mut W,
    ) -> Poll<io::Result<()>> {
        if self.is_dirty {
            ready!(Pin::new(writer).poll_flush(cx))?;
            self.is_dirty = false;
        }
        Poll::Ready(Ok(()))
    }
}
