//! Sockets from and into their handles, as std's traits want it.
//! For code that gets them from elsewhere: a parent process, another library.

use std::os::windows::io::{FromRawSocket, IntoRawSocket, OwnedSocket, RawSocket};

use super::TcpSocket;

impl IntoRawSocket for TcpSocket {
    fn into_raw_socket(self) -> RawSocket {
        self.fd.into_raw_socket()
    }
}

impl FromRawSocket for TcpSocket {
    /// # Safety
    /// The socket is open, and nobody else owns it.
    unsafe fn from_raw_socket(socket: RawSocket) -> Self {
        // SAFETY: the caller hands over an open socket that is its own: the same promise.
        let fd = unsafe { OwnedSocket::from_raw_socket(socket) };
        Self { fd }
    }
}
