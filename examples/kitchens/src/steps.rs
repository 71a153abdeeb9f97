//! The six steps of a GET, told by their numbers on standard error with `--steps`.
//!
//! 1. The request arrives at the event loop.
//! 2. Its handler starts: "searching for sandwich".
//! 3. The look-up goes out to the database, and to the event demultiplexer who waits for it.
//! 4. The chef serves others.
//! 5. The look-up is done, and goes to the event queue.
//! 6. Its turn comes, and the handler goes on: "lunch time".
//!
//! In a kitchen that blocks, step 4 is the one that differs: nobody else is served by whoever waits.

use std::io::{self, Write};

/// A request's name in the log: the guest's number, and how many they have ordered.
#[derive(Clone, Copy)]
pub(crate) struct Order {
    guest: u64,
    count: u64,
    /// Whether anybody wants to know.
    told: bool,
}

impl Order {
    pub(crate) fn first_of(guest: u64, told: bool) -> Order {
        Order {
            guest,
            count: 1,
            told,
        }
    }

    pub(crate) fn next(self) -> Order {
        Order {
            count: self.count + 1,
            ..self
        }
    }

    /// Tells of a step, as `order 3.1, step 2: …`.
    pub(crate) fn step(self, number: u8, what: &str) {
        if self.told {
            let Order { guest, count, .. } = self;
            let line = format!("order {guest}.{count}, step {number}: {what}\n");
            // In one piece, since processes write to the same file. Nobody may be there to read it.
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }
}
