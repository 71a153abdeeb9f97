//! The halves of a Unix stream: those that all streams have.

use super::UnixStream;
use crate::net::halves;

/// The half that reads, of [`UnixStream::split`].
pub type ReadHalf<'a> = halves::ReadHalf<'a, UnixStream>;
/// The half that writes, of [`UnixStream::split`].
pub type WriteHalf<'a> = halves::WriteHalf<'a, UnixStream>;
/// The half that reads, of [`UnixStream::into_split`].
pub type OwnedReadHalf = halves::OwnedReadHalf<UnixStream>;
/// The half that writes, of [`UnixStream::into_split`].
pub type OwnedWriteHalf = halves::OwnedWriteHalf<UnixStream>;
/// The two halves given to `reunite` are not of one stream. They come back with it.
pub type ReuniteError = halves::ReuniteError<UnixStream>;
