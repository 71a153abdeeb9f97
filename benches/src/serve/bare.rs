//! The bare loop: an echo server straight on epoll, with no task, no waker and one buffer for all connections.
//! It is the floor that the runtimes are measured from, so it is written to be fast: edge-triggered, one registration for
//! a connection's whole life, and a read that came back short is the last one until the next event.
//! The same with a buffer for each connection shows what of a runtime's cost is its buffers.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

use crate::epoll::{Epoll, EventFlags};

/// The listener's key; connections have their descriptor's number.
const LISTENER: u64 = u64::MAX;

/// One connection.
struct Connection {
    stream: TcpStream,
    /// What was read and could not be written yet. While there is any, nothing is read.
    owed: Vec<u8>,
    /// What it reads into, if it has a buffer of its own.
    own: Vec<u8>,
}

/// What to do with a connection after an event.
#[derive(PartialEq)]
enum Next {
    Wait,
    Close,
}

impl Connection {
    /// Writes back all that there is to read.
    fn advance(&mut self, buf: &mut [u8], flags: EventFlags) -> io::Result<Next> {
        loop {
            if !self.pay()? {
                return Ok(Next::Wait); // the event that says "writable" comes back here
            }
            let n = match self.stream.read(buf) {
                Ok(0) => return Ok(Next::Close),
                Ok(n) => n,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Next::Wait),
                Err(error) => return Err(error),
            };
            self.write(&buf[..n])?;
            // The end of the stream makes no second event once it was told; then the read of nothing must be met here.
            if n < buf.len() && self.owed.is_empty() && !flags.contains(EventFlags::RDHUP) {
                return Ok(Next::Wait);
            }
        }
    }

    /// Writes what is owed; whether all of it went.
    fn pay(&mut self) -> io::Result<bool> {
        if !self.owed.is_empty() {
            let owed = std::mem::take(&mut self.owed);
            self.write(&owed)?;
        }
        Ok(self.owed.is_empty())
    }

    /// Writes as much as the socket takes, and keeps the rest.
    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(n) => bytes = &bytes[n..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        self.owed.extend_from_slice(bytes);
        Ok(())
    }
}

/// Serves for ever, with one buffer.
pub(super) fn echo(listener: TcpListener, buffer: usize) {
    serve(listener, buffer, 0);
}

/// Serves for ever, with a buffer for each connection.
pub(super) fn echo_with_buffers(listener: TcpListener, buffer: usize) {
    serve(listener, 0, buffer);
}

/// One of the two is the size of a buffer, the other nothing.
fn serve(listener: TcpListener, shared: usize, own: usize) {
    listener.set_nonblocking(true).expect("it is a socket");
    let mut epoll = Epoll::new();
    epoll.add(&listener, LISTENER, EventFlags::IN);
    let mut connections: Vec<Option<Connection>> = Vec::new();
    let mut buf = vec![0; shared];
    loop {
        epoll.wait(|epoll, key, flags| {
            if key == LISTENER {
                accept(&listener, epoll, &mut connections, own);
                return;
            }
            let place = &mut connections[key as usize];
            let Some(connection) = place else { return };
            let next = if own == 0 {
                connection.advance(&mut buf, flags)
            } else {
                let mut buf = std::mem::take(&mut connection.own);
                let next = connection.advance(&mut buf, flags);
                connection.own = buf;
                next
            };
            if !matches!(next, Ok(Next::Wait)) {
                *place = None; // closing it takes it out of epoll
            }
        });
    }
}

/// Takes in all that wait, each with a buffer of `own` bytes.
fn accept(
    listener: &TcpListener,
    epoll: &Epoll,
    connections: &mut Vec<Option<Connection>>,
    own: usize,
) {
    while let Ok((stream, _)) = listener.accept() {
        stream.set_nonblocking(true).expect("it is a socket");
        stream.set_nodelay(true).ok(); // it may be closed already
        let number = stream.as_raw_fd() as usize;
        let both = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        epoll.add(&stream, number as u64, both);
        if connections.len() <= number {
            connections.resize_with(number + 1, || None);
        }
        connections[number] = Some(Connection {
            stream,
            owed: Vec::new(),
            own: vec![0; own],
        });
    }
}
