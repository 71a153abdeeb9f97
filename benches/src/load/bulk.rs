//! Bulk: one connection carries many bytes in and the same bytes out again, both ways at once.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{Stopwatch, Target};
use crate::epoll::{Epoll, EventFlags};
use crate::figures::Figures;

/// Bytes given to or taken from the socket in one call.
const CHUNK: usize = 256 * 1024;
const MEBIBYTE: u64 = 1 << 20;

/// Sends `bytes` and takes them back. An operation is a mebibyte, in and out.
pub(crate) fn bulk(target: Target, bytes: u64) -> Figures {
    let stream = target.connect();
    stream.set_nonblocking(true).expect("it is a socket");
    let mut epoll = Epoll::new();
    epoll.add(
        &stream,
        0,
        EventFlags::IN | EventFlags::OUT | EventFlags::ET,
    );
    let mut transfer = Transfer {
        stream,
        to_send: bytes,
        to_come: bytes,
        chunk: vec![b'x'; CHUNK],
    };
    let start = Instant::now();
    let watch = Stopwatch::start(target);
    while transfer.to_come > 0 {
        while transfer.send() | transfer.take() {}
        if transfer.to_come > 0 {
            epoll.wait(|_, _, _| {});
        }
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "the server is stuck"
        );
    }
    watch.stop(bytes / MEBIBYTE)
}

struct Transfer {
    stream: TcpStream,
    to_send: u64,
    to_come: u64,
    chunk: Vec<u8>,
}

impl Transfer {
    /// Writes one chunk; whether the socket took any of it.
    fn send(&mut self) -> bool {
        let most = self.chunk.len().min(self.to_send as usize);
        let sent = moved(self.stream.write(&self.chunk[..most]));
        self.to_send -= sent;
        sent > 0
    }

    /// Reads one chunk; whether there was any.
    fn take(&mut self) -> bool {
        let most = self.chunk.len().min(self.to_come as usize);
        let came = moved(self.stream.read(&mut self.chunk[..most]));
        self.to_come -= came;
        came > 0
    }
}

/// How many bytes a call moved; none when it would have to wait.
fn moved(result: std::io::Result<usize>) -> u64 {
    match result {
        Ok(n) => n as u64,
        Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
        Err(error) => panic!("the server has gone: {error}"),
    }
}
