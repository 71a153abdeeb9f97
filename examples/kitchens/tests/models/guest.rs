//! A guest: a client of few words, that blocks.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const ORDER: &str = "GET /sandwiches/1 HTTP/1.1\r\nhost: kitchen\r\n\r\n";

pub(crate) struct Guest {
    stream: TcpStream,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    /// With the empty line at its end.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Guest {
    pub(crate) fn enter(address: SocketAddr) -> Guest {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Guest { stream }
    }

    pub(crate) fn say(&mut self, words: &str) {
        self.stream.write_all(words.as_bytes()).unwrap();
    }

    pub(crate) fn order(&mut self, words: &str) -> Answer {
        self.say(words);
        self.answer()
    }

    pub(crate) fn answer(&mut self) -> Answer {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            head += &self.read(1);
        }
        let length = head.split("content-length: ").nth(1).unwrap();
        let length = length.split("\r\n").next().unwrap().parse().unwrap();
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            body: self.read(length),
            head,
        }
    }

    /// Whether an answer is here already.
    pub(crate) fn is_answered(&self) -> bool {
        self.stream.set_nonblocking(true).unwrap();
        let answered = self.stream.peek(&mut [0]).is_ok();
        self.stream.set_nonblocking(false).unwrap();
        answered
    }

    fn read(&mut self, length: usize) -> String {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Waits for the end of the connection. False if anything else comes.
    pub(crate) fn has_been_left(&mut self) -> bool {
        match self.stream.read(&mut [0]) {
            Ok(length) => length == 0,
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        }
    }
}
