//! A file from a descriptor by number, as std's trait wants it.

use std::os::fd::{FromRawFd, OwnedFd, RawFd};

use super::File;

impl FromRawFd for File {
    /// # Safety
    /// The descriptor is open, and nobody else owns it.
    unsafe fn from_raw_fd(fd: RawFd) -> Self {
        // SAFETY: the caller hands over an open descriptor that is its own: the same promise.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        fd.into()
    }
}
