//! A guest of the echo server: says something, and checks each byte that comes back.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::guest::try_narrow;
use crate::patience;
use crate::rng::Rng;
use crate::tally::{Guest, Invitation, Outcome};

/// The longest of its messages. Both ways at once it fits into what the system keeps, so that it may write first and then read.
const LONGEST: u64 = 10_000;
/// After such a silence a loud one says a byte more.
const SILENCE: Duration = Duration::from_millis(200);
/// That byte.
const MORE: &[u8] = b"?";

pub(crate) struct EchoGuest {
    of: Invitation,
    stream: Option<TcpStream>,
    /// Calls by this connection so far.
    calls: u64,
}

impl EchoGuest {
    pub(crate) fn new(of: Invitation) -> EchoGuest {
        EchoGuest {
            of,
            stream: None,
            calls: 0,
        }
    }

    fn try_call(&mut self) -> io::Result<Outcome> {
        if self.stream.is_none() {
            self.stream = Some(connect(self.of.to)?);
            self.calls = 0;
        }
        let mut stream = self.stream.as_ref().expect("it is connected");
        let length = 1 + self.of.rng.below(LONGEST);
        let mut message = self.of.rng.bytes(length as usize);
        stream.write_all(&message)?;
        let outcome = hear(stream, &mut message, || self.rouse())?;
        self.calls += 1;
        if matches!(outcome, Outcome::Served) && Some(self.calls) == self.of.stays {
            return self.say_goodbye();
        }
        Ok(outcome)
    }

    /// Does what an event comes of.
    fn rouse(&self) -> io::Result<bool> {
        let (true, Some(mut stream)) = (self.of.is_loud, self.stream.as_ref()) else {
            return Ok(false);
        };
        stream.write_all(MORE)?;
        if self.of.stays.is_some() {
            drop(TcpStream::connect(self.of.to)); // perhaps it was not let in: another one at the door is an event too
        }
        Ok(true)
    }

    /// Ends its half, and waits for the other one.
    fn say_goodbye(&mut self) -> io::Result<Outcome> {
        let Some(mut stream) = self.stream.take() else {
            return Ok(Outcome::Served);
        };
        stream.shutdown(Shutdown::Write)?;
        stream.set_read_timeout(Some(patience()))?;
        Ok(match stream.read(&mut [0]) {
            Ok(0) => Outcome::Served,
            Ok(_) => Outcome::Wrong("more came back than was sent".to_owned()),
            Err(error) if is_silence(&error) => Outcome::Hung("the end".to_owned()),
            Err(error) => Outcome::Broken(error),
        })
    }
}

impl Guest for EchoGuest {
    fn call(&mut self) -> Outcome {
        let outcome = self.try_call().unwrap_or_else(Outcome::Broken);
        if !matches!(outcome, Outcome::Served) {
            self.stream = None;
        }
        outcome
    }

    fn leave(&mut self) {
        self.stream = None;
    }
}

fn connect(to: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&to, patience())?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(SILENCE))?;
    Ok(stream)
}

/// Hears all of it again. What is said more to break a silence is heard too.
fn hear(
    mut stream: &TcpStream,
    message: &mut Vec<u8>,
    rouse: impl Fn() -> io::Result<bool>,
) -> io::Result<Outcome> {
    let begun = Instant::now();
    let mut buf = [0; 4096];
    let mut heard = 0;
    while heard < message.len() {
        match stream.read(&mut buf) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(n) if message[heard..].starts_with(&buf[..n]) => heard += n,
            Ok(n) => return Ok(other_bytes(heard, n)),
            Err(error) if is_silence(&error) && begun.elapsed() < patience() => {
                if rouse()? {
                    message.extend(MORE);
                }
            }
            Err(error) if is_silence(&error) => {
                let lost = message.len() - heard;
                return Ok(Outcome::Hung(format!("{lost} of {} bytes", message.len())));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Outcome::Served)
}

fn other_bytes(at: usize, n: usize) -> Outcome {
    Outcome::Wrong(format!("other bytes than were sent, among {n} from {at}"))
}

fn is_silence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// A guest who says a lot in crumbs and hears it in sips, so that neither side's reads and writes are whole.
pub(crate) struct CrumbGuest {
    to: SocketAddr,
    rng: Rng,
}

/// What it says each time: more than is on the way at once.
const LOT: usize = 300_000;
/// Of which so many bytes come in crumbs.
const CRUMBS: usize = 500;

impl CrumbGuest {
    pub(crate) fn new(to: SocketAddr, rng: Rng) -> CrumbGuest {
        CrumbGuest { to, rng }
    }

    fn try_call(&mut self) -> io::Result<Outcome> {
        let mut stream = try_narrow(self.to)?;
        stream.set_nodelay(true)?;
        let message = self.rng.bytes(LOT);
        let mut buf = [0; 3000];
        thread::scope(|scope| {
            let writer = scope.spawn(|| say_in_crumbs(&stream, &message));
            let mut heard = 0;
            while heard < LOT {
                let sip = 1 + self.rng.below(buf.len() as u64) as usize;
                let n = (&stream).read(&mut buf[..sip])?;
                if n == 0 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                if !message[heard..].starts_with(&buf[..n]) {
                    return Ok(other_bytes(heard, n));
                }
                heard += n;
            }
            writer.join().expect("it does not panic")?;
            Ok(Outcome::Served)
        })
        .and_then(|outcome| {
            stream.shutdown(Shutdown::Write)?;
            let more = stream.read(&mut [0])?;
            Ok(if more == 0 {
                outcome
            } else {
                Outcome::Wrong("more came back than was sent".to_owned())
            })
        })
    }
}

fn say_in_crumbs(mut to: &TcpStream, message: &[u8]) -> io::Result<()> {
    let (crumbs, rest) = message.split_at(CRUMBS);
    for crumb in crumbs.chunks(1) {
        to.write_all(crumb)?;
    }
    to.write_all(rest)
}

impl Guest for CrumbGuest {
    fn call(&mut self) -> Outcome {
        match self.try_call() {
            Ok(outcome) => outcome,
            Err(error) if is_silence(&error) => Outcome::Hung(format!("{LOT} bytes in crumbs")),
            Err(error) => Outcome::Broken(error),
        }
    }

    /// It has gone with each call's end.
    fn leave(&mut self) {}
}
