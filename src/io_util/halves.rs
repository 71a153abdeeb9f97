//! `split`: any stream as two halves, one to read and one to write. futures-lite's can't be put together again.
//!
//! The streams of `net` have better ones of their own, without a lock: `into_split`.

use std::io::{self, IoSlice, IoSliceMut};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};

/// Splits a stream into a half to read and a half to write, which may go to two tasks.
///
/// The stream is behind a lock that is held for the length of a poll, never while a task waits. It is dropped with the second half:
/// dropping the write half tells the other side nothing, `shutdown` does.
///
/// # Example
/// ```
/// use toque::io::{AsyncReadExt, AsyncWriteExt, duplex, split};
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let (client, mut server) = duplex(64);
///     let (mut reader, mut writer) = split(client);
///     toque::spawn(async move { writer.write_all(b"order").await });
///     server.write_all(b"lunch").await?;
///
///     let mut buf = [0; 5];
///     reader.read_exact(&mut buf).await?;
///     assert_eq!(&buf, b"lunch");
///     Ok(())
/// })
/// # }
/// ```
pub fn split<T: AsyncRead + AsyncWrite + Unpin>(stream: T) -> (ReadHalf<T>, WriteHalf<T>) {
    let stream = Arc::new(Mutex::new(stream));
    let reader = ReadHalf {
        stream: Arc::clone(&stream),
    };
    (reader, WriteHalf { stream })
}

/// The half to read. Made by [`split`].
///
/// # Example
/// ```
/// use toque::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, duplex, split};
///
/// # toque::Runtime::new()?.block_on(async {
/// let (client, mut server) = duplex(64);
/// let (mut reader, _writer): (ReadHalf<_>, _) = split(client);
/// server.write_all(b"soup").await?;
/// let mut dish = [0; 4];
/// reader.read_exact(&mut dish).await?;
/// assert_eq!(&dish, b"soup");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct ReadHalf<T> {
    /// Shared with the half to write.
    stream: Arc<Mutex<T>>,
}

/// The half to write. Made by [`split`].
///
/// # Example
/// ```
/// use toque::io::{AsyncReadExt, AsyncWriteExt, WriteHalf, duplex, split};
///
/// # toque::Runtime::new()?.block_on(async {
/// let (client, mut server) = duplex(64);
/// let (_reader, mut writer): (_, WriteHalf<_>) = split(client);
/// writer.write_all(b"soup").await?;
/// let mut order = [0; 4];
/// server.read_exact(&mut order).await?;
/// assert_eq!(&order, b"soup");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct WriteHalf<T> {
    /// Shared with the half to read.
    stream: Arc<Mutex<T>>,
}

impl<T> ReadHalf<T> {
    /// Whether both are of one stream.
    ///
    /// # Example
    /// ```
    /// let (one, other) = toque::io::duplex(64);
    /// let (reader, writer) = toque::io::split(one);
    /// let (_, of_the_other) = toque::io::split(other);
    /// assert!(reader.is_pair_of(&writer)); // so they may be put together again
    /// assert!(!reader.is_pair_of(&of_the_other));
    /// ```
    pub fn is_pair_of(&self, other: &WriteHalf<T>) -> bool {
        other.is_pair_of(self)
    }

    /// The stream again.
    ///
    /// # Panics
    /// If the halves are of two streams.
    ///
    /// # Example
    /// ```
    /// let (stream, _other) = toque::io::duplex(64);
    /// let (reader, writer) = toque::io::split(stream);
    /// let _stream = reader.unsplit(writer);
    /// ```
    #[track_caller]
    pub fn unsplit(self, other: WriteHalf<T>) -> T {
        assert!(
            self.is_pair_of(&other),
            "`unsplit`: these are halves of two streams: pass the half that came from the same `split`"
        );
        drop(other);
        let stream = Arc::into_inner(self.stream).expect("there are two halves, no more");
        stream.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> WriteHalf<T> {
    /// Whether both are of one stream.
    ///
    /// # Example
    /// ```
    /// let (one, other) = toque::io::duplex(64);
    /// let (reader, writer) = toque::io::split(one);
    /// let (of_the_other, _) = toque::io::split(other);
    /// assert!(writer.is_pair_of(&reader));
    /// assert!(!writer.is_pair_of(&of_the_other));
    /// ```
    pub fn is_pair_of(&self, other: &ReadHalf<T>) -> bool {
        Arc::ptr_eq(&self.stream, &other.stream)
    }
}

/// A poll that panicked leaves the stream to its own devices, as it would without the lock.
fn lock<T>(stream: &Mutex<T>) -> MutexGuard<'_, T> {
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T: AsyncRead + Unpin> AsyncRead for ReadHalf<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *lock(&self.stream)).poll_read(cx, buf)
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *lock(&self.stream)).poll_read_vectored(cx, bufs)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for WriteHalf<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *lock(&self.stream)).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *lock(&self.stream)).poll_write_vectored(cx, bufs)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *lock(&self.stream)).poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *lock(&self.stream)).poll_close(cx)
    }
}
