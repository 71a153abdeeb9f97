//! The halves of a TCP stream: those that all streams have, and peeking.

use std::io;
use std::task::{Context, Poll};

use super::TcpStream;
use crate::net::halves;

/// The half that reads, of [`TcpStream::split`].
///
/// # Example
/// ```
/// use futures_lite::{AsyncReadExt, AsyncWriteExt, future};
/// use toque::net::{TcpListener, TcpStream};
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let mut ours = TcpStream::connect(listener.local_addr()?).await?;
///     let (mut theirs, _) = listener.accept().await?;
///     let (mut reader, mut writer) = ours.split();
///     let mut answer = [0; 2];
///     future::try_zip(writer.write_all(b"hi"), async {
///         # let mut order = [0; 2];
///         # theirs.read_exact(&mut order).await?;
///         # theirs.write_all(&order).await?;
///         reader.read_exact(&mut answer).await
///     })
///     .await?;
///     # assert_eq!(&answer, b"hi");
///     Ok(())
/// })
/// # }
/// ```
pub type ReadHalf<'a> = halves::ReadHalf<'a, TcpStream>;
/// The half that writes, of [`TcpStream::split`].
///
/// # Example
/// ```
/// use futures_lite::{AsyncReadExt, AsyncWriteExt};
/// use toque::net::{TcpListener, TcpStream};
/// use toque::net::tcp::WriteHalf;
///
/// # toque::Runtime::new()?.block_on(async {
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let mut ours = TcpStream::connect(listener.local_addr()?).await?;
/// let (mut theirs, _) = listener.accept().await?;
/// let (_reader, mut writer): (_, WriteHalf<'_>) = ours.split();
/// writer.write_all(b"hi").await?;
/// let mut heard = [0; 2];
/// theirs.read_exact(&mut heard).await?;
/// assert_eq!(&heard, b"hi");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub type WriteHalf<'a> = halves::WriteHalf<'a, TcpStream>;
/// The half that reads, of [`TcpStream::into_split`].
///
/// # Example
/// ```
/// use futures_lite::{AsyncReadExt, AsyncWriteExt};
/// use toque::net::{TcpListener, TcpStream};
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let ours = TcpStream::connect(listener.local_addr()?).await?;
///     let (theirs, _) = listener.accept().await?;
///     toque::spawn(async move { futures_lite::io::copy(&theirs, &theirs).await });
///
///     let (mut reader, mut writer) = ours.into_split();
///     toque::spawn(async move { writer.write_all(b"hi").await });
///     let mut answer = String::new();
///     reader.read_to_string(&mut answer).await?;
///     assert_eq!(answer, "hi");
///     Ok(())
/// })
/// # }
/// ```
pub type OwnedReadHalf = halves::OwnedReadHalf<TcpStream>;
/// The half that writes, of [`TcpStream::into_split`].
///
/// # Example
/// ```
/// use futures_lite::{AsyncReadExt, AsyncWriteExt};
/// use toque::net::{TcpListener, TcpStream};
/// use toque::net::tcp::OwnedWriteHalf;
///
/// # toque::Runtime::new()?.block_on(async {
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let ours = TcpStream::connect(listener.local_addr()?).await?;
/// let (mut theirs, _) = listener.accept().await?;
/// let (_reader, mut writer): (_, OwnedWriteHalf) = ours.into_split();
/// writer.write_all(b"hi").await?;
/// drop(writer); // nothing more will come
/// let mut heard = String::new();
/// theirs.read_to_string(&mut heard).await?;
/// assert_eq!(heard, "hi");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub type OwnedWriteHalf = halves::OwnedWriteHalf<TcpStream>;
/// The two halves given to `reunite` are not of one stream. They come back with it.
///
/// # Example
/// ```
/// use toque::net::{TcpListener, TcpStream};
/// use toque::net::tcp::ReuniteError;
///
/// # toque::Runtime::new()?.block_on(async {
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let ours = TcpStream::connect(listener.local_addr()?).await?;
/// let (theirs, _) = listener.accept().await?;
/// let (reader, _writer) = ours.into_split();
/// let (_reader, writer) = theirs.into_split();
/// let error: ReuniteError = reader.reunite(writer).unwrap_err();
/// let (_reader, _writer) = (error.0, error.1); // they are not lost
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub type ReuniteError = halves::ReuniteError<TcpStream>;

/// The methods of a half that `$split` makes.
macro_rules! peeking {
    ($split:literal) => {
        /// As [`TcpStream::peek`].
        ///
        /// # Errors
        /// Those of the connection. On a foreign thread, an error that says so.
        ///
        /// # Cancel safety
        /// Nothing is lost.
        ///
        #[doc = $crate::net::faces::example!(half_peek $split)]
        pub async fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
            self.stream.peek(buf).await
        }

        /// As [`TcpStream::poll_peek`].
        ///
        /// # Errors
        /// As [`peek`](Self::peek).
        ///
        #[doc = $crate::net::faces::example!(half_poll_peek $split)]
        pub fn poll_peek(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
            self.stream.poll_peek(cx, buf)
        }
    };
}

impl ReadHalf<'_> {
    peeking!("split");
}

impl OwnedReadHalf {
    peeking!("into_split");
}
