//! `Async`: any descriptor that can be polled, made awaitable.
//! For what the crate has no type of: a pty, inotify, a GPIO line, a socket of another kind. Exported as `toque::io::Async`.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};

use crate::reactor::Direction;
use crate::runtime::Registration;

/// A descriptor in the reactor.
///
/// It is read and written through [`read_with`](Self::read_with) and [`write_with`](Self::write_with), whatever its
/// operations are called, and through [`futures_io::AsyncRead`] and [`AsyncWrite`] where `&T` is [`Read`] and [`Write`].
/// Several tasks may wait for it. There is no way to the inner value by `&mut`: the descriptor must stay the one that was
/// registered.
///
/// Files on a disk can't be polled: use the blocking pool for them.
///
/// # Example
/// A byte through a pair of Unix sockets:
/// ```
/// use std::io::{Read, Write};
/// use std::os::unix::net::UnixStream;
/// use toque::io::Async;
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let (ours, theirs) = UnixStream::pair()?;
///     let (ours, theirs) = (Async::new(ours)?, Async::new(theirs)?);
///     toque::spawn(async move { ours.write_with(|mut io| io.write(b"!")).await });
///
///     let mut byte = [0];
///     let n = theirs.read_with(|mut io| io.read(&mut byte)).await?;
///     assert_eq!((n, byte), (1, *b"!"));
///     Ok(())
/// })
/// # }
/// ```
#[derive(Debug)]
pub struct Async<T: AsFd> {
    /// The key to its readiness. Before `io`, so that it leaves the reactor before the descriptor is closed.
    registration: Registration,
    /// What the caller brought, and gets back from `into_inner`.
    io: T,
}

impl<T: AsFd> Async<T> {
    /// Puts a descriptor into the reactor of this thread's runtime, and sets it to non-blocking.
    ///
    /// Non-blocking is a property of what the descriptor refers to, so it holds for all descriptors that share it: standard
    /// input made so is non-blocking for the shell that waits outside, too.
    ///
    /// # Errors
    /// As the system reports them; `PermissionDenied` for what can't be polled, such as a file on a disk.
    ///
    /// # Panics
    /// Outside of a runtime.
    ///
    /// # Example
    /// ```
    /// use std::os::unix::net::UnixDatagram;
    /// use toque::io::Async;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixDatagram::pair()?;
    /// let ours = Async::new(ours)?;
    /// theirs.send(b"soup")?;
    /// assert_eq!(ours.read_with(|io| io.recv(&mut [0; 8])).await?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[track_caller]
    pub fn new(io: T) -> io::Result<Async<T>> {
        rustix::io::ioctl_fionbio(&io, true)?;
        Ok(Self {
            registration: Registration::new(io.as_fd(), true)?,
            io,
        })
    }

