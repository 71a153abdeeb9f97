//! The pipe: bytes on their way from one task to another, and who waits at its ends. Bounded.
//! `duplex` is made of two.

use std::collections::VecDeque;
use std::io::{self, IoSlice, Read};
use std::task::{Context, Poll, Waker, ready};

use crate::future::budget;
use crate::shim::sync::Mutex;
use crate::sync::seat;
use crate::waits::note_call;

/// Says what the task waits for; by whose line, its traits do not tell.
fn noted<R>(poll: Poll<R>) -> Poll<R> {
    if poll.is_pending() {
        note_call("io::DuplexStream", None);
    }
    poll
}

/// One direction between two tasks.
#[derive(Debug)]
pub(super) struct Pipe {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    bytes: VecDeque<u8>,
    /// How many bytes it may hold.
    capacity: usize,
    /// Set once: nothing more is written. What is in it can still be read.
    is_closed: bool,
    /// Set once: nobody reads any more. It stays empty.
    is_deaf: bool,
    /// Who waits for bytes, or the end.
    reader: Option<Waker>,
    /// Who waits for room.
    writer: Option<Waker>,
}

impl Pipe {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::new(State {
                bytes: VecDeque::new(),
                capacity,
                is_closed: false,
                is_deaf: false,
                reader: None,
                writer: None,
            }),
        }
    }

    /// Takes what is there; 0 at the end.
    pub(super) fn poll_read(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<usize> {
        ready!(budget::poll_proceed(cx));
        let attempt = |state: &mut State| state.read(buf);
        let poll = seat::poll(&self.state, cx, |state| &mut state.reader, attempt);
        let (n, writer) = ready!(noted(poll));
        seat::wake(writer);
        budget::spend();
        Poll::Ready(n)
    }

    /// Puts in what there is room for.
    pub(super) fn poll_write(
        &self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(budget::poll_proceed(cx));
        let attempt = |state: &mut State| state.write(bufs);
        let poll = seat::poll(&self.state, cx, |state| &mut state.writer, attempt);
        let (result, reader) = ready!(noted(poll));
        seat::wake(reader);
        budget::spend();
        Poll::Ready(result)
    }

    /// The writer's end.
    pub(super) fn close(&self) {
        let mut state = self.state.lock();
        state.is_closed = true;
        let reader = state.reader.take();
        drop(state);
        seat::wake(reader);
    }

    /// The reader's end.
    pub(super) fn deafen(&self) {
        let mut state = self.state.lock();
        state.is_deaf = true;
        state.bytes = VecDeque::new();
        let writer = state.writer.take();
        drop(state);
        seat::wake(writer);
    }
}

impl State {
    /// What was read, and who waits for the room. `None` if there is nothing yet.
    fn read(&mut self, buf: &mut [u8]) -> Option<(usize, Option<Waker>)> {
        let n = self.bytes.len().min(buf.len());
        if n == 0 && !self.is_closed && !buf.is_empty() {
            return None;
        }
        let taken = self.bytes.read_exact(&mut buf[..n]);
        taken.expect("no more is asked for than there is");
        let writer = if n > 0 { self.writer.take() } else { None };
        Some((n, writer))
    }

    /// What was written, and who waits for it. `None` if there is no room yet.
    fn write(&mut self, bufs: &[IoSlice<'_>]) -> Option<(io::Result<usize>, Option<Waker>)> {
        if self.is_closed || self.is_deaf {
            return Some((Err(io::ErrorKind::BrokenPipe.into()), None));
        }
        let before = self.bytes.len();
        for buf in bufs {
            let room = self.capacity - self.bytes.len();
            self.bytes.extend(&buf[..room.min(buf.len())]);
        }
        let n = self.bytes.len() - before;
        if n > 0 {
            return Some((Ok(n), self.reader.take()));
        }
        bufs.iter()
            .all(|buf| buf.is_empty())
            .then_some((Ok(0), None))
    }
}

#[cfg(all(test, loom))]
#[path = "pipe_loom.rs"]
mod loom_models;
