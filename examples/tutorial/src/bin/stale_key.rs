//! A stale key: an event for a socket that an earlier event's owner has closed. Whom does
//! it find?

#![allow(unsafe_code)] // a descriptor must leave the poller before it is closed

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

use polling::{Event, Events, PollMode, Poller};

// ANCHOR: table
/// The kitchen's sockets by place. A place is used again, and counts how often it was.
#[derive(Default)]
struct Table(Vec<Place>);

#[derive(Default)]
struct Place {
    generation: usize,
    socket: Option<TcpStream>,
}

/// What the operating system hands back with an event. Two places are enough here, so the
/// place is the lowest bit.
#[derive(Clone, Copy)]
enum Keys {
    /// The place alone.
    Place,
    /// The place, and how often it was used before.
    Generation,
}

impl Keys {
    fn key(self, at: usize, place: &Place) -> usize {
        match self {
            Keys::Place => at,
            Keys::Generation => place.generation << 1 | at,
        }
    }
}

impl Table {
    /// The socket that `key` means: who sits at the place, if the key is still its own.
    fn find(&mut self, keys: Keys, key: usize) -> Option<&mut TcpStream> {
        let at = key & 1;
        let place = &mut self.0[at];
        (keys.key(at, place) == key).then_some(())?;
        place.socket.as_mut()
    }
}
// ANCHOR_END: table

// ANCHOR: main
struct Kitchen {
    poller: Poller,
    listener: TcpListener,
    table: Table,
    keys: Keys,
}

impl Kitchen {
    fn open(keys: Keys) -> io::Result<Self> {
        let mut table = Table::default();
        table.0.resize_with(2, Place::default);
        Ok(Self {
            poller: Poller::new()?,
            listener: TcpListener::bind("127.0.0.1:0")?,
            table,
            keys,
        })
    }

    /// Seats a new guest.
    fn seat(&mut self, at: usize) -> io::Result<TcpStream> {
        let guest = TcpStream::connect(self.listener.local_addr()?)?;
        let (socket, _) = self.listener.accept()?;
        socket.set_nonblocking(true)?;
        let place = &mut self.table.0[at];
        let event = Event::readable(self.keys.key(at, place));
        // SAFETY: `close` takes it out before it is closed.
        unsafe { self.poller.add_with_mode(&socket, event, PollMode::Level)? };
        place.socket = Some(socket);
        Ok(guest)
    }

    fn close(&mut self, at: usize) -> io::Result<()> {
        let place = &mut self.table.0[at];
        place.generation += 1;
        let socket = place.socket.take();
        socket.map_or(Ok(()), |socket| self.poller.delete(&socket))
    }

    /// Both guests speak at once. Whoever is heard first has the other one sent away, and
    /// a third one takes that seat in silence.
    fn evening(&mut self) -> io::Result<()> {
        let mut guests = [self.seat(0)?, self.seat(1)?];
        for guest in &mut guests {
            guest.write_all(b"?")?;
        }
        let mut events = Events::new();
        while events.len() < 2 {
            events.clear();
            self.poller.wait(&mut events, None)?;
        }
        let keys: Vec<_> = events.iter().map(|event| event.key).collect();
        let other = 1 - (keys[0] & 1);
        self.close(other)?;
        let _third = self.seat(other)?;
        match self.table.find(self.keys, keys[1]) {
            None => println!("  the second event finds nobody"),
            Some(socket) => println!("  the second event finds a guest: {}", says(socket)),
        }
        self.close(0)?;
        self.close(1)
    }
}

fn says(socket: &mut TcpStream) -> String {
    match socket.read(&mut [0]) {
        Ok(bytes) => format!("who has spoken ({bytes} byte)"),
        Err(error) => format!("who has not spoken ({:?})", error.kind()),
    }
}

fn main() -> io::Result<()> {
    println!("a key is a place:");
    Kitchen::open(Keys::Place)?.evening()?;
    println!("a key is a place and a generation:");
    Kitchen::open(Keys::Generation)?.evening()
}
// ANCHOR_END: main
