//! The reader: the thread that reads the process' standard input. Started by the first who asks.
//!
//! It is not of a runtime's blocking pool: a read of a terminal may never return, and a runtime's end waits for its pool.

use std::io::{self, Read};
use std::thread;

use super::input::{Ask, Input};
use crate::swallow::in_peace;
use crate::sync::{Notify, park};

/// The size of a read: as large as std's own buffer, which is gone past then.
const CHUNK: usize = 8 * 1024;

pub(super) static INPUT: Input<Reader> = Input::new(Reader { has_thread: false });

/// Tells the thread that a read is asked for. No second one comes before the answer, so its one permit is enough.
static ASKED: Notify = Notify::new();

#[derive(Debug)]
pub(super) struct Reader {
    has_thread: bool,
}

impl Ask for Reader {
    fn ask(&mut self) -> io::Result<()> {
        if !self.has_thread {
            start_thread()?;
            self.has_thread = true;
        }
        ASKED.notify_one();
        Ok(())
    }
}

fn start_thread() -> io::Result<()> {
    let thread = thread::Builder::new().name("toque-stdin".to_owned());
    thread.spawn(serve).map(drop)
}

/// The thread's life, which is as long as the process'.
fn serve() {
    let mut chunk = [0; CHUNK];
    loop {
        park::block_on(ASKED.notified());
        let result = read(&mut chunk).map(|n| &chunk[..n]);
        let mut waiters = INPUT.answer(result);
        in_peace(|| waiters.wake_all()); // a thread that panics would still be asked, and never answer
    }
}

fn read(chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match io::stdin().read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
