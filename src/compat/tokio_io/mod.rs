//! tokio's I/O traits on toque's streams, for libraries that want them: tokio-rustls, tokio-postgres, h2, tungstenite.
//! Of tokio that is the traits alone: no runtime, reactor or timer of its comes along.
//!
//! Every stream, half and pipe of [`net`](crate::net) has them as it is, and so has what [`io`](crate::io) makes itself. What has
//! `futures-io`'s traits only, such as futures-lite's `BufReader`, or tokio's only, goes in [`Io`].
//!
//! # Example
//! ```
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! use toque::net::{TcpListener, TcpStream};
//!
//! # fn main() -> std::io::Result<()> {
//! # toque::Runtime::new()?.block_on(async {
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let mut guest = TcpStream::connect(listener.local_addr()?).await?;
//! let (mut waiter, _) = listener.accept().await?;
//! guest.write_all(b"soup").await?; // tokio's traits, on toque's stream
//! let mut order = [0; 4];
//! waiter.read_exact(&mut order).await?;
//! assert_eq!(&order, b"soup");
//! # Ok(())
//! # })
//! # }
//! ```

#[cfg(feature = "io-util")]
mod io_util;
#[cfg(unix)]
mod unix;

use std::io::{self, IoSlice, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite, ReadBuf};

use crate::fs::File;
use crate::fs::file::machine::Outcome;
use crate::net::TcpStream;
use crate::net::halves::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, Stream, WriteHalf};
use crate::stdio::{Stderr, Stdin, Stdout};

/// Reads into what is unfilled. It is initialised first, which costs something the first time a buffer is used.
fn poll_read<T: futures_io::AsyncRead>(
    stream: Pin<&mut T>,
    cx: &mut Context<'_>,
    buf: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    let n = ready!(stream.poll_read(cx, buf.initialize_unfilled()))?;
    buf.advance(n); // it panics on a stream that claims more than the buffer holds
    Poll::Ready(Ok(()))
}

/// tokio's `AsyncRead`, by `futures-io`'s.
macro_rules! reads {
    ($([$($generics:tt)*] $type:ty [$($bounds:tt)*];)*) => {$(
        impl<$($generics)*> AsyncRead for $type
        where
            $($bounds)*
        {
            fn poll_read(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &mut ReadBuf<'_>,
            ) -> Poll<io::Result<()>> {
                poll_read(self, cx, buf)
            }
        }
    )*};
}

/// tokio's `AsyncWrite`, by `futures-io`'s. Its `shutdown` is the other's `close`. The last word says whether several buffers
/// leave in one call, a head and its body for instance; where it is `false`, callers join them first.
macro_rules! writes {
    ($([$($generics:tt)*] $type:ty [$($bounds:tt)*] $vectored:literal;)*) => {$(
        impl<$($generics)*> AsyncWrite for $type
        where
            $($bounds)*
        {
            fn poll_write(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &[u8],
            ) -> Poll<io::Result<usize>> {
                futures_io::AsyncWrite::poll_write(self, cx, buf)
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                futures_io::AsyncWrite::poll_write_vectored(self, cx, bufs)
            }

            fn is_write_vectored(&self) -> bool {
                $vectored
            }

            fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                futures_io::AsyncWrite::poll_flush(self, cx)
            }

            fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                futures_io::AsyncWrite::poll_close(self, cx)
            }
        }
    )*};
}

use {reads, writes};

reads! {
    [] TcpStream [];
    [S: Stream] OwnedReadHalf<S> [];
    [S: Stream] ReadHalf<'_, S> [];
    [] File [];
    [] Stdin [];
}

writes! {
    [] TcpStream [] true;
    [S: Stream] OwnedWriteHalf<S> [] true;
    [S: Stream] WriteHalf<'_, S> [] true;
    [] File [] true;
    [] Stdout [] false;
    [] Stderr [] false;
}

/// tokio's, in two steps.
impl AsyncSeek for File {
    fn start_seek(self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        self.get_mut().machine().start_seek(position)
    }

    /// Where a seek has led; without one under way 0, once the file is idle.
    fn poll_complete(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        match ready!(self.machine().poll_outcome(cx)) {
            Outcome::Sought(_, result) => Poll::Ready(result),
            _ => Poll::Ready(Ok(0)),
        }
    }
}

#[cfg(all(feature = "process", unix))]
mod process; // here, since the macros above are known from here on

