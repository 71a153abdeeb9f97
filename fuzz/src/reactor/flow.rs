//! A flow: the model of one direction of a connection, a number of bytes on their way.

use std::io::{self, ErrorKind};

/// What is written: the byte at a place is that place, modulo a prime.
const PERIOD: usize = 251;

/// The largest read or write.
pub(super) const MOST: usize = 256 * 1024;

#[derive(Debug, Default)]
pub(super) struct Flow {
    written: usize,
    read: usize,
    /// The writer has shut down its half, or is gone.
    has_ended: bool,
    /// The reader has seen that.
    is_over: bool,
    /// The reader is gone: a write may be an error, or be lost.
    is_deaf: bool,
    /// The connection was reset, since bytes came for one who was gone: what was on its way may be lost.
    is_spoiled: bool,
}

/// Enough of what is written to begin at any place.
pub(super) fn pattern() -> Vec<u8> {
    (0..MOST + PERIOD)
        .map(|place| (place % PERIOD) as u8)
        .collect()
}

impl Flow {
    /// The next so many bytes of the writer.
    pub(super) fn to_write<'a>(&self, pattern: &'a [u8], len: usize) -> &'a [u8] {
        &pattern[self.written % PERIOD..][..len]
    }

    pub(super) fn wrote(&mut self, result: io::Result<usize>) {
        match result {
            Ok(count) => {
                assert!(count > 0 && !self.has_ended);
                self.written += count;
            }
            Err(error) => {
                let kinds = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset];
                let is_expected = self.has_ended || self.is_deaf || self.is_spoiled;
                assert!(is_expected && kinds.contains(&error.kind()), "{error}");
            }
        }
    }

    /// The writer tries, though the reader may be gone.
    pub(super) fn is_lost(&self) -> bool {
        self.is_deaf
    }

    pub(super) fn got(&mut self, pattern: &[u8], result: io::Result<&[u8]>) {
        match result {
            Ok([]) => {
                let is_whole = self.has_ended && self.is_even();
                assert!(is_whole || self.is_spoiled, "an end too early: {self:?}");
                self.is_over = true;
            }
            Ok(bytes) => {
                assert!(
                    self.read + bytes.len() <= self.written,
                    "more than was written"
                );
                assert_eq!(bytes, &pattern[self.read % PERIOD..][..bytes.len()]);
                self.read += bytes.len();
            }
            Err(error) => assert!(self.is_spoiled, "{error}"),
        }
    }

    /// Whether all has come.
    pub(super) fn is_even(&self) -> bool {
        self.read == self.written
    }

    /// Whether something is still to come: bytes, or the end.
    pub(super) fn is_owed(&self) -> bool {
        let is_owed = !self.is_even() || self.has_ended && !self.is_over;
        is_owed && !self.is_spoiled
    }

    pub(super) fn spoil(&mut self) {
        self.is_spoiled = true;
    }

    pub(super) fn end(&mut self) {
        self.has_ended = true;
    }

    pub(super) fn deafen(&mut self) {
        self.is_deaf = true;
    }
}
