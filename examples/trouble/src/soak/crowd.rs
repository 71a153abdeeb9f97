//! The crowd: guests of all manners, a thread for each kind. Some are as guests should be; the others vanish in the midst of what
//! they say, stall, reset while they are answered, or hold streams of events and drop them.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use super::{At, Leave};
use crate::client::Client;
use crate::echo_guest::EchoGuest;
use crate::guest::{feasts, half_requests, prepare_feast, reset, try_narrow, try_socket};
use crate::lunch_guest::LunchGuest;
use crate::rng::Rng;
use crate::tally::{Guest, Invitation, Outcome, Tally, visit};

/// Those with good manners: the first keeps its connection, the others come again and again.
const STEADY: u64 = 3;
/// Calls by one connection.
const STAY: u64 = 10;
/// Between two calls of theirs.
const PAUSE: Duration = Duration::from_millis(10);
/// Between two visits of one of the others.
const TURN: Duration = Duration::from_millis(20);
/// The same for one that makes work: the service is to be vexed, and not busy.
const SELDOM: Duration = Duration::from_secs(2);
/// Of so many streams one is of an order of its own, whose events go to all that are held.
const ORDERS: u64 = 60;
/// Connections that one kind of them holds at once. With the turn, each is held for four seconds, longer than the service lets
/// them stall.
const HELD: usize = 200;
/// What the echo server is told by those who don't listen: more than it gets rid of.
const FLOOD: usize = 1 << 20;

/// Of an order, from the first to the last.
const EVENTS: u64 = 4;

pub(super) struct Crowd {
    at: At,
    to: SocketAddr,
    seed: u64,
    /// A sandwich to be ordered.
    sandwich: String,
}

/// What a guest without manners does on each visit, and the pause behind it.
type Manners = (fn(&mut Rude) -> io::Result<()>, Duration);

impl Crowd {
    pub(super) fn new(at: At, to: SocketAddr, seed: u64) -> Result<Crowd, String> {
        let sandwich = match at {
            At::Echo => String::new(),
            At::Service => prepare(to).map_err(|error| format!("the menu: {error}"))?,
        };
        Ok(Crowd {
            at,
            to,
            seed,
            sandwich,
        })
    }

    /// All of them visit until `meanwhile` is over.
    pub(super) fn visit<R>(
        &self,
        tally: &Tally,
        others: &Tally,
        meanwhile: impl FnOnce() -> R,
    ) -> R {
        let leaves = AtomicBool::new(false);
        thread::scope(|scope| {
            let _leave = Leave(&leaves);
            for n in 0..STEADY {
                let leaves = &leaves;
                scope.spawn(move || self.visit_steadily(n, tally, leaves));
            }
            for manners in self.manners() {
                let mut rude = Rude::new(self, *manners);
                let leaves = &leaves;
                scope.spawn(move || visit(&mut rude, others, leaves, manners.1));
            }
            meanwhile()
        })
    }

    fn visit_steadily(&self, n: u64, tally: &Tally, leaves: &AtomicBool) {
        let invitation = Invitation {
            to: self.to,
            rng: Rng::new(self.seed * 100 + n),
            stays: (n > 0).then_some(STAY),
            is_loud: false,
        };
        match self.at {
            At::Echo => visit(&mut EchoGuest::new(invitation), tally, leaves, PAUSE),
            At::Service => visit(&mut LunchGuest::new(invitation), tally, leaves, PAUSE),
        }
    }

    fn manners(&self) -> &'static [Manners] {
        match self.at {
            At::Echo => &[
                (Rude::vanishes, TURN),
                (Rude::resets_an_echo, TURN),
                (Rude::does_not_listen, TURN),
            ],
            At::Service => &[
                (Rude::vanishes_in_a_request, TURN),
                (Rude::stalls, TURN),
                (Rude::holds_a_stream, TURN),
                (Rude::resets_an_answer, SELDOM),
                (Rude::does_not_read, SELDOM),
            ],
        }
    }
}