pin_project! {
    /// A stream with the other crate's traits: of `futures-io`'s it makes tokio's, of tokio's it makes `futures-io`'s.
    ///
    /// # Example
    /// ```
    /// use toque::compat::tokio_io::Io;
    ///
    /// fn wants_tokio(_: impl tokio::io::AsyncRead + tokio::io::AsyncWrite) {}
    ///
    /// let stream = futures_lite::io::Cursor::new(Vec::new());
    /// wants_tokio(Io::new(stream));
    /// ```
    #[derive(Debug)]
    pub struct Io<T> {
        // The stream; pinned with the wrapper.
        #[pin]
        inner: T,
        // Where a seek of tokio's two-step kind is to go, from its start to its completion.
        seek: Option<SeekFrom>,
    }
}

impl<T> Io<T> {
    /// Wraps a stream.
    ///
    /// # Example
    /// ```
    /// use toque::compat::tokio_io::Io;
    ///
    /// fn wants_tokio(_: impl tokio::io::AsyncRead + tokio::io::AsyncWrite) {}
    /// wants_tokio(Io::new(futures_lite::io::Cursor::new(Vec::new())));
    /// ```
    pub fn new(inner: T) -> Io<T> {
        Io { inner, seek: None }
    }

    /// The stream.
    ///
    /// # Example
    /// ```
    /// use toque::compat::tokio_io::Io;
    ///
    /// let stream = Io::new(vec![1, 2, 3]);
    /// assert_eq!(stream.get_ref().len(), 3);
    /// ```
    pub fn get_ref(&self) -> &T {
        &self.inner
    }

    /// The stream.
    ///
    /// # Example
    /// ```
    /// use toque::compat::tokio_io::Io;
    ///
    /// let mut stream = Io::new(vec![1, 2, 3]);
    /// stream.get_mut().clear();
    /// assert!(stream.get_ref().is_empty());
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// The stream, out of its wrapper.
    ///
    /// # Example
    /// ```
    /// use toque::compat::tokio_io::Io;
    ///
    /// let stream = Io::new(vec![1, 2, 3]);
    /// assert_eq!(stream.into_inner(), [1, 2, 3]);
    /// ```
    pub fn into_inner(self) -> T {
        self.inner
    }
}

impl<T: futures_io::AsyncRead> AsyncRead for Io<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        poll_read(self.project().inner, cx, buf)
    }
}

impl<T: futures_io::AsyncBufRead> AsyncBufRead for Io<T> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        self.project().inner.poll_fill_buf(cx)
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.project().inner.consume(amount);
    }
}

impl<T: futures_io::AsyncWrite> AsyncWrite for Io<T> {
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

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_close(cx)
    }
}

impl<T: futures_io::AsyncSeek> AsyncSeek for Io<T> {
    fn start_seek(self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        *self.project().seek = Some(position);
        Ok(())
    }

    /// Without a seek under way it tells where the stream is.
    fn poll_complete(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        let this = self.project();
        let position = this.seek.unwrap_or(SeekFrom::Current(0));
        let found = ready!(this.inner.poll_seek(cx, position));
        *this.seek = None;
        Poll::Ready(found)
    }
}

impl<T: AsyncRead> futures_io::AsyncRead for Io<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buf = ReadBuf::new(buf);
        ready!(self.project().inner.poll_read(cx, &mut buf))?;
        Poll::Ready(Ok(buf.filled().len()))
    }
}

impl<T: AsyncBufRead> futures_io::AsyncBufRead for Io<T> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        self.project().inner.poll_fill_buf(cx)
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.project().inner.consume(amount);
    }
}

impl<T: AsyncWrite> futures_io::AsyncWrite for Io<T> {
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
        self.project().inner.poll_shutdown(cx)
    }
}

impl<T: AsyncSeek> futures_io::AsyncSeek for Io<T> {
    fn poll_seek(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        position: SeekFrom,
    ) -> Poll<io::Result<u64>> {
        if self.seek != Some(position) {
            ready!(self.as_mut().project().inner.poll_complete(cx))?; // tokio asks for that before a start
            self.as_mut().project().inner.start_seek(position)?;
            *self.as_mut().project().seek = Some(position);
        }
        let this = self.project();
        let found = ready!(this.inner.poll_complete(cx));
        *this.seek = None;
        Poll::Ready(found)
    }
}