    /// What is inside.
    ///
    /// # Example
    /// ```
    /// use std::os::unix::net::UnixDatagram;
    /// use toque::io::Async;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, _theirs) = UnixDatagram::pair()?;
    /// let ours = Async::new(ours)?;
    /// assert!(ours.get_ref().local_addr()?.is_unnamed());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn get_ref(&self) -> &T {
        &self.io
    }

    /// Takes it out of the reactor. It stays non-blocking.
    ///
    /// # Example
    /// ```
    /// use std::os::unix::net::UnixDatagram;
    /// use toque::io::Async;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixDatagram::pair()?;
    /// let ours = Async::new(ours)?.into_inner();
    /// ours.set_nonblocking(false)?; // as it was
    /// theirs.send(b"soup")?;
    /// assert_eq!(ours.recv(&mut [0; 8])?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn into_inner(self) -> T {
        let Self { registration, io } = self;
        drop(registration);
        io
    }

    /// Waits until it may be read.
    ///
    /// It may be a false alarm, and it may come again at once until an operation of [`read_with`](Self::read_with) has said
    /// `WouldBlock`: only that tells the reactor that all has been read.
    ///
    /// # Errors
    /// On a foreign thread, an error that says so.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    ///
    /// # Example
    /// ```
    /// use std::os::unix::net::UnixDatagram;
    /// use toque::io::Async;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixDatagram::pair()?;
    /// let ours = Async::new(ours)?;
    /// theirs.send(b"soup")?;
    /// ours.readable().await?; // no buffer is needed until then
    /// assert_eq!(ours.read_with(|io| io.recv(&mut [0; 8])).await?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn readable(&self) -> io::Result<()> {
        self.registration.ready(Direction::Read).await
    }

    /// Waits until it may be written. As [`readable`](Self::readable), with [`write_with`](Self::write_with).
    ///
    /// # Errors
    /// On a foreign thread, an error that says so.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    ///
    /// # Example
    /// ```
    /// use std::os::unix::net::UnixDatagram;
    /// use toque::io::Async;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixDatagram::pair()?;
    /// let ours = Async::new(ours)?;
    /// ours.writable().await?; // what is sent can be made up now, not before
    /// assert_eq!(ours.write_with(|io| io.send(b"soup")).await?, 4);
    /// assert_eq!(theirs.recv(&mut [0; 8])?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn writable(&self) -> io::Result<()> {
        self.registration.ready(Direction::Write).await
    }

    /// As [`readable`](Self::readable), for hand-written futures.
    ///
    /// # Errors
    /// On a foreign thread, an error that says so.
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use std::os::unix::net::UnixDatagram;
    /// use toque::io::Async;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixDatagram::pair()?;
    /// let ours = Async::new(ours)?;
    /// theirs.send(b"soup")?;
    /// poll_fn(|cx| ours.poll_readable(cx)).await?;
    /// assert_eq!(ours.read_with(|io| io.recv(&mut [0; 8])).await?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.registration.poll_ready(Direction::Read, cx)
    }

    /// As [`writable`](Self::writable), for hand-written futures.
    ///
    /// # Errors
    /// On a foreign thread, an error that says so.
    ///
    /// # Example
    /// ```
    /// use std::future::poll_fn;
    /// use std::os::unix::net::UnixDatagram;
    /// use toque::io::Async;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixDatagram::pair()?;
    /// let ours = Async::new(ours)?;
    /// poll_fn(|cx| ours.poll_writable(cx)).await?;
    /// assert_eq!(ours.write_with(|io| io.send(b"soup")).await?, 4);
    /// # assert_eq!(theirs.recv(&mut [0; 8])?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.registration.poll_ready(Direction::Write, cx)
    }

    /// Calls `op` as often as the descriptor becomes readable, until it says something else than `WouldBlock`.
    ///
    /// `op` must be an operation that waits for the descriptor to be readable, and must say `WouldBlock` only if the
    /// descriptor has said so: otherwise the call may wait for ever.
    ///
    /// # Errors
    /// Those of `op`. On a foreign thread, an error that says so.
    ///
    /// # Cancel safety
    /// Nothing is lost: `op` is not called after the future is dropped, and its result is returned by the poll that called
    /// it.
    ///
    /// # Example
    /// ```
    /// use std::os::unix::net::UnixDatagram;
    /// use toque::io::Async;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixDatagram::pair()?;
    /// let ours = Async::new(ours)?;
    /// toque::spawn(async move { theirs.send(b"soup") }); // later
    /// let mut order = [0; 8];
    /// let n = ours.read_with(|io| io.recv(&mut order)).await?;
    /// assert_eq!(&order[..n], b"soup");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn read_with<R>(&self, mut op: impl FnMut(&T) -> io::Result<R>) -> io::Result<R> {
        self.registration.io(Direction::Read, || op(&self.io)).await
    }

    /// As [`read_with`](Self::read_with), for operations that wait for the descriptor to be writable.
    ///
    /// # Errors
    /// Those of `op`. On a foreign thread, an error that says so.
    ///
    /// # Cancel safety
    /// As [`read_with`](Self::read_with).
    ///
    /// # Example
    /// ```
    /// use std::os::unix::net::UnixDatagram;
    /// use toque::io::Async;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixDatagram::pair()?;
    /// let ours = Async::new(ours)?;
    /// assert_eq!(ours.write_with(|io| io.send(b"soup")).await?, 4);
    /// assert_eq!(theirs.recv(&mut [0; 8])?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn write_with<R>(&self, mut op: impl FnMut(&T) -> io::Result<R>) -> io::Result<R> {
        self.registration
            .io(Direction::Write, || op(&self.io))
            .await
    }

    fn poll_with<R>(
        &self,
        direction: Direction,
        cx: &mut Context<'_>,
        mut op: impl FnMut(&T) -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        self.registration.poll_io(direction, cx, || op(&self.io))
    }
}

impl<T: AsFd> AsyncRead for &Async<T>
where
    for<'a> &'a T: Read,
{
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_with(Direction::Read, cx, |mut io| io.read(buf))
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_with(Direction::Read, cx, |mut io| io.read_vectored(bufs))
    }
}

impl<T: AsFd> AsyncWrite for &Async<T>
where
    for<'a> &'a T: Write,
{
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_with(Direction::Write, cx, |mut io| io.write(buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_with(Direction::Write, cx, |mut io| io.write_vectored(bufs))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_with(Direction::Write, cx, |mut io| io.flush())
    }

    /// Flushes. What closing means is not known of a descriptor in general: it is closed when it is dropped.
    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

impl<T: AsFd> AsyncRead for Async<T>
where
    for<'a> &'a T: Read,
{
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_read(cx, buf)
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_read_vectored(cx, bufs)
    }
}

impl<T: AsFd> AsyncWrite for Async<T>
where
    for<'a> &'a T: Write,
{
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_write_vectored(cx, bufs)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self).poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self).poll_close(cx)
    }
}

impl<T: AsFd> AsFd for Async<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.io.as_fd()
    }
}

impl<T: AsFd> AsRawFd for Async<T> {
    fn as_raw_fd(&self) -> RawFd {
        self.io.as_fd().as_raw_fd()
    }
}
