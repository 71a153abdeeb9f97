//! Ten bytes, an edge, and a server that reads four.

#![allow(unsafe_code)] // a descriptor must leave the poller before it is closed

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use polling::{Event, Events, PollMode, Poller};

// ANCHOR: main
pub(crate) fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut guest = TcpStream::connect(listener.local_addr()?)?;
    let (mut kitchen, _) = listener.accept()?;
    guest.write_all(b"0123456789")?;
    while kitchen.peek(&mut [0; 16])? < 10 {} // until all of it is there
    kitchen.set_nonblocking(true)?;
    let poller = Poller::new()?;
    // SAFETY: it leaves the poller below, before it is closed.
    unsafe { poller.add_with_mode(&kitchen, Event::readable(1), PollMode::Edge)? };

    let mut events = Events::new();
    poller.wait(&mut events, None)?;
    println!("edges: {}", events.len());
    let mut chunk = [0; 4];
    println!("read: {} bytes, once", kitchen.read(&mut chunk)?);
    events.clear();
    poller.wait(&mut events, Some(Duration::ZERO))?;
    println!("edges for the rest: {}", events.len());
    println!("and it is there: {} bytes", kitchen.peek(&mut [0; 16])?);
    poller.delete(&kitchen)
}
// ANCHOR_END: main
