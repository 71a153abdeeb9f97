//! The halves of a Unix stream: those that all streams have.

use super::UnixStream;
use crate::net::halves;

/// The half that reads, of [`UnixStream::split`].
///
/// # Example
/// ```
/// use futures_lite::{AsyncReadExt, AsyncWriteExt, future};
/// use toque::net::UnixStream;
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let (mut ours, mut theirs) = UnixStream::pair()?;
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
pub type ReadHalf<'a> = halves::ReadHalf<'a, UnixStream>;
/// The half that writes, of [`UnixStream::split`].
///
/// # Example
/// ```
/// use futures_lite::{AsyncReadExt, AsyncWriteExt};
/// use toque::net::UnixStream;
/// use toque::net::unix::WriteHalf;
///
/// # toque::Runtime::new()?.block_on(async {
/// let (mut ours, mut theirs) = UnixStream::pair()?;
/// let (_reader, mut writer): (_, WriteHalf<'_>) = ours.split();
/// writer.write_all(b"hi").await?;
/// let mut heard = [0; 2];
/// theirs.read_exact(&mut heard).await?;
/// assert_eq!(&heard, b"hi");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub type WriteHalf<'a> = halves::WriteHalf<'a, UnixStream>;
/// The half that reads, of [`UnixStream::into_split`].
///
/// # Example
/// ```
/// use futures_lite::{AsyncReadExt, AsyncWriteExt};
/// use toque::net::UnixStream;
///
/// # fn main() -> std::io::Result<()> {
/// toque::Runtime::new()?.block_on(async {
///     let (ours, theirs) = UnixStream::pair()?;
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
pub type OwnedReadHalf = halves::OwnedReadHalf<UnixStream>;
/// The half that writes, of [`UnixStream::into_split`].
///
/// # Example
/// ```
/// use futures_lite::{AsyncReadExt, AsyncWriteExt};
/// use toque::net::UnixStream;
/// use toque::net::unix::OwnedWriteHalf;
///
/// # toque::Runtime::new()?.block_on(async {
/// let (ours, mut theirs) = UnixStream::pair()?;
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
pub type OwnedWriteHalf = halves::OwnedWriteHalf<UnixStream>;
/// The two halves given to `reunite` are not of one stream. They come back with it.
///
/// # Example
/// ```
/// use toque::net::UnixStream;
/// use toque::net::unix::ReuniteError;
///
/// # toque::Runtime::new()?.block_on(async {
/// let (ours, theirs) = UnixStream::pair()?;
/// let (reader, _writer) = ours.into_split();
/// let (_reader, writer) = theirs.into_split();
/// let error: ReuniteError = reader.reunite(writer).unwrap_err();
/// let (_reader, _writer) = (error.0, error.1); // they are not lost
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub type ReuniteError = halves::ReuniteError<UnixStream>;
