//! A client: what the service's tests, and `examples/trouble`, call the service by.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use super::PATIENCE;

/// A blocking HTTP/1.1 client on one connection, which it keeps.
pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    pub(crate) fn connect(to: SocketAddr) -> Client {
        Client::try_connect(to).expect("the service listens")
    }

    pub(crate) fn try_connect(to: SocketAddr) -> io::Result<Client> {
        let stream = TcpStream::connect(to)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Client(BufReader::new(stream)))
    }

    /// A request without a body.
    pub(crate) fn call(&mut self, method: &str, target: &str) -> Answer {
        self.send(method, target);
        self.receive()
    }

    /// A request with a body.
    pub(crate) fn call_with(
        &mut self,
        method: &str,
        target: &str,
        content_type: &str,
        body: &[u8],
    ) -> Answer {
        let length = body.len();
        let head = format!(
            "{method} {target} HTTP/1.1\r\nhost: x\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
        );
        self.write(&[head.as_bytes(), body].concat());
        self.receive()
    }

    /// A request with these lines behind its first two, each with its end, and a body.
    pub(crate) fn call_lines(
        &mut self,
        method: &str,
        target: &str,
        lines: &str,
        body: &str,
    ) -> Answer {
        self.try_call_lines(method, target, lines, body)
            .expect("an answer comes")
    }

    /// The same; an error if the connection ends before the answer is whole.
    pub(crate) fn try_call_lines(
        &mut self,
        method: &str,
        target: &str,
        lines: &str,
        body: &str,
    ) -> io::Result<Answer> {
        let length = body.len();
        let head = format!("{method} {target} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n");
        let request = format!("{head}{lines}\r\n{body}");
        self.0.get_mut().write_all(request.as_bytes())?;
        self.try_receive()
    }

    /// Sends a request without a body, and does not wait for its answer.
    pub(crate) fn send(&mut self, method: &str, target: &str) {
        self.write(format!("{method} {target} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes());
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    /// The next answer.
    #[track_caller]
    pub(crate) fn receive(&mut self) -> Answer {
        self.try_receive().expect("an answer comes")
    }

    /// The next answer; an error if the connection ends before it is whole.
    pub(crate) fn try_receive(&mut self) -> io::Result<Answer> {
        let status_line = self.try_line()?;
        if status_line.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let code = status_line
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok());
        let status =
            code.ok_or_else(|| io::Error::other(format!("no status line: {status_line:?}")))?;
        let mut answer = Answer {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        };
        loop {
            let line = self.try_line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').expect("a header has a colon");
            let header = (name.to_ascii_lowercase(), value.trim().to_owned());
            answer.headers.push(header);
        }
        let length = answer.header("content-length");
        let length = length.map_or(0, |n| n.parse().unwrap());
        answer.body.resize(length, 0);
        self.0.read_exact(&mut answer.body)?;
        Ok(answer)
    }

    /// The same connection, to do with it what a client does not.
    pub(crate) fn stream(&self) -> TcpStream {
        self.0.get_ref().try_clone().unwrap()
    }

    /// Whether nothing has arrived so far.
    pub(crate) fn waits(&self) -> bool {
        let stream = self.0.get_ref();
        stream.set_nonblocking(true).unwrap();
        let peeked = stream.peek(&mut [0]);
        stream.set_nonblocking(false).unwrap();
        self.0.buffer().is_empty()
            && peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Waits until the service closes the connection, and panics if it says anything before.
    pub(crate) fn expect_end(&mut self) {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"", "nothing comes before the end");
    }

    /// The next line, without its end; empty at the end of the connection too.
    pub(crate) fn line(&mut self) -> String {
        self.try_line().unwrap()
    }

    fn try_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}

/// An answer, with its header names in lower case.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

/// One of the service's figures, from `/metrics`.
pub(crate) fn figure(client: &mut Client, name: &str) -> u64 {
    let text = String::from_utf8(client.call("GET", "/metrics").body).unwrap();
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    let found = lines.find(|(one, _)| *one == name);
    found.expect("it is counted").1.parse().unwrap()
}
