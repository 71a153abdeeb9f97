//! Ports that several listeners share, each on its own thread.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;

use crate::net::{TcpListener, TcpSocket};

/// Connections that may wait to be accepted, for each listener. What the system allows may be less.
const BACKLOG: u32 = 1024;

/// The addresses that were listened on.
#[derive(Default)]
pub(super) struct Ports {
    /// What was asked for, and what it came to: port 0 is a port that the first listener was given.
    bound: HashMap<SocketAddr, SocketAddr>,
}

impl Ports {
    /// Listens on the first of these addresses that can be had.
    pub(super) fn listen(&mut self, addrs: &[SocketAddr]) -> io::Result<TcpListener> {
        let mut error = None;
        for addr in addrs {
            match self.listen_on(*addr) {
                Ok(listener) => return Ok(listener),
                Err(failed) => error = Some(failed),
            }
        }
        let nothing = || io::Error::new(io::ErrorKind::InvalidInput, "no address to listen on");
        Err(error.unwrap_or_else(nothing))
    }

    fn listen_on(&mut self, asked: SocketAddr) -> io::Result<TcpListener> {
        let addr = *self.bound.get(&asked).unwrap_or(&asked);
        let listener = listen(addr)?;
        self.bound.insert(asked, listener.local_addr()?);
        Ok(listener)
    }
}

fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = match addr {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    share_port(&socket)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

#[cfg(not(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin")))]
fn share_port(socket: &TcpSocket) -> io::Result<()> {
    socket.set_reuseport(true)
}

#[cfg(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin"))]
fn share_port(_: &TcpSocket) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
