//! The halves of a TCP stream: those that all streams have, and peeking.

use std::io;
use std::task::{Context, Poll};

use super::TcpStream;
use crate::net::halves;

/// The half that reads, of [`TcpStream::split`].
pub type ReadHalf<'a> = halves::ReadHalf<'a, TcpStream>;
/// The half that writes, of [`TcpStream::split`].
pub type WriteHalf<'a> = halves::WriteHalf<'a, TcpStream>;
/// The half that reads, of [`TcpStream::into_split`].
pub type OwnedReadHalf = halves::OwnedReadHalf<TcpStream>;
/// The half that writes, of [`TcpStream::into_split`].
pub type OwnedWriteHalf = halves::OwnedWriteHalf<TcpStream>;
/// The two halves given to `reunite` are not of one stream. They come back with it.
pub type ReuniteError = halves::ReuniteError<TcpStream>;

macro_rules! peeking {
    () => {
        /// As [`TcpStream::peek`].
        ///
        /// # Errors
        /// Those of the connection. On a foreign thread, an error that says so.
        ///
        /// # Cancel safety
        /// Nothing is lost.
        pub async fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
            self.stream.peek(buf).await
        }

        /// As [`TcpStream::poll_peek`].
        ///
        /// # Errors
        /// As [`peek`](Self::peek).
        pub fn poll_peek(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
            self.stream.poll_peek(cx, buf)
        }
    };
}

impl ReadHalf<'_> {
    peeking!();
}

impl OwnedReadHalf {
    peeking!();
}
