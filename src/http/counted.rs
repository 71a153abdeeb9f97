//! A read that tells how many bytes it brought, which hyper's trait does not, and lets them be looked at.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::hyper::rt::{Read, ReadBuf, ReadBufCursor};

/// `look` is shown what has come. The byte whose index it gives becomes a NUL.
pub(super) fn poll_read<T: Read + Unpin>(
    stream: &mut T,
    cx: &mut Context<'_>,
    mut buf: ReadBufCursor<'_>,
    look: impl FnOnce(&[u8]) -> Option<usize>,
) -> Poll<io::Result<usize>> {
    // SAFETY: a `ReadBuf` of uninitialised bytes writes to them and never makes one uninitialised that was not.
    let spare = unsafe { buf.as_mut() };
    let mut read = ReadBuf::uninit(spare);
    ready!(Pin::new(stream).poll_read(cx, read.unfilled()))?;
    let n = read.filled().len();
    if let Some(spoiled) = look(read.filled()) {
        spare[spoiled].write(0);
    }
    // SAFETY: `read` is the unfilled part of `buf`, and its first `n` bytes are filled.
    unsafe { buf.advance(n) };
    Poll::Ready(Ok(n))
}
