//! Streams of bytes: how TCP, Unix sockets and pipes read and write.
//!
//! A TCP read that returns less than was asked for has emptied the socket, so the reactor is told, and the next read waits
//! for an event instead of paying for a call that says `EAGAIN`. A write that took less has filled it, likewise. Of the other
//! kinds that can't be said: a Unix socket's read stops in front of a passed descriptor, a pipe's behind a packet
//! (`O_DIRECT`), though more is there, and the event for it has gone by.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::io::{self, IoSlice, IoSliceMut};
use std::task::{Context, Poll};

use rustix::fd::AsFd;

use super::registered::Registered;
use crate::reactor::{Direction, Moved};

/// A descriptor that carries bytes in order, with no bounds between them.
pub trait ByteStream: AsFd {
    /// Whether a transfer that moved less than it was asked to was the last one for now.
    const SHORT_IS_LAST: bool;

    fn read(&self, buf: &mut [u8]) -> io::Result<usize>;
    fn read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize>;
    fn write(&self, buf: &[u8]) -> io::Result<usize>;
    fn write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize>;
}

/// Buffers in one call: `IOV_MAX` of Linux, the BSDs and macOS. Cut here, not by the system, or what is left over would
/// look like a transfer cut short by the socket.
const MAX_SLICES: usize = 1024;

fn at_most<'a, 'b>(bufs: &'a mut [IoSliceMut<'b>]) -> &'a mut [IoSliceMut<'b>] {
    let count = bufs.len().min(MAX_SLICES);
    &mut bufs[..count]
}

/// A read's buffers as one call takes them, and how much that call asks for.
fn for_reading<'a, 'b>(bufs: &'a mut [IoSliceMut<'b>]) -> (&'a mut [IoSliceMut<'b>], usize) {
    let bufs = at_most(bufs);
    let len = bufs.iter().map(|buf| buf.len()).sum();
    (bufs, len)
}

/// A write's buffers as one call takes them, and how much that call asks for.
fn for_writing<'a, 'b>(bufs: &'a [IoSlice<'b>]) -> (&'a [IoSlice<'b>], usize) {
    let bufs = &bufs[..bufs.len().min(MAX_SLICES)];
    (bufs, bufs.iter().map(|buf| buf.len()).sum())
}

/// Whether a transfer was cut short by the socket. Zero bytes say nothing: the end of the stream, or an empty buffer.
fn is_last<T: ByteStream>(moved: usize, len: usize) -> bool {
    T::SHORT_IS_LAST && 0 < moved && moved < len
}

impl<T: ByteStream> Registered<T> {
    /// One transfer by `op`, or a wait for an event. `len` is what `op` asks for.
    #[inline(always)] // one function for each kind of transfer, which all streams of one type share
    pub(super) fn poll_transfer(
        &self,
        direction: Direction,
        cx: &mut Context<'_>,
        len: usize,
        op: impl FnMut(&T) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let moved = |bytes: &usize| Moved {
            bytes: *bytes,
            is_last: is_last::<T>(*bytes, len),
        };
        self.poll_transfer_by(direction, cx, op, moved)
    }

    /// One transfer by `op`, without waiting.
    fn try_transfer(
        &self,
        direction: Direction,
        len: usize,
        op: impl FnOnce(&T) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let moved = self.try_io(direction, op);
        if matches!(moved, Ok(moved) if is_last::<T>(moved, len)) {
            self.drained(direction);
        }
        moved
    }

    #[inline(never)]
    pub(super) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_transfer(Direction::Read, cx, buf.len(), |io| io.read(buf))
    }

    pub(super) fn poll_read_vectored(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let (bufs, len) = for_reading(bufs);
        self.poll_transfer(Direction::Read, cx, len, |io| io.read_vectored(bufs))
    }

    #[inline(never)]
    pub(super) fn poll_write(&self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_transfer(Direction::Write, cx, buf.len(), |io| io.write(buf))
    }

    pub(super) fn poll_write_vectored(
        &self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let (bufs, len) = for_writing(bufs);
        self.poll_transfer(Direction::Write, cx, len, |io| io.write_vectored(bufs))
    }

    pub(super) fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.try_transfer(Direction::Read, buf.len(), |io| io.read(buf))
    }

    pub(super) fn try_read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        let (bufs, len) = for_reading(bufs);
        self.try_transfer(Direction::Read, len, |io| io.read_vectored(bufs))
    }

    pub(super) fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
        self.try_transfer(Direction::Write, buf.len(), |io| io.write(buf))
    }

    pub(super) fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        let (bufs, len) = for_writing(bufs);
        self.try_transfer(Direction::Write, len, |io| io.write_vectored(bufs))
    }
}
