//! A process for each connection: the guest gets a waiter with a kitchen of their own, as from the httpd of old.
//!
//! A waiter who stands still, or falls over, is nobody else's matter. The price is a process: its page tables, its copy of each page
//! that it writes to, and a `fork` for each connection. The menu is read-only, so all of them read the parent's pages.

use std::io;
use std::net::TcpStream;
use std::process;

use crate::door::Door;
use crate::http::Answer;
use crate::last_call::{self, LastCall};
use crate::menu::Menu;
use crate::os::{self, Side};
use crate::waiter;

pub(crate) fn serve(door: Door, menu: Menu) -> io::Result<()> {
    os::leave_no_zombies()?;
    let (last_call, rope) = last_call::new()?;
    for number in 1.. {
        let Some(guest) = door.next()? else { break };
        match os::fork() {
            Ok(Side::Parent) => {}
            Ok(Side::Child) => {
                // A child with the rope would keep the last call from ringing, and one with the door the port from being free.
                drop((door, rope));
                wait_on(&guest, number, &menu, &last_call)
            }
            Err(error) => turn_away(&guest, &error),
        }
    }
    drop((door, rope));
    os::wait_for_children()
}

/// The life of a child. It never goes back into the parent's loop.
fn wait_on(guest: &TcpStream, number: u64, menu: &Menu, last_call: &LastCall) -> ! {
    match waiter::wait_on(guest, number, menu, last_call) {
        Ok(()) => process::exit(0),
        Err(_) => process::exit(1), // the guest has left
    }
}

fn turn_away(guest: &TcpStream, error: &io::Error) {
    eprintln!("fork: {error}");
    waiter::say(guest, &Answer::FULL);
}
