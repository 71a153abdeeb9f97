//! The owned halves: one stream, read by one task and written by another.
//! Made by `into_split`; the stream lives as long as either half, and can be put together again.

use std::error::Error;
use std::fmt;
use std::net::Shutdown;
use std::sync::Arc;

use super::Stream;
use crate::net::faces::{async_read, async_write};

/// The half that reads, of `into_split`.
#[derive(Debug)]
pub struct OwnedReadHalf<S> {
    /// Shared with the other half. An `Arc`, so that a half is `Send` as the stream is.
    pub(in crate::net) stream: Arc<S>,
}

/// The half that writes, of `into_split`.
///
/// Dropped, it shuts down writing: the peer sees the end. [`forget`](Self::forget) drops it without.
#[derive(Debug)]
pub struct OwnedWriteHalf<S: Stream> {
    /// Shared with the other half. An `Arc`, so that a half is `Send` as the stream is.
    stream: Arc<S>,
    /// Not after `close`, `forget` and `reunite`: done, or not wanted.
    shutdown_on_drop: bool,
}

/// The two halves given to `reunite` are not of one stream. They come back with it.
#[derive(Debug)]
pub struct ReuniteError<S: Stream>(pub OwnedReadHalf<S>, pub OwnedWriteHalf<S>);

impl<S: Stream> fmt::Display for ReuniteError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the two halves are not of the same stream")
    }
}

impl<S: Stream> Error for ReuniteError<S> {}

pub(in crate::net) fn into_split<S: Stream>(stream: S) -> (OwnedReadHalf<S>, OwnedWriteHalf<S>) {
    let stream = Arc::new(stream);
    let reader = OwnedReadHalf {
        stream: Arc::clone(&stream),
    };
    let writer = OwnedWriteHalf {
        stream,
        shutdown_on_drop: true,
    };
    (reader, writer)
}

fn reunite<S: Stream>(
    reader: OwnedReadHalf<S>,
    writer: OwnedWriteHalf<S>,
) -> Result<S, ReuniteError<S>> {
    if !Arc::ptr_eq(&reader.stream, &writer.stream) {
        return Err(ReuniteError(reader, writer));
    }
    writer.forget();
    // The halves are the only two that share it, and one of them is gone.
    Ok(Arc::into_inner(reader.stream).expect("a half of a stream is never cloned"))
}

impl<S: Stream> OwnedReadHalf<S> {
    super::read_half_methods!(OwnedReadHalf);

    /// Puts the stream together again.
    ///
    /// # Errors
    /// Gives both halves back if they are not of the same stream.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// let (reader, writer) = ours.into_split();
    /// let ours = reader.reunite(writer).map_err(std::io::Error::other)?; // one that is whole, as before
    /// ours.try_write(b"soup")?;
    /// assert_eq!(theirs.try_read(&mut [0; 16])?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn reunite(self, other: OwnedWriteHalf<S>) -> Result<S, ReuniteError<S>> {
        reunite(self, other)
    }
}

impl<S: Stream> OwnedWriteHalf<S> {
    super::write_half_methods!(OwnedWriteHalf);

    /// Puts the stream together again.
    ///
    /// # Errors
    /// Gives both halves back if they are not of the same stream.
    ///
    /// # Example
    /// ```
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// let (reader, writer) = ours.into_split();
    /// let ours = writer.reunite(reader).map_err(std::io::Error::other)?;
    /// ours.try_write(b"soup")?;
    /// assert_eq!(theirs.try_read(&mut [0; 16])?, 4);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn reunite(self, other: OwnedReadHalf<S>) -> Result<S, ReuniteError<S>> {
        reunite(other, self)
    }

    /// Drops the half and leaves the connection open for writing, for as long as the read half lives.
    ///
    /// # Example
    /// ```
    /// use std::io::ErrorKind;
    /// use toque::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// let (_reader, writer) = ours.into_split();
    /// writer.forget();
    /// let nothing = theirs.try_read(&mut [0; 16]).unwrap_err(); // but not the end
    /// assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn forget(mut self) {
        self.shutdown_on_drop = false;
    }
}

impl<S: Stream> Drop for OwnedWriteHalf<S> {
    fn drop(&mut self) {
        if self.shutdown_on_drop {
            // It fails if the connection is gone: then there is nobody left to tell.
            let _ = self.stream.shutdown(Shutdown::Write);
        }
    }
}

async_read!(OwnedReadHalf<S> where S: Stream);
async_write!(OwnedWriteHalf<S> where S: Stream, close: |half| {
    half.shutdown_on_drop = false; // done here
    half.stream.close()
});

impl<S> AsRef<S> for OwnedReadHalf<S> {
    fn as_ref(&self) -> &S {
        &self.stream
    }
}

impl<S: Stream> AsRef<S> for OwnedWriteHalf<S> {
    fn as_ref(&self) -> &S {
        &self.stream
    }
}
