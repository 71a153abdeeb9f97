//! hyper on toque: the four traits by which hyper 1 asks its runtime for streams, time and tasks.
//! hyper's connections call them. [`TcpStream`] is a hyper stream as it is; other streams go in [`Io`].
//!
//! # Example
//! ```
//! use hyper::{Request, Response, body::Incoming};
//! use toque::net::{TcpListener, TcpStream};
//!
//! # fn main() -> std::io::Result<()> {
//! # toque::Runtime::new()?.block_on(async {
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let client = TcpStream::connect(listener.local_addr()?).await?;
//! let (served, _) = listener.accept().await?;
//! toque::spawn(hyper::server::conn::http1::Builder::new().serve_connection(
//!     served, // as it is
//!     hyper::service::service_fn(async |_: Request<Incoming>| {
//!         Ok::<_, std::convert::Infallible>(Response::new(String::from("soup")))
//!     }),
//! ));
//!
//! let (mut client, connection) = hyper::client::conn::http1::handshake(client).await.unwrap();
//! toque::spawn(connection);
//! let answer = client.send_request(Request::new(String::new())).await.unwrap();
//! assert_eq!(answer.status(), 200);
//! # Ok(())
//! # })
//! # }
//! ```

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use ::hyper::rt::{self, ReadBuf, ReadBufCursor};
use futures_io::{AsyncRead, AsyncWrite};
use pin_project_lite::pin_project;
use rustix::net::RecvFlags;

use crate::net::TcpStream;
use crate::net::halves::Stream;
use crate::time::{self, Sleep};

impl rt::Read for TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // SAFETY: nothing is uninitialised that was not: the slice is used by `recv` alone, which only writes bytes to it.
        let spare = unsafe { buf.as_mut() };
        let n = ready!(self.poll_read_with(cx, spare.len(), |io| {
            let (_, n) = rustix::net::recv(io, &mut *spare, RecvFlags::empty())?;
            Ok(n)
        }))?;
        // SAFETY: `recv` has initialised the first `n` bytes of the unfilled part; without MSG_TRUNC, `n` is not more than
        // it was given.
        unsafe { buf.advance(n) };
        Poll::Ready(Ok(()))
    }
}

impl rt::Write for TcpStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        AsyncWrite::poll_write(self, cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(self, cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_close(self, cx)
    }

    /// A head and its body leave in one call.
    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        AsyncWrite::poll_write_vectored(self, cx, bufs)
    }
}

pin_project! {
    /// A stream with the other crate's traits: of `futures-io`'s it makes hyper's, of hyper's (an upgraded connection) it
    /// makes `futures-io`'s.
    ///
    /// # Example
    /// ```
    /// use toque::compat::hyper::Io;
    ///
    /// fn wants_hyper(_: impl hyper::rt::Read + hyper::rt::Write) {}
    ///
    /// let stream = futures_lite::io::Cursor::new(Vec::new());
    /// wants_hyper(Io::new(stream));
    /// ```
    #[derive(Debug)]
    pub struct Io<T> {
        // The stream; pinned with the wrapper.
        #[pin]
        inner: T,
    }
}

impl<T> Io<T> {
    /// Wraps a stream.
    ///
    /// # Example
    /// ```
    /// use toque::compat::hyper::Io;
    ///
    /// fn wants_hyper(_: impl hyper::rt::Read + hyper::rt::Write) {}
    /// wants_hyper(Io::new(futures_lite::io::Cursor::new(Vec::new())));
    /// ```
    pub fn new(inner: T) -> Io<T> {
        Io { inner }
    }

    /// The stream.
    ///
    /// # Example
    /// ```
    /// use toque::compat::hyper::Io;
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
    /// use toque::compat::hyper::Io;
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
    /// use toque::compat::hyper::Io;
    ///
    /// let stream = Io::new(vec![1, 2, 3]); // what an upgrade of hyper's gives back, say
    /// assert_eq!(stream.into_inner(), [1, 2, 3]);
    /// ```
    pub fn into_inner(self) -> T {
        self.inner
    }
}

impl<T: AsyncRead> rt::Read for Io<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let room = buf.remaining();
        let spare = buf.initialize_unfilled();
        let n = ready!(self.project().inner.poll_read(cx, spare))?;
        assert!(n <= room, "a stream has read more than its buffer holds");
        // SAFETY: all that was unfilled has been initialised above, and `n` is not more than that.
        unsafe { buf.advance(n) };
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite> rt::Write for Io<T> {
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

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_close(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write_vectored(cx, bufs)
    }
}

impl<T: rt::Read> AsyncRead for Io<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buf = ReadBuf::new(buf);
        ready!(self.project().inner.poll_read(cx, buf.unfilled()))?;
        Poll::Ready(Ok(buf.filled().len()))
    }
}

impl<T: rt::Write> AsyncWrite for Io<T> {
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

/// hyper's deadlines on the runtime's timers.
///
/// # Example
/// ```
/// use hyper::server::conn::http1;
/// use std::time::Duration;
/// use toque::compat::hyper::Timer;
///
/// let mut server = http1::Builder::new();
/// server.timer(Timer).header_read_timeout(Duration::from_secs(10));
/// ```
///
/// # Panics
/// Its sleeps panic outside of a runtime, as [`toque::time::sleep`](crate::time::sleep) does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timer;

impl rt::Sleep for Sleep {}

impl rt::Timer for Timer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(time::sleep(duration))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(time::sleep_until(deadline.into()))
    }

    fn now(&self) -> Instant {
        time::Instant::now().into()
    }

    /// In place: a keep-alive connection moves its deadline with every request.
    fn reset(&self, sleep: &mut Pin<Box<dyn rt::Sleep>>, new_deadline: Instant) {
        match sleep.as_mut().downcast_mut_pin::<Sleep>() {
            Some(mut sleep) => sleep.reset(new_deadline.into()),
            None => *sleep = self.sleep_until(new_deadline),
        }
    }
}

/// hyper's background tasks as tasks of the runtime. They need not be `Send`.
///
/// # Example
/// ```
/// use hyper::rt::Executor as _;
/// use toque::compat::hyper::Executor;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let (tell, told) = toque::sync::oneshot::channel();
/// Executor.execute(async move { tell.send("cooked") }); // as hyper does
/// assert_eq!(told.await.unwrap(), "cooked");
/// # });
/// ```
///
/// # Panics
/// Its `execute` panics outside of a runtime, as [`toque::spawn`](crate::spawn) does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Executor;

impl<F> rt::Executor<F> for Executor
where
    F: Future + 'static,
    F::Output: 'static,
{
    fn execute(&self, future: F) {
        drop(crate::task::spawn(future)); // detached
    }
}
