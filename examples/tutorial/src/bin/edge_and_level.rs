//! One byte that nobody reads: how often is it news?

#![allow(unsafe_code)] // a descriptor must leave the poller before it is closed

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use polling::{Event, Events, PollMode, Poller};

// ANCHOR: main
/// How many of three waits report the same unread byte.
fn told(mode: PollMode) -> io::Result<usize> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut guest = TcpStream::connect(listener.local_addr()?)?;
    let (kitchen, _) = listener.accept()?;
    kitchen.set_nonblocking(true)?;
    let poller = Poller::new()?;
    // SAFETY: it leaves the poller below, before it is closed.
    unsafe { poller.add_with_mode(&kitchen, Event::readable(1), mode)? };

    guest.write_all(b"?")?;
    let mut events = Events::new();
    poller.wait(&mut events, None)?; // until the byte is there
    let mut told = events.len();
    for _ in 0..2 {
        events.clear();
        poller.wait(&mut events, Some(Duration::ZERO))?;
        told += events.len();
    }
    poller.delete(&kitchen)?;
    Ok(told)
}

fn main() -> io::Result<()> {
    println!("level: told {} times of 3", told(PollMode::Level)?);
    println!("edge: told {} time of 3", told(PollMode::Edge)?);
    Ok(())
}
// ANCHOR_END: main
