//! A pool of threads: a few waiters, each with one guest at a time. Whoever comes when all are taken stands in line.
//!
//! The memory is bounded. The price is the line: a waiter is taken until the guest leaves, whether the guest orders, reads the menu,
//! or the waiter himself waits for the database.

use std::io;
use std::net::TcpStream;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::{self, Builder};

use crate::door::Door;
use crate::last_call::{self, LastCall};
use crate::menu::Menu;
use crate::model::thread::STACK;
use crate::waiter;

/// The receiving end of the line. The waiter who has the lock is the one who waits for the next guest.
type Line = Mutex<mpsc::Receiver<(u64, TcpStream)>>;

pub(crate) fn serve(door: Door, menu: Menu, threads: NonZeroUsize) -> io::Result<()> {
    let (last_call, rope) = last_call::new()?;
    let (entrance, line) = mpsc::channel();
    let line = Line::new(line);
    let (menu, line, last_call) = (&menu, &line, &last_call);
    thread::scope(|waiters| {
        let (_rope, entrance) = (rope, entrance); // dropped on every way out, and before the scope waits for the waiters
        for _ in 0..threads.get() {
            let waiter = Builder::new().stack_size(STACK);
            waiter.spawn_scoped(waiters, || work(line, menu, last_call))?;
        }
        for number in 1.. {
            let Some(guest) = door.next()? else { break };
            if entrance.send((number, guest)).is_err() {
                break; // no waiter is left
            }
        }
        Ok(())
    })
}

/// One guest after the other, until the line is closed and empty.
fn work(line: &Line, menu: &Menu, last_call: &LastCall) {
    while let Some((number, guest)) = next(line) {
        // An error is a guest who has left.
        let _ = waiter::wait_on(&guest, number, menu, last_call);
    }
}

/// A function of its own, so that the lock is given back before the guest is waited on.
fn next(line: &Line) -> Option<(u64, TcpStream)> {
    let line = line.lock().unwrap_or_else(PoisonError::into_inner);
    line.recv().ok()
}
