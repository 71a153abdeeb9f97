//! The input: what the process has read of its standard input and nobody has taken yet, and the thread that reads.
//! There is one. Every `Stdin` takes from it.
//!
//! Its thread is not of a runtime's blocking pool: a read of a terminal may never return, and a runtime's end waits for its
//! pool. A read is begun only when somebody asks, and what it brings waits for whoever asks next.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::task::{Context, Poll, Waker, ready};
use std::thread;

use crate::future::budget;
use crate::shim::sync::Mutex;
use crate::waker::WakeList;

/// The size of a read: as large as std's own buffer, which is gone past then.
const CHUNK: usize = 8 * 1024;

static INPUT: Mutex<State> = Mutex::new(State {
    bytes: VecDeque::new(),
    end: None,
    is_reading: false,
    thread: None,
    waiters: BTreeMap::new(),
});

struct State {
    /// Read, and not taken yet.
    bytes: VecDeque<u8>,
    /// How the last read ended if it brought nothing: the end, or an error. Told once; a terminal may go on after its end.
    end: Option<io::Result<()>>,
    /// Set when the thread is asked, cleared when its answer is here.
    is_reading: bool,
    /// Asks the thread for a read. `None` until the first.
    thread: Option<Sender<()>>,
    /// Who waits for the answer, by the number of the taker.
    waiters: BTreeMap<u64, Waker>,
}

/// One who takes. What it was waiting for stays when it goes.
#[derive(Debug)]
pub(super) struct Taker {
    /// Its place among those who wait.
    number: u64,
}

impl Taker {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed), // unique is all it must be
        }
    }

    /// Takes what is there, or waits for it; 0 is the end.
    pub(super) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if buf.is_empty() {
            return Poll::Ready(Ok(0));
        }
        ready!(budget::poll_proceed(cx));
        let waker = cx.waker().clone(); // foreign code, so before the lock
        let mut state = INPUT.lock();
        if let Some(result) = state.take(buf) {
            budget::spend();
            return Poll::Ready(result);
        }
        state.ask()?;
        let replaced = state.waiters.insert(self.number, waker); // the thread owes the wake
        drop(state);
        drop(replaced);
        Poll::Pending
    }
}

impl Drop for Taker {
    fn drop(&mut self) {
        let waker = INPUT.lock().waiters.remove(&self.number);
        drop(waker);
    }
}

impl State {
    fn take(&mut self, buf: &mut [u8]) -> Option<io::Result<usize>> {
        if self.bytes.is_empty() {
            return self.end.take().map(|end| end.map(|()| 0));
        }
        let n = self.bytes.len().min(buf.len());
        Some(self.bytes.read_exact(&mut buf[..n]).map(|()| n))
    }

    /// Sees that a read is under way.
    fn ask(&mut self) -> io::Result<()> {
        if self.is_reading {
            return Ok(());
        }
        let is_asked = self
            .thread
            .as_ref()
            .is_some_and(|thread| thread.send(()).is_ok());
        if !is_asked {
            self.thread = Some(start_thread()?);
        }
        self.is_reading = true;
        Ok(())
    }

    /// The answer of the thread. Gives those who wait for it.
    fn answer(&mut self, result: io::Result<&[u8]>) -> WakeList {
        self.is_reading = false;
        match result {
            Ok([]) => self.end = Some(Ok(())),
            Ok(bytes) => self.bytes.extend(bytes),
            Err(error) => self.end = Some(Err(error)),
        }
        let mut waiters = WakeList::new();
        waiters
            .list()
            .extend(std::mem::take(&mut self.waiters).into_values());
        waiters
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
        let mut waiters = INPUT.lock().answer(result);
        waiters.wake_all(); // should one panic, the next who asks starts another thread
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
