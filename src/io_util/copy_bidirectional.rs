//! `copy_bidirectional`: two streams, each into the other. What a proxy does. futures-lite has none.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};

use super::copy::{BUFFER, Copying};

/// Copies from `a` to `b` and from `b` to `a` at the same time, until both have ended. Tells how many bytes went each way: those
/// from `a` to `b` first.
///
/// When one has ended, the other's write half is shut down, and the other direction goes on.
///
/// # Errors
/// The first of either stream. Both directions end with it.
///
/// # Cancel safety
/// None: what has been read and not yet written is lost.
///
/// # Example
/// ```
/// use toque::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional, duplex};
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let (mut client, mut near) = duplex(64);
///     let (mut far, mut server) = duplex(64);
///     let proxy = toque::spawn(async move { copy_bidirectional(&mut near, &mut far).await });
///
///     client.write_all(b"hungry").await?;
///     client.shutdown().await?;
///     let mut order = String::new();
///     server.read_to_string(&mut order).await?;
///     assert_eq!(order, "hungry");
///     server.write_all(b"a sandwich").await?;
///     drop(server);
///
///     assert_eq!(proxy.await.unwrap()?, (6, 10));
///     Ok(())
/// })
/// # }
/// ```
pub async fn copy_bidirectional<A, B>(a: &mut A, b: &mut B) -> io::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + ?Sized,
    B: AsyncRead + AsyncWrite + Unpin + ?Sized,
{
    copy_bidirectional_with_sizes(a, b, BUFFER, BUFFER).await
}

/// As [`copy_bidirectional`], with buffers of these sizes, in bytes.
///
/// # Errors
/// As [`copy_bidirectional`].
///
/// # Panics
/// If a size is 0: that buffer would never hold anything.
///
/// # Cancel safety
/// As [`copy_bidirectional`].
///
/// # Example
/// ```
/// use toque::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional_with_sizes, duplex};
///
/// # fn main() -> std::io::Result<()> {
/// # toque::Runtime::new()?.block_on(async {
/// let (mut client, mut near) = duplex(64);
/// let (mut far, mut server) = duplex(64);
/// let proxy = toque::spawn(async move {
///     copy_bidirectional_with_sizes(&mut near, &mut far, 1024, 16).await
/// });
/// client.write_all(b"hungry").await?;
/// client.shutdown().await?;
/// let mut order = String::new();
/// server.read_to_string(&mut order).await?;
/// drop(server);
/// assert_eq!(order, "hungry");
/// assert_eq!(proxy.await.unwrap()?, (6, 0));
/// # Ok(())
/// # })
/// # }
/// ```
pub async fn copy_bidirectional_with_sizes<A, B>(
    a: &mut A,
    b: &mut B,
    a_to_b_buf_size: usize,
    b_to_a_buf_size: usize,
) -> io::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + ?Sized,
    B: AsyncRead + AsyncWrite + Unpin + ?Sized,
{
    let mut there = Direction::new(a_to_b_buf_size);
    let mut back = Direction::new(b_to_a_buf_size);
    let mut turn = false;
    poll_fn(|cx| {
        turn = !turn; // or one that is always ready would spend the budget of both
        if turn {
            let sent = there.poll(cx, a, b)?;
            let received = back.poll(cx, b, a)?;
            Poll::Ready(Ok((ready!(sent), ready!(received))))
        } else {
            let received = back.poll(cx, b, a)?;
            let sent = there.poll(cx, a, b)?;
            Poll::Ready(Ok((ready!(sent), ready!(received))))
        }
    })
    .await
}

/// How far one direction is.
#[derive(Debug)]
enum Direction {
    Copying(Copying),
    /// The reader has ended, after so many bytes; the writer is told.
    ShuttingDown(u64),
    Done(u64),
}

impl Direction {
    fn new(size: usize) -> Self {
        assert!(size > 0, "a buffer of no bytes copies nothing");
        Self::Copying(Copying::new(size))
    }

    fn poll<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        reader: &mut R,
        writer: &mut W,
    ) -> Poll<io::Result<u64>>
    where
        R: AsyncRead + Unpin + ?Sized,
        W: AsyncWrite + Unpin + ?Sized,
    {
        loop {
            *self = match self {
                Self::Copying(copying) => {
                    Self::ShuttingDown(ready!(copying.poll(cx, reader, writer))?)
                }
                Self::ShuttingDown(bytes) => {
                    ready!(Pin::new(&mut *writer).poll_close(cx))?;
                    Self::Done(*bytes)
                }
                Self::Done(bytes) => return Poll::Ready(Ok(*bytes)),
            }
        }
    }
}
