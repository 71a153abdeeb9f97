//! The borrowed halves: one stream, read and written by one task at the same time.
//! Made by `split`; both refer to the same stream, which can be used whole again when they are gone.

use super::Stream;
use crate::net::faces::{async_read, async_write};

/// The half that reads, of `split`.
#[derive(Debug)]
pub struct ReadHalf<'a, S> {
    /// Shared with the other half: a stream can be used through a reference.
    pub(in crate::net) stream: &'a S,
}

/// The half that writes, of `split`.
///
/// Dropping it shuts down nothing; closing it (`close()` of futures-lite) does.
#[derive(Debug)]
pub struct WriteHalf<'a, S> {
    /// Shared with the other half: a stream can be used through a reference.
    stream: &'a S,
}

pub(in crate::net) fn split<S>(stream: &mut S) -> (ReadHalf<'_, S>, WriteHalf<'_, S>) {
    let stream = &*stream;
    (ReadHalf { stream }, WriteHalf { stream })
}

impl<S: Stream> ReadHalf<'_, S> {
    super::read_half_methods!(ReadHalf);
}

impl<S: Stream> WriteHalf<'_, S> {
    super::write_half_methods!(WriteHalf);
}

async_read!(ReadHalf<'_, S> where S: Stream);
async_write!(WriteHalf<'_, S> where S: Stream, close: |half| half.stream.close());

impl<S> AsRef<S> for ReadHalf<'_, S> {
    fn as_ref(&self) -> &S {
        self.stream
    }
}

impl<S> AsRef<S> for WriteHalf<'_, S> {
    fn as_ref(&self) -> &S {
        self.stream
    }
}
