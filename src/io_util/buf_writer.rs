//! `BufWriter`: futures-lite's, with the writer's own reads let through: a buffered socket is read as before.

use std::io::{self, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite};
use futures_lite::io::BufWriter as Lite;
use pin_project_lite::pin_project;

pin_project! {
    /// Gathers small writes in a buffer, of 8 KiB unless told, and writes them in one call.
    ///
    /// What is in the buffer is written when it is full, and by `flush` and `shutdown`. Dropped, it is lost. If the writer is a
    /// reader too, this is one as well.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, BufWriter};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// toque::Runtime::new()?.block_on(async {
    ///     let mut writer = BufWriter::new(Vec::new());
    ///     writer.write_all(b"a sand").await?;
    ///     writer.write_all(b"wich").await?;
    ///     assert_eq!(writer.get_ref(), b"");
    ///     writer.flush().await?;
    ///     assert_eq!(writer.get_ref(), b"a sandwich");
    ///     Ok(())
    /// })
    /// # }
    /// ```
    #[derive(Debug)]
    pub struct BufWriter<W> {
        #[pin]
        inner: Lite<W>,
    }
}

impl<W: AsyncWrite> BufWriter<W> {
    /// With a buffer of 8 KiB.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, BufWriter};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut order = BufWriter::new(Vec::new());
    /// for dish in ["soup ", "salad"] {
    ///     order.write_all(dish.as_bytes()).await?;
    /// }
    /// order.flush().await?; // one write instead of two
    /// assert_eq!(order.into_inner(), b"soup salad");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn new(inner: W) -> BufWriter<W> {
        Self {
            inner: Lite::new(inner),
        }
    }

    /// With a buffer of so many bytes.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, BufWriter};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut order = BufWriter::with_capacity(4, Vec::new());
    /// order.write_all(b"soup").await?;
    /// order.write_all(b"!").await?; // no room for it: what is there goes out first
    /// assert_eq!((order.get_ref().as_slice(), order.buffer()), (&b"soup"[..], &b"!"[..]));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn with_capacity(capacity: usize, inner: W) -> BufWriter<W> {
        Self {
            inner: Lite::with_capacity(capacity, inner),
        }
    }

    /// The writer.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, BufWriter};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut order = BufWriter::new(Vec::new());
    /// order.write_all(b"soup").await?;
    /// order.flush().await?;
    /// assert_eq!(order.get_ref(), b"soup");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn get_ref(&self) -> &W {
        self.inner.get_ref()
    }

    /// The writer. What is written to it comes before what is in the buffer.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, BufWriter};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut order = BufWriter::new(Vec::new());
    /// order.write_all(b"soup").await?;
    /// order.get_mut().extend_from_slice(b"urgent: "); // past the buffer
    /// order.flush().await?;
    /// assert_eq!(order.get_ref(), b"urgent: soup");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn get_mut(&mut self) -> &mut W {
        self.inner.get_mut()
    }

    /// The writer. What is in the buffer is lost.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, BufWriter};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut order = BufWriter::new(Vec::new());
    /// order.write_all(b"soup").await?;
    /// order.flush().await?; // else it would be lost
    /// assert_eq!(order.into_inner(), b"soup");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn into_inner(self) -> W {
        self.inner.into_inner()
    }

    /// What has not been written yet. While a flush is under way it begins with what that has written already.
    ///
    /// # Example
    /// ```
    /// use toque::io::{AsyncWriteExt, BufWriter};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let mut order = BufWriter::new(Vec::new());
    /// order.write_all(b"soup").await?;
    /// assert_eq!(order.buffer(), b"soup");
    /// order.flush().await?;
    /// assert!(order.buffer().is_empty());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn buffer(&self) -> &[u8] {
        self.inner.buffer()
    }
}

impl<W: AsyncWrite> AsyncWrite for BufWriter<W> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_close(cx)
    }
}

impl<W: AsyncWrite + AsyncSeek> AsyncSeek for BufWriter<W> {
    /// Writes what is in the buffer first.
    fn poll_seek(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        position: SeekFrom,
    ) -> Poll<io::Result<u64>> {
        self.project().inner.poll_seek(cx, position)
    }
}

impl<W: AsyncWrite + AsyncRead + Unpin> AsyncRead for BufWriter<W> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(self.inner.get_mut()).poll_read(cx, buf)
    }
}

impl<W: AsyncWrite + AsyncBufRead + Unpin> AsyncBufRead for BufWriter<W> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        Pin::new(self.get_mut().inner.get_mut()).poll_fill_buf(cx)
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        Pin::new(self.inner.get_mut()).consume(amount);
    }
}
