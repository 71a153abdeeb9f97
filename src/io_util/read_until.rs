//! `read_until` and `read_line`: up to a delimiter, appended to what is there.
//!
//! futures-lite's `read_line` replaces what is in the string, and its search for the delimiter goes byte by byte; std's does
//! not, and is lent for each chunk.

use std::future::Future;
use std::io::{self, BufRead};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncBufRead;

use super::read_to_end::append;

/// The future of [`AsyncBufReadExt::read_until`](super::AsyncBufReadExt::read_until).
///
/// # Example
/// ```
/// use toque::io::AsyncBufReadExt;
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut reader = &b"soup;bread"[..];
/// let mut order = Vec::new();
/// assert_eq!(reader.read_until(b';', &mut order).await?, 5);
/// assert_eq!(order, b"soup;");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct ReadUntil<'a, R: ?Sized> {
    reader: &'a mut R,
    delimiter: u8,
    buf: &'a mut Vec<u8>,
    /// How many bytes have been read.
    read: usize,
}

impl<'a, R: ?Sized> ReadUntil<'a, R> {
    pub(super) fn new(reader: &'a mut R, delimiter: u8, buf: &'a mut Vec<u8>) -> Self {
        Self {
            reader,
            delimiter,
            buf,
            read: 0,
        }
    }
}

impl<R: AsyncBufRead + Unpin + ?Sized> Future for ReadUntil<'_, R> {
    type Output = io::Result<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let reader = Pin::new(&mut *this.reader);
        poll_read_until(reader, cx, this.delimiter, this.buf, &mut this.read)
    }
}

/// The future of [`AsyncBufReadExt::read_line`](super::AsyncBufReadExt::read_line).
///
/// # Example
/// ```
/// use toque::io::AsyncBufReadExt;
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut reader = &b"soup\nbread\n"[..];
/// let mut order = String::new();
/// assert_eq!(reader.read_line(&mut order).await?, 5);
/// assert_eq!(order, "soup\n");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct ReadLine<'a, R: ?Sized> {
    reader: &'a mut R,
    string: &'a mut String,
    /// What has been read: a character may be cut in two until the line is whole.
    bytes: Vec<u8>,
    /// How many bytes have been read.
    read: usize,
}

impl<'a, R: ?Sized> ReadLine<'a, R> {
    pub(super) fn new(reader: &'a mut R, string: &'a mut String) -> Self {
        Self {
            reader,
            string,
            bytes: Vec::new(),
            read: 0,
        }
    }
}

impl<R: AsyncBufRead + Unpin + ?Sized> Future for ReadLine<'_, R> {
    type Output = io::Result<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let reader = Pin::new(&mut *this.reader);
        let result = ready!(poll_read_until(
            reader,
            cx,
            b'\n',
            &mut this.bytes,
            &mut this.read
        ));
        Poll::Ready(append(this.string, &mut this.bytes, result))
    }
}

/// Appends to `buf` until the delimiter has come, with it, or the end. `read` counts, from poll to poll.
pub(super) fn poll_read_until<R: AsyncBufRead + ?Sized>(
    mut reader: Pin<&mut R>,
    cx: &mut Context<'_>,
    delimiter: u8,
    buf: &mut Vec<u8>,
    read: &mut usize,
) -> Poll<io::Result<usize>> {
    loop {
        let mut chunk = ready!(reader.as_mut().poll_fill_buf(cx))?;
        let n = chunk.read_until(delimiter, buf)?;
        reader.as_mut().consume(n);
        *read += n;
        if n == 0 || buf.last() == Some(&delimiter) {
            return Poll::Ready(Ok(*read));
        }
    }
}
