//! Sockets from and into descriptors by number, as std's traits want it.
//! For code that gets them from elsewhere: systemd, a parent process, another library.

use std::os::fd::{FromRawFd, IntoRawFd, OwnedFd, RawFd};

use super::{TcpSocket, UnixSocket};

macro_rules! raw_fd {
    ($type:ident) => {
        impl IntoRawFd for $type {
            fn into_raw_fd(self) -> RawFd {
                self.fd.into_raw_fd()
            }
        }

        impl FromRawFd for $type {
            /// # Safety
            /// The descriptor is open, and nobody else owns it.
            unsafe fn from_raw_fd(fd: RawFd) -> Self {
                // SAFETY: the caller hands over an open descriptor that is its own: the same promise.
                let fd = unsafe { OwnedFd::from_raw_fd(fd) };
                Self { fd }
            }
        }
    };
}

raw_fd!(TcpSocket);
raw_fd!(UnixSocket);
