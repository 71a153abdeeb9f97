//! `read_to_end` and `read_to_string`: all that comes, appended to what is there.
//!
//! futures-lite's `read_to_end` zeroes all the spare capacity of the buffer in every poll, which is quadratic for a body of
//! many segments; its `read_to_string` replaces what is in the string.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncRead;

/// The most that one read is offered, and so the most that a poll zeroes in vain.
const CHUNK: usize = 64 * 1024;

/// The future of [`AsyncReadExt::read_to_end`](super::AsyncReadExt::read_to_end).
///
/// # Example
/// ```
/// use toque::io::AsyncReadExt;
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut reader = &b" and bread"[..];
/// let mut order = b"soup".to_vec();
/// assert_eq!(reader.read_to_end(&mut order).await?, 10);
/// assert_eq!(order, b"soup and bread"); // appended
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct ReadToEnd<'a, R: ?Sized> {
    reader: &'a mut R,
    buf: &'a mut Vec<u8>,
    /// How many bytes have been read.
    read: usize,
}

impl<'a, R: ?Sized> ReadToEnd<'a, R> {
    pub(super) fn new(reader: &'a mut R, buf: &'a mut Vec<u8>) -> Self {
        Self {
            reader,
            buf,
            read: 0,
        }
    }
}

impl<R: AsyncRead + Unpin + ?Sized> Future for ReadToEnd<'_, R> {
    type Output = io::Result<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        poll_read_to_end(this.reader, cx, this.buf, &mut this.read)
    }
}

/// The future of [`AsyncReadExt::read_to_string`](super::AsyncReadExt::read_to_string).
///
/// # Example
/// ```
/// use toque::io::AsyncReadExt;
///
/// # toque::Runtime::new()?.block_on(async {
/// let mut reader = &b" and bread"[..];
/// let mut order = String::from("soup");
/// assert_eq!(reader.read_to_string(&mut order).await?, 10);
/// assert_eq!(order, "soup and bread"); // appended
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct ReadToString<'a, R: ?Sized> {
    reader: &'a mut R,
    string: &'a mut String,
    /// What has been read: a character may be cut in two until the end has come.
    bytes: Vec<u8>,
    /// How many bytes have been read.
    read: usize,
}

impl<'a, R: ?Sized> ReadToString<'a, R> {
    pub(super) fn new(reader: &'a mut R, string: &'a mut String) -> Self {
        Self {
            reader,
            string,
            bytes: Vec::new(),
            read: 0,
        }
    }
}

impl<R: AsyncRead + Unpin + ?Sized> Future for ReadToString<'_, R> {
    type Output = io::Result<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let result = ready!(poll_read_to_end(
            this.reader,
            cx,
            &mut this.bytes,
            &mut this.read
        ));
        Poll::Ready(append(this.string, &mut this.bytes, result))
    }
}

/// Appends what was read to a string, also what came before an error. The error of the reader is told first.
pub(super) fn append(
    string: &mut String,
    bytes: &mut Vec<u8>,
    result: io::Result<usize>,
) -> io::Result<usize> {
    let bytes = std::mem::take(bytes);
    match std::str::from_utf8(&bytes) {
        Ok(text) => {
            string.push_str(text);
            result
        }
        Err(_) => result.and(Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the stream is no valid UTF-8",
        ))),
    }
}

fn poll_read_to_end<R: AsyncRead + Unpin + ?Sized>(
    reader: &mut R,
    cx: &mut Context<'_>,
    buf: &mut Vec<u8>,
    read: &mut usize,
) -> Poll<io::Result<usize>> {
    loop {
        let mut spare = Spare::of(buf);
        let n = ready!(Pin::new(&mut *reader).poll_read(cx, spare.bytes()))?;
        if n == 0 {
            return Poll::Ready(Ok(*read));
        }
        spare.keep(n);
        *read += n;
    }
}

/// Zeroed room at the end of a buffer. What is not kept is cut off again, also on a panic.
struct Spare<'a> {
    buf: &'a mut Vec<u8>,
    /// How much of `buf` is content.
    len: usize,
}

impl<'a> Spare<'a> {
    fn of(buf: &'a mut Vec<u8>) -> Self {
        let len = buf.len();
        buf.reserve(32); // `Vec` doubles by itself
        let room = (buf.capacity() - len).min(CHUNK);
        buf.resize(len + room, 0);
        Self { buf, len }
    }

    fn bytes(&mut self) -> &mut [u8] {
        &mut self.buf[self.len..]
    }

    fn keep(&mut self, n: usize) {
        self.len += n;
    }
}

impl Drop for Spare<'_> {
    fn drop(&mut self) {
        self.buf.truncate(self.len);
    }
}
