//! What carries bytes on Unix: TCP, Unix sockets, and pipes in the guise of files.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags};

use super::ByteStream;

macro_rules! socket_stream {
    ($type:ty, $short_is_last:literal) => {
        impl ByteStream for $type {
            const SHORT_IS_LAST: bool = $short_is_last;

            #[inline]
            fn read(&self, buf: &mut [u8]) -> io::Result<usize> {
                let (_, read) = rustix::net::recv(self, buf, RecvFlags::empty())?;
                Ok(read)
            }

            fn read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
                Read::read_vectored(&mut &*self, bufs)
            }

            // Std's are `write` and `writev`, which raise `SIGPIPE` where a program has not had it ignored.
            #[inline]
            fn write(&self, buf: &[u8]) -> io::Result<usize> {
                Ok(rustix::net::send(self, buf, SEND_FLAGS)?)
            }

            fn write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
                let mut control = SendAncillaryBuffer::default();
                Ok(rustix::net::sendmsg(self, bufs, &mut control, SEND_FLAGS)?)
            }
        }
    };
}

socket_stream!(TcpStream, true);
socket_stream!(UnixStream, false);

/// The end of a pipe.
impl ByteStream for File {
    const SHORT_IS_LAST: bool = false;

    fn read(&self, buf: &mut [u8]) -> io::Result<usize> {
        Read::read(&mut &*self, buf)
    }

    fn read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        Read::read_vectored(&mut &*self, bufs)
    }

    fn write(&self, buf: &[u8]) -> io::Result<usize> {
        Write::write(&mut &*self, buf)
    }

    fn write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        Write::write_vectored(&mut &*self, bufs)
    }
}

#[cfg(not(target_vendor = "apple"))]
const SEND_FLAGS: SendFlags = SendFlags::NOSIGNAL;
/// Here the socket itself is set so.
#[cfg(target_vendor = "apple")]
const SEND_FLAGS: SendFlags = SendFlags::empty();
