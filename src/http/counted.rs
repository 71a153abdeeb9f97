//! A read that tells how many bytes it brought, which hyper's trait does not.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::hyper::rt::{Read, ReadBuf, ReadBufCursor};

pub(super) fn poll_read<T: Read + Unpin>(
    stream: &mut T,
    cx: &mut Context<'_>,
    mut buf: ReadBufCursor<'_>,
) -> Poll<io::Result<usize>> {
    // SAFETY: a `ReadBuf` of uninitialised bytes writes to them and never makes one uninitialised that was not.
    let spare = unsafe { buf.as_mut() };
    let mut read = ReadBuf::uninit(spare);
    ready!(Pin::new(stream).poll_read(cx, read.unfilled()))?;
    let n = read.filled().len();
    // SAFETY: `read` is the unfilled part of `buf`, and its first `n` bytes are filled.
    unsafe { buf.advance(n) };
    Poll::Ready(Ok(n))
}
