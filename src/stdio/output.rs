//! The output: a buffer that goes to a thread of the blocking pool, is written there, and comes back.
//! What `Stdout` and `Stderr` are made of.

use std::future::Future;
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::runtime::Answer;

/// The most that one write takes: what tokio's does, so that a large one is a single trip to the pool.
const CHUNK: usize = 2 * 1024 * 1024;

/// One output of the process.
#[derive(Debug)]
pub(super) struct Output<W> {
    state: State,
    /// std's handle: lends the descriptor; the pool's thread takes its own.
    std: W,
    /// Makes std's handle on the thread that writes.
    open: fn() -> W,
}

#[derive(Debug)]
enum State {
    /// The buffer is here, to be used again.
    Idle(Vec<u8>),
    /// It is being written.
    Writing(Answer<Written>),
}

/// The buffer back, and what became of it.
type Written = (Vec<u8>, io::Result<()>);

impl<W: Write + 'static> Output<W> {
    pub(super) fn new(open: fn() -> W) -> Self {
        Self {
            state: State::Idle(Vec::new()),
            std: open(),
            open,
        }
    }

    pub(super) fn std(&self) -> &W {
        &self.std
    }

    /// Sends some of `bytes` away. An error of the write before is told first.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut buf = ready!(self.poll_idle(cx))?;
        let n = bytes.len().min(CHUNK);
        buf.extend_from_slice(&bytes[..n]);
        let open = self.open;
        let job = Answer::of(move || write(open(), buf));
        self.state = State::Writing(job);
        Poll::Ready(Ok(n))
    }

    /// Waits until all is written.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let buf = ready!(self.poll_idle(cx))?;
        self.state = State::Idle(buf);
        Poll::Ready(Ok(()))
    }

    /// Takes the buffer, empty, once it is back.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Vec<u8>>> {
        let (buf, result) = match &mut self.state {
            State::Idle(buf) => (std::mem::take(buf), Ok(())),
            State::Writing(job) => ready!(Pin::new(job).poll(cx))
                .unwrap_or_else(|error| (Vec::new(), Err(io::Error::other(error)))),
        };
        self.state = State::Idle(Vec::new());
        Poll::Ready(result.map(|()| buf))
    }
}

/// Writes the buffer on the pool's thread, and empties it.
fn write<W: Write>(mut writer: W, mut buf: Vec<u8>) -> Written {
    let result = writer.write_all(&buf).and_then(|()| writer.flush());
    buf.clear();
    (buf, result)
}
