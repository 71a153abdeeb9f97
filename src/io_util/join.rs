//! `join`: a reader and a writer as one stream, such as standard input and output. futures-lite has none.

use std::io::{self, IoSlice, IoSliceMut};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::{AsyncBufRead, AsyncRead, AsyncWrite};
use pin_project_lite::pin_project;

/// A stream that reads from `reader` and writes to `writer`.
///
/// # Example
/// ```
/// use toque::io::{AsyncReadExt, AsyncWriteExt, join};
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let mut stream = join(&b"question"[..], Vec::new());
///     stream.write_all(b"answer").await?;
///     let mut read = String::new();
///     stream.read_to_string(&mut read).await?;
///     assert_eq!(read, "question");
///     assert_eq!(stream.into_inner().1, b"answer");
///     Ok(())
/// })
/// # }
/// ```
pub fn join<R: AsyncRead, W: AsyncWrite>(reader: R, writer: W) -> Join<R, W> {
    Join { reader, writer }
}

pin_project! {
    /// A reader and a writer as one stream. Made by [`join`].
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, Join, join};
    ///
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut stream: Join<_, _> = join(&b"question"[..], Vec::new());
    /// stream.write_all(b"answer").await?;
    /// assert_eq!(stream.into_inner(), (&b"question"[..], b"answer".to_vec()));
    /// # Ok::<(), std::io::Error>(())
    /// # })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[derive(Debug)]
    pub struct Join<R, W> {
        #[pin]
        reader: R,
        #[pin]
        writer: W,
    }
}

impl<R, W> Join<R, W> {
    /// The reader and the writer.
    ///
    /// # Example
    /// ```
    /// use toque::io::join;
    ///
    /// let stream = join(&b"question"[..], Vec::<u8>::new());
    /// let (reader, writer) = stream.into_inner();
    /// assert_eq!((reader, writer), (&b"question"[..], vec![]));
    /// ```
    pub fn into_inner(self) -> (R, W) {
        (self.reader, self.writer)
    }

    /// The reader.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncReadExt, join};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut stream = join(&b"soup, salad"[..], Vec::new());
    /// stream.read_exact(&mut [0; 6]).await?;
    /// assert_eq!(*stream.reader(), b"salad"); // what is left of it
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn reader(&self) -> &R {
        &self.reader
    }

    /// The writer.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, join};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut stream = join(&b"question"[..], Vec::new());
    /// stream.write_all(b"answer").await?;
    /// assert_eq!(stream.writer(), b"answer");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn writer(&self) -> &W {
        &self.writer
    }

    /// The reader.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncReadExt, join};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut stream = join(&b"question"[..], Vec::new());
    /// *stream.reader_mut() = b"another";
    /// let mut read = String::new();
    /// stream.read_to_string(&mut read).await?;
    /// assert_eq!(read, "another");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn reader_mut(&mut self) -> &mut R {
        &mut self.reader
    }

    /// The writer.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, join};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut stream = join(&b"question"[..], Vec::new());
    /// stream.write_all(b"answer").await?;
    /// let answer = std::mem::take(stream.writer_mut()); // the next one begins anew
    /// assert_eq!(answer, b"answer");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn writer_mut(&mut self) -> &mut W {
        &mut self.writer
    }
}

impl<R: AsyncRead, W> AsyncRead for Join<R, W> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.project().reader.poll_read(cx, buf)
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().reader.poll_read_vectored(cx, bufs)
    }
}

impl<R: AsyncBufRead, W> AsyncBufRead for Join<R, W> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        self.project().reader.poll_fill_buf(cx)
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.project().reader.consume(amount);
    }
}

impl<R, W: AsyncWrite> AsyncWrite for Join<R, W> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.project().writer.poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().writer.poll_write_vectored(cx, bufs)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().writer.poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().writer.poll_close(cx)
    }
}