/// A menu whose page is long, and a sandwich to be ordered.
fn prepare(to: SocketAddr) -> io::Result<String> {
    let mut client = Client::try_connect(to)?;
    prepare_feast(&mut client);
    let json = "content-type: application/json\r\n";
    let made = client.try_call_lines("POST", "/sandwiches", json, r#"{"name":"BLT"}"#)?;
    Ok(made.json()["id"].as_str().unwrap_or_default().to_owned())
}

/// A guest without manners.
struct Rude {
    to: SocketAddr,
    rng: Rng,
    manners: Manners,
    sandwich: String,
    /// What it holds, the oldest first.
    held: VecDeque<TcpStream>,
    /// By which it orders.
    client: Option<Client>,
    /// Orders so far.
    orders: u64,
}

impl Rude {
    fn new(of: &Crowd, manners: Manners) -> Rude {
        Rude {
            to: of.to,
            rng: Rng::new(of.seed + 50),
            manners,
            sandwich: of.sandwich.clone(),
            held: VecDeque::new(),
            client: None,
            orders: 0,
        }
    }

    /// Says some bytes, or none, and goes.
    fn vanishes(&mut self) -> io::Result<()> {
        let mut stream = TcpStream::connect(self.to)?;
        let length = self.rng.below(3000) as usize;
        stream.write_all(&self.rng.bytes(length))?;
        self.go(stream);
        Ok(())
    }

    /// Says a lot, and resets while it comes back.
    fn resets_an_echo(&mut self) -> io::Result<()> {
        let mut stream = try_narrow(self.to)?;
        flood(&mut stream)?;
        stream.read_exact(&mut [0; 1000])?;
        reset(stream);
        Ok(())
    }

    /// Says a lot, and does not listen for a while.
    fn does_not_listen(&mut self) -> io::Result<()> {
        let mut stream = try_narrow(self.to)?;
        flood(&mut stream)?;
        self.hold(stream);
        Ok(())
    }

    fn vanishes_in_a_request(&mut self) -> io::Result<()> {
        let half = self.rng.one_of(&half_requests()).clone();
        let mut stream = TcpStream::connect(self.to)?;
        stream.write_all(half.as_bytes())?;
        self.go(stream);
        Ok(())
    }

    fn resets_an_answer(&mut self) -> io::Result<()> {
        let mut stream = try_narrow(self.to)?;
        stream.write_all(feasts(3).as_bytes())?;
        stream.read_exact(&mut [0; 1000])?;
        reset(stream);
        Ok(())
    }

    /// Half a request, and no more for a while.
    fn stalls(&mut self) -> io::Result<()> {
        let half = self.rng.one_of(&half_requests()).clone();
        let mut stream = TcpStream::connect(self.to)?;
        stream.write_all(half.as_bytes())?;
        self.hold(stream);
        Ok(())
    }

    /// Asks for more than is on the way at once, and does not read it.
    fn does_not_read(&mut self) -> io::Result<()> {
        let mut stream = try_narrow(self.to)?;
        stream.write_all(feasts(3).as_bytes())?;
        self.hold(stream);
        Ok(())
    }

    /// An order's events as they come, or everyone's.
    fn holds_a_stream(&mut self) -> io::Result<()> {
        let path = match self.rng.below(ORDERS) {
            0 => Some(self.order()?),
            _ => None,
        };
        let lately = self.orders * EVENTS;
        let stream = match (path, self.rng.below(2)) {
            (Some(path), 0) => try_socket(self.to, &path, 0)?,
            (Some(path), _) => self.events(&format!("{path}/events"))?,
            (None, _) => self.events(&format!("/orders/events?after={lately}"))?,
        };
        self.hold(stream);
        Ok(())
    }

    fn order(&mut self) -> io::Result<String> {
        if self.client.is_none() {
            self.client = Some(Client::try_connect(self.to)?);
        }
        self.orders += 1;
        let client = self.client.as_mut().expect("it is connected");
        let body = format!(r#"{{"sandwich":"{}"}}"#, self.sandwich);
        let answer = client.try_call_lines(
            "POST",
            "/orders",
            "content-type: application/json\r\n",
            &body,
        )?;
        let path = answer.header("location");
        path.map(str::to_owned)
            .ok_or_else(|| io::Error::other(format!("an order: {}", answer.status)))
    }

    fn events(&mut self, path: &str) -> io::Result<TcpStream> {
        let mut stream = try_narrow(self.to)?;
        stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes())?;
        stream.read_exact(&mut [0; 12])?; // the answer has begun
        Ok(stream)
    }

    /// One more to hold; the oldest goes.
    fn hold(&mut self, stream: TcpStream) {
        self.held.push_back(stream);
        if self.held.len() > HELD {
            let oldest = self.held.pop_front().expect("it holds many");
            self.go(oldest);
        }
    }

    /// Closes, resets, or ends its half and then closes.
    fn go(&mut self, stream: TcpStream) {
        match self.rng.below(3) {
            0 => reset(stream),
            1 => drop(stream.shutdown(Shutdown::Write)),
            _ => {}
        }
    }
}

/// Says as much as is taken at once.
fn flood(stream: &mut TcpStream) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    let mut said = 0;
    while said < FLOOD {
        match stream.write(&[b'x'; 16 << 10]) {
            Ok(n) => said += n,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    stream.set_nonblocking(false)
}

impl Guest for Rude {
    fn call(&mut self) -> Outcome {
        match (self.manners.0)(self) {
            Ok(()) => Outcome::Served,
            Err(error) => Outcome::Broken(error),
        }
    }

    fn leave(&mut self) {
        while let Some(stream) = self.held.pop_front() {
            self.go(stream);
        }
        self.client = None;
    }
}
