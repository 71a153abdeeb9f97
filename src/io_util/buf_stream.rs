//! `BufStream`: a stream that is buffered both ways. futures-lite has none; it is a `BufReader` of a `BufWriter`.

use std::io::{self, IoSlice, IoSliceMut, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite};
use futures_lite::io::BufReader;
use pin_project_lite::pin_project;

use super::buf_writer::BufWriter;

pin_project! {
    /// Buffers what is read from a stream, and what is written to it.
    ///
    /// What is written goes out when its buffer is full, and by `flush` and `shutdown`: a question must be flushed before its
    /// answer is waited for. Dropped, it is lost.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncBufReadExt, AsyncWriteExt, BufStream, duplex};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// toque::Runtime::new()?.block_on(async {
    ///     let (client, server) = duplex(64);
    ///     let (mut client, mut server) = (BufStream::new(client), BufStream::new(server));
    ///     client.write_all(b"hungry\n").await?;
    ///     client.flush().await?;
    ///
    ///     let mut line = String::new();
    ///     server.read_line(&mut line).await?;
    ///     assert_eq!(line, "hungry\n");
    ///     Ok(())
    /// })
    /// # }
    /// ```
    #[derive(Debug)]
    pub struct BufStream<S> {
        #[pin]
        inner: BufReader<BufWriter<S>>,
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> BufStream<S> {
    /// With buffers of 8 KiB.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncBufReadExt, AsyncWriteExt, BufStream, duplex};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (guest, mut waiter) = duplex(64);
    /// let mut guest = BufStream::new(guest);
    /// waiter.write_all(b"yes?\n").await?;
    /// let mut line = String::new();
    /// guest.read_line(&mut line).await?;
    /// assert_eq!(line, "yes?\n");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn new(stream: S) -> BufStream<S> {
        Self {
            inner: BufReader::new(BufWriter::new(stream)),
        }
    }

    /// With buffers of so many bytes.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncBufReadExt, AsyncWriteExt, BufStream, duplex};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (guest, mut waiter) = duplex(64);
    /// let mut guest = BufStream::with_capacity(4, 1024, guest); // little is read, much is written
    /// waiter.write_all(b"what would you like?").await?;
    /// assert_eq!(guest.fill_buf().await?, b"what");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn with_capacity(
        reader_capacity: usize,
        writer_capacity: usize,
        stream: S,
    ) -> BufStream<S> {
        let writer = BufWriter::with_capacity(writer_capacity, stream);
        Self {
            inner: BufReader::with_capacity(reader_capacity, writer),
        }
    }

    /// The stream.
    ///
    /// # Example
    /// ```
    /// use toque::io::{BufStream, Cursor};
    ///
    /// let stream = BufStream::new(Cursor::new(Vec::from("soup")));
    /// assert_eq!(stream.get_ref().get_ref(), b"soup");
    /// ```
    pub fn get_ref(&self) -> &S {
        self.inner.get_ref().get_ref()
    }

    /// The stream. What is read from it or written to it goes past the buffers.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncReadExt, BufStream, Cursor};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut stream = BufStream::new(Cursor::new(Vec::from("soup")));
    /// stream.get_mut().set_position(2); // before anything is in the buffer
    /// let mut rest = String::new();
    /// stream.read_to_string(&mut rest).await?;
    /// assert_eq!(rest, "up");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn get_mut(&mut self) -> &mut S {
        self.inner.get_mut().get_mut()
    }

    /// The stream. What is in the buffers is lost.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, BufStream, Cursor};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut stream = BufStream::new(Cursor::new(Vec::new()));
    /// stream.write_all(b"soup").await?;
    /// stream.flush().await?; // else it would be lost
    /// assert_eq!(stream.into_inner().into_inner(), b"soup");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn into_inner(self) -> S {
        self.inner.into_inner().into_inner()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for BufStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_read(cx, buf)
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_read_vectored(cx, bufs)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncBufRead for BufStream<S> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        self.project().inner.poll_fill_buf(cx)
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.project().inner.consume(amount);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for BufStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write_vectored(cx, bufs)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_close(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + AsyncSeek + Unpin> AsyncSeek for BufStream<S> {
    /// Writes what is in the one buffer first, and drops what is in the other.
    fn poll_seek(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        position: SeekFrom,
    ) -> Poll<io::Result<u64>> {
        self.project().inner.poll_seek(cx, position)
    }
}
