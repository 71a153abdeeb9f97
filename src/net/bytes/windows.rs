//! What carries bytes on Windows: TCP.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::TcpStream;

use super::ByteStream;

impl ByteStream for TcpStream {
    const SHORT_IS_LAST: bool = true;

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
