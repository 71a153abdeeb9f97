//! The buffer: bytes on their way between a file and its user.

use std::fs::File;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::ops::Range;

/// Bytes that go one way at a time.
#[derive(Debug)]
pub(super) struct Buffer {
    /// Never made shorter by reads: what was zeroed once need not be zeroed again.
    bytes: Vec<u8>,
    /// Those that have not arrived yet.
    left: Range<usize>,
    /// Where they go.
    way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Read from the file, whose position is behind them, and not taken by the user yet.
    In,
    /// Accepted from the user, and not written yet.
    Out,
}

impl Buffer {
    pub(super) fn new() -> Self {
        Self {
            bytes: Vec::new(),
            left: 0..0,
            way: Way::In,
        }
    }

    fn left(&self, way: Way) -> usize {
        if self.way == way { self.left.len() } else { 0 }
    }

    /// How many bytes wait for the user.
    pub(super) fn unread(&self) -> usize {
        self.left(Way::In)
    }

    /// How many bytes wait for the file.
    pub(super) fn unwritten(&self) -> usize {
        self.left(Way::Out)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// Forgets what is left.
    pub(super) fn clear(&mut self) {
        self.left = 0..0;
    }

    /// One read of up to `max` bytes.
    pub(super) fn read_from(&mut self, mut file: &File, max: usize) -> io::Result<usize> {
        debug_assert!(self.is_empty());
        if self.bytes.len() < max {
            self.bytes.resize(max, 0);
        }
        let n = uninterrupted(|| file.read(&mut self.bytes[..max]))?;
        self.left = 0..n;
        self.way = Way::In;
        Ok(n)
    }

    /// The user takes what there is and fits.
    pub(super) fn take(&mut self, into: &mut [u8]) -> usize {
        let n = into.len().min(self.unread());
        let taken = self.left.start..self.left.start + n;
        into[..n].copy_from_slice(&self.bytes[taken]);
        self.left.start += n;
        n
    }

    /// The user gives up to `max` bytes.
    pub(super) fn accept(&mut self, from: &[IoSlice<'_>], max: usize) -> usize {
        debug_assert!(self.is_empty());
        self.bytes.clear();
        for slice in from {
            let n = slice.len().min(max - self.bytes.len());
            self.bytes.extend_from_slice(&slice[..n]);
        }
        self.left = 0..self.bytes.len();
        self.way = Way::Out;
        self.bytes.len()
    }

    /// Writes all that waits. What is left after an error can be written later.
    pub(super) fn write_to(&mut self, mut file: &File) -> io::Result<()> {
        while self.unwritten() > 0 {
            match uninterrupted(|| file.write(&self.bytes[self.left.clone()]))? {
                0 => return Err(ErrorKind::WriteZero.into()),
                n => self.left.start += n,
            }
        }
        Ok(())
    }
}

/// Repeats a call that a signal has interrupted.
fn uninterrupted(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
