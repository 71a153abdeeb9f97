//! The input: what has been read and nobody has taken yet, who waits for more, and whom to ask for it.
//! There is one in a process, its standard input's. Every `Stdin` takes from it.
//!
//! A read is begun only when somebody asks, and what it brings waits for whoever asks next.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker, ready};

use crate::future::budget;
use crate::numbered::Numbered;
use crate::shim::sync::Mutex;
use crate::waker::WakeList;

/// Who reads, on a thread of its own, and gives each answer to [`Input::answer`].
pub(super) trait Ask {
    /// Asks for a read. Called under the input's lock, and not again before the answer.
    fn ask(&mut self) -> io::Result<()>;
}

#[derive(Debug)]
pub(super) struct Input<A> {
    state: Mutex<State<A>>,
}

#[derive(Debug)]
struct State<A> {
    /// Read, and not taken yet.
    bytes: VecDeque<u8>,
    /// How the last read ended if it brought nothing: the end, or an error. Told once; a terminal may go on after its end.
    end: Option<io::Result<()>>,
    /// Set when the reader is asked, cleared when its answer is here.
    is_reading: bool,
    reader: A,
    /// Who waits for the answer, by the number of the taker.
    waiters: Numbered<Waker>,
}

impl<A> Input<A> {
    crate::shim::const_fn! {
        pub(super) const fn new(reader: A) -> Self {
            Self {
                state: Mutex::new(State {
                    bytes: VecDeque::new(),
                    end: None,
                    is_reading: false,
                    reader,
                    waiters: Numbered::new(),
                }),
            }
        }
    }

    /// The answer to what was asked. Gives those who wait for it, to be woken.
    pub(super) fn answer(&self, result: io::Result<&[u8]>) -> WakeList {
        let mut state = self.state.lock();
        state.is_reading = false;
        match result {
            Ok([]) => state.end = Some(Ok(())),
            Ok(bytes) => state.bytes.extend(bytes),
            Err(error) => state.end = Some(Err(error)),
        }
        let mut waiters = WakeList::new();
        waiters.list().extend(state.waiters.drain());
        waiters
    }
}

/// One who takes. What it was waiting for stays when it goes.
#[derive(Debug)]
pub(super) struct Taker<'a, A> {
    input: &'a Input<A>,
    /// Its place among those who wait.
    number: u64,
}

impl<'a, A> Taker<'a, A> {
    pub(super) fn of(input: &'a Input<A>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            input,
            number: NEXT.fetch_add(1, Ordering::Relaxed), // unique is all it must be
        }
    }
}

impl<A: Ask> Taker<'_, A> {
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
        let mut state = self.input.state.lock();
        if let Some(result) = state.take(buf) {
            budget::spend();
            return Poll::Ready(result);
        }
        state.ask()?;
        // under the same lock as the look, or an answer in between wakes nobody; the reader owes the wake
        let replaced = state.waiters.insert(self.number, waker);
        drop(state);
        drop(replaced);
        Poll::Pending
    }
}

impl<A> Drop for Taker<'_, A> {
    fn drop(&mut self) {
        let waker = self.input.state.lock().waiters.remove(self.number);
        drop(waker);
    }
}

impl<A: Ask> State<A> {
    fn take(&mut self, buf: &mut [u8]) -> Option<io::Result<usize>> {
        if self.bytes.is_empty() {
            return self.end.take().map(|end| end.map(|()| 0));
        }
        let n = self.bytes.len().min(buf.len());
        Some(self.bytes.read_exact(&mut buf[..n]).map(|()| n))
    }

    /// Sees that a read is under way.
    fn ask(&mut self) -> io::Result<()> {
        if !self.is_reading {
            self.reader.ask()?;
            self.is_reading = true;
        }
        Ok(())
    }
}

#[cfg(all(test, loom))]
#[path = "input_loom.rs"]
mod loom_models;

#[cfg(all(test, not(loom)))]
#[path = "input_tests.rs"]
mod tests;
