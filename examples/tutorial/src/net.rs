//! Sockets that would block, on the reactor.

use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::net::{self, SocketAddr};
use std::rc::Rc;

use super::reactor::{Direction, Registration};
use super::runtime::current;

/// A server's door.
pub struct TcpListener(Registration<net::TcpListener>);

/// A connection.
pub struct TcpStream(Registration<net::TcpStream>);

impl TcpListener {
    /// Opens the door.
    ///
    /// # Errors
    /// Those of `bind`.
    pub fn bind(addr: &str) -> io::Result<Self> {
        let socket = net::TcpListener::bind(addr)?;
        socket.set_nonblocking(true)?;
        Registration::new(Rc::clone(&current().reactor), socket).map(Self)
    }

    /// Where the door is.
    ///
    /// # Errors
    /// Those of `getsockname`.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.socket.local_addr()
    }

    /// Waits for a guest.
    ///
    /// # Errors
    /// Those of `accept`.
    pub async fn accept(&self) -> io::Result<TcpStream> {
        let accepted = poll_fn(|cx| {
            self.0
                .poll_io(cx, Direction::Read, net::TcpListener::accept)
        });
        TcpStream::new(accepted.await?.0)
    }
}

impl TcpStream {
    /// Takes over a connection.
    ///
    /// # Errors
    /// Those of the poller.
    pub fn new(socket: net::TcpStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Registration::new(Rc::clone(&current().reactor), socket).map(Self)
    }

    /// Reads what is there, or waits until something is.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn read(&self, buf: &mut [u8]) -> io::Result<usize> {
        poll_fn(|cx| {
            self.0
                .poll_io(cx, Direction::Read, |mut socket| socket.read(buf))
        })
        .await
    }

    /// Writes all of `buf`.
    ///
    /// # Errors
    /// Those of `write`.
    pub async fn write_all(&self, mut buf: &[u8]) -> io::Result<()> {
        while !buf.is_empty() {
            let write = poll_fn(|cx| {
                self.0
                    .poll_io(cx, Direction::Write, |mut socket| socket.write(buf))
            });
            match write.await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                n => buf = &buf[n..],
            }
        }
        Ok(())
    }
}
