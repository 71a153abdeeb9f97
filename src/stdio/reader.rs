//! The reader: the thread that reads the process' standard input. Started by the first who asks.
//!
//! It is not of a runtime's blocking pool: a read of a terminal may never return, and a runtime's end waits for its pool.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use super::input::{Ask, Input};
use crate::swallow::in_peace;

/// The size of a read: as large as std's own buffer, which is gone past then.
const CHUNK: usize = 8 * 1024;

pub(super) static INPUT: Input<Reader> = Input::new(Reader { thread: None });

#[derive(Debug)]
pub(super) struct Reader {
    /// Asks the thread for a read. `None` until the first.
    thread: Option<Sender<()>>,
}

impl Ask for Reader {
    fn ask(&mut self) -> io::Result<()> {
        let thread = self.thread.as_ref();
        let is_asked = thread.is_some_and(|thread| thread.send(()).is_ok());
        if !is_asked {
            self.thread = Some(start_thread()?);
        }
        Ok(())
    }
}

/// Starts the thread, with a read already asked for.
fn start_thread() -> io::Result<Sender<()>> {
    let (ask, asked) = mpsc::channel();
    thread::Builder::new()
        .name("toque-stdin".to_owned())
        .spawn(move || serve(&asked))?;
    let _ = ask.send(()); // it can't have left
    Ok(ask)
}

/// The thread's life.
fn serve(asked: &Receiver<()>) {
    let mut chunk = [0; CHUNK];
    for () in asked {
        let result = read(&mut chunk).map(|n| &chunk[..n]);
        let mut waiters = INPUT.answer(result);
        in_peace(|| waiters.wake_all()); // a thread that panics would still be asked until it is gone, and never answer
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
