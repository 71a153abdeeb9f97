//! A descriptor is closed first, and taken out of the poller then: whom does that hit?

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::time::Duration;

use polling::{Event, Events, PollMode, Poller};

// ANCHOR: main
/// A guest in the street, and the kitchen's end of the connection.
fn connect(listener: &TcpListener) -> io::Result<(TcpStream, TcpStream)> {
    let guest = TcpStream::connect(listener.local_addr()?)?;
    Ok((guest, listener.accept()?.0))
}

fn add(poller: &Poller, kitchen: &TcpStream, key: usize) -> io::Result<()> {
    // SAFETY: with its last owner it leaves the epoll by itself, and the poller goes
    // first. This program is for Linux' epoll.
    unsafe { poller.add_with_mode(kitchen, Event::readable(key), PollMode::Edge) }
}

fn delete(poller: &Poller, number: RawFd) -> io::Result<()> {
    // SAFETY: the number belongs to an open descriptor: that it is a stranger's is the
    // point.
    poller.delete(unsafe { BorrowedFd::borrow_raw(number) })
}

/// How many events the second guest's word makes, if the first one is taken out of the
/// poller after it is closed.
fn heard(delete_late: bool) -> io::Result<usize> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let poller = Poller::new()?;
    let (_first_guest, first) = connect(&listener)?;
    add(&poller, &first, 1)?;
    let (mut second_guest, second) = connect(&listener)?;
    let number = first.as_raw_fd();
    drop(first);
    let second = second.try_clone()?; // gets the lowest number that is free: the first one's
    assert_eq!(second.as_raw_fd(), number);
    add(&poller, &second, 2)?;
    if delete_late {
        delete(&poller, number)?;
    }
    second_guest.write_all(b"?")?;
    let mut events = Events::new();
    poller.wait(&mut events, Some(Duration::from_millis(100)))?;
    Ok(events.len())
}

pub(crate) fn main() -> io::Result<()> {
    println!("events for the second guest: {}", heard(false)?);
    println!("after the first was deleted late: {}", heard(true)?);
    Ok(())
}
// ANCHOR_END: main
