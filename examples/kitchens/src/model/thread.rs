//! A thread for each connection: the guest gets a waiter, and all waiters share a kitchen.
//!
//! Cheaper than a process, since the memory is shared. The price is a stack for each connection, the kernel's part of a thread, and
//! locks around whatever the handlers change.

use std::io;
use std::sync::Arc;
use std::thread::{self, Builder};

use crate::door::Door;
use crate::http::Answer;
use crate::last_call;
use crate::menu::Menu;
use crate::waiter;

/// A waiter's stack, in bytes; std's own are 2 MiB. Only pages that were written to are memory, so this bounds the addresses rather than
/// the memory: with 5,000 guests a thread takes 13 KiB in all (`scripts/kitchens`, 2026-11-25).
pub(crate) const STACK: usize = 128 * 1024;

pub(crate) fn serve(door: Door, menu: Menu) -> io::Result<()> {
    let (last_call, rope) = last_call::new()?;
    let (menu, last_call) = (&menu, &last_call);
    thread::scope(|waiters| {
        let _rope = rope; // dropped on every way out, and before the scope waits for the waiters
        for number in 1.. {
            let Some(guest) = door.next()? else { break };
            let guest = Arc::new(guest); // if there is no thread for them, they are told here
            let theirs = guest.clone();
            let waiter = Builder::new().stack_size(STACK);
            let hired = waiter.spawn_scoped(waiters, move || {
                // An error is a guest who has left.
                let _ = waiter::wait_on(&theirs, number, menu, last_call);
            });
            if let Err(error) = hired {
                eprintln!("thread: {error}");
                waiter::say(&guest, &Answer::FULL);
            }
        }
        Ok(())
    })
}
