//! `copy_buf`: all of a buffered reader into a writer, without a buffer in between.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncBufRead, AsyncWrite};

use crate::future::budget;

/// As [`copy`](super::copy), straight from the reader's own buffer.
///
/// Each write costs an operation of the budget.
///
/// # Errors
/// The first of the reader or of the writer; `WriteZero` if the writer takes no more.
///
/// # Cancel safety
/// Nothing is lost: what has not been written stays in the reader. How much was written can't be told.
///
/// # Example
/// ```
/// use toque::io::BufReader;
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let mut reader = BufReader::new(&b"a sandwich"[..]);
///     let mut writer = Vec::new();
///     assert_eq!(toque::io::copy_buf(&mut reader, &mut writer).await?, 10);
///     Ok(())
/// })
/// # }
/// ```
pub async fn copy_buf<R, W>(reader: &mut R, writer: &mut W) -> io::Result<u64>
where
    R: AsyncBufRead + Unpin + ?Sized,
    W: AsyncWrite + Unpin + ?Sized,
{
    let mut written = 0;
    loop {
        let n = poll_fn(|cx| poll_some(cx, reader, writer)).await?;
        if n == 0 {
            poll_fn(|cx| Pin::new(&mut *writer).poll_flush(cx)).await?;
            return Ok(written);
        }
        written += n as u64;
    }
}

/// Writes some of what is buffered. 0 at the end.
fn poll_some<R, W>(cx: &mut Context<'_>, reader: &mut R, writer: &mut W) -> Poll<io::Result<usize>>
where
    R: AsyncBufRead + Unpin + ?Sized,
    W: AsyncWrite + Unpin + ?Sized,
{
    ready!(budget::poll_proceed(cx));
    let Poll::Ready(chunk) = Pin::new(&mut *reader).poll_fill_buf(cx)? else {
        ready!(Pin::new(writer).poll_flush(cx))?;
        return Poll::Pending; // the reader owes the wake
    };
    if chunk.is_empty() {
        return Poll::Ready(Ok(0));
    }
    let n = ready!(Pin::new(writer).poll_write(cx, chunk))?;
    if n == 0 {
        return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
    }
    Pin::new(reader).consume(n);
    budget::spend();
    Poll::Ready(Ok(n))
}
