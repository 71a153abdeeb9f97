//! Exchanges: many connections, each of which sends its next requests when the last have been answered.
//! Such a closed loop measures throughput and cost; the latency it sees is its own making.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use super::{Enough, Stopwatch, Target, Windows};
use crate::epoll::{Epoll, EventFlags};
use crate::figures::Figures;

/// Windows that do not count.
const WARM_UPS: usize = 2;

/// What is said over how many connections.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    pub(crate) connections: usize,
    /// Requests that are sent together before their answers are awaited: the depth of the pipeline.
    pub(crate) depth: usize,
    pub(crate) request: Vec<u8>,
    /// The answer's length; every answer has the same.
    pub(crate) answer: usize,
}

impl Talk {
    /// One message of `size` bytes under way on each connection, and echoed.
    pub(crate) fn echo(connections: usize, size: usize) -> Talk {
        Talk {
            connections,
            depth: 1,
            request: vec![b'x'; size],
            answer: size,
        }
    }

    /// HTTP/1 requests. How long an answer is, the server is asked once.
    pub(crate) fn http(target: Target, connections: usize, depth: usize) -> Talk {
        let request = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec();
        Talk {
            connections,
            depth,
            answer: answer_length(target.connect(), &request),
            request,
        }
    }

    /// Opens the connections. After each hundred an exchange, so that the server has time to accept them.
    pub(super) fn open(&self, target: Target) -> Vec<TcpStream> {
        let mut streams = Vec::with_capacity(self.connections);
        for number in 1..=self.connections {
            let mut stream = target.connect_from(own_address(number));
            if number % 100 == 0 || number == self.connections {
                self.exchange_once(&mut stream);
            }
            streams.push(stream);
        }
        streams
    }

    /// One request, its answer awaited.
    pub(super) fn exchange_once(&self, stream: &mut TcpStream) {
        stream
            .write_all(&self.request)
            .expect("the server has left");
        let mut answer = vec![0; self.answer];
        stream.read_exact(&mut answer).expect("the server has left");
    }
}

/// From where the connection of this number comes: twenty thousand from each address.
fn own_address(number: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, 1 + (number / 20_000) as u8)
}

/// The length of the answer to the request, head and body.
fn answer_length(mut stream: TcpStream, request: &[u8]) -> usize {
    stream.write_all(request).expect("the server has left");
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("an answer has a head");
        answer.push(byte[0].to_ascii_lowercase());
    }
    let head = String::from_utf8(answer).expect("a head is text");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let body: usize = length
        .and_then(|it| it.parse().ok())
        .expect("the answer says its length");
    head.len() + body
}

/// A connection and the part of the answers that has not come yet.
struct Line {
    stream: TcpStream,
    missing: usize,
}

/// Exchanges over all connections at once until it is enough, after a warm-up of a quarter as long.
pub(crate) fn exchange(target: Target, talk: Talk, enough: Enough) -> Figures {
    Exchange::new(target, talk).window(enough)
}

/// The same again and again over the same connections, which are opened now and warmed up: Node compiles what is used much. In between
/// nobody asks for anything.
pub(crate) fn exchanges(target: Target, talk: Talk, enough: Enough) -> Windows {
    let mut exchange = Exchange::new(target, talk);
    for _ in 0..WARM_UPS {
        exchange.window(enough);
    }
    Box::new(move || exchange.window(enough))
}

/// A talk under way.
struct Exchange {
    target: Target,
    talk: Talk,
    /// The requests of a whole pipeline, so that they leave in one call.
    requests: Vec<u8>,
    epoll: Epoll,
    lines: Vec<Line>,
    /// What is read into; nobody looks at it.
    buf: Vec<u8>,
}

impl Exchange {
    fn new(target: Target, talk: Talk) -> Exchange {
        let epoll = Epoll::new();
        let mut lines = Vec::with_capacity(talk.connections);
        for (key, stream) in talk.open(target).into_iter().enumerate() {
            stream.set_nonblocking(true).expect("it is a socket");
            epoll.add(&stream, key as u64, EventFlags::IN);
            lines.push(Line { stream, missing: 0 });
        }
        Exchange {
            target,
            requests: talk.request.repeat(talk.depth),
            talk,
            epoll,
            lines,
            buf: vec![0; 64 * 1024],
        }
    }

    /// Begins, and measures until it is enough.
    fn window(&mut self, enough: Enough) -> Figures {
        for line in &mut self.lines {
            line.ask(&self.talk, &self.requests);
        }
        self.run(match enough {
            Enough::After(duration) => Enough::After(duration / 4),
            Enough::Operations(count) => Enough::Operations(count / 4),
        });
        let watch = Stopwatch::start(self.target);
        let answers = self.run(enough);
        let figures = watch.stop(answers);
        self.hear_out();
        figures
    }

    /// Goes on until it is enough; the number of answers.
    fn run(&mut self, enough: Enough) -> u64 {
        let start = Instant::now();
        let mut answers = 0;
        while !enough.is_met(start, answers) {
            self.turn(|line, talk, requests| {
                answers += talk.depth as u64;
                line.ask(talk, requests);
            });
            assert_in_time(start);
        }
        answers
    }

    /// Takes the answers that are under way, so that the server has nothing to do afterwards.
    fn hear_out(&mut self) {
        let start = Instant::now();
        let mut waiting = self.lines.iter().filter(|line| line.missing > 0).count();
        while waiting > 0 {
            self.turn(|_, _, _| waiting -= 1);
            assert_in_time(start);
        }
    }

    /// Hears what has come, and does something with each line that has heard all of it.
    fn turn(&mut self, mut heard: impl FnMut(&mut Line, &Talk, &[u8])) {
        self.epoll.wait(|_, key, _| {
            let line = &mut self.lines[key as usize];
            if line.hear(&mut self.buf) {
                heard(line, &self.talk, &self.requests);
            }
        });
    }
}

fn assert_in_time(start: Instant) {
    let in_time = start.elapsed() < Duration::from_secs(120);
    assert!(in_time, "the server is stuck");
}

impl Line {
    /// Sends the next requests. They are few bytes and the last ones have been read: they fit.
    fn ask(&mut self, talk: &Talk, requests: &[u8]) {
        let written = self.stream.write(requests).expect("the server has left");
        assert_eq!(written, requests.len(), "the server reads too little");
        self.missing = talk.answer * talk.depth;
    }

    /// Reads what has come; whether that was the last of it.
    fn hear(&mut self, buf: &mut [u8]) -> bool {
        match self.stream.read(buf) {
            Ok(0) => panic!("the server has closed a connection"),
            Ok(n) => {
                self.missing = self
                    .missing
                    .checked_sub(n)
                    .expect("more than was asked for")
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => panic!("the server has gone: {error}"),
        }
        self.missing == 0
    }
}
