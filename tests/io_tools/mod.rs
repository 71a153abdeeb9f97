//! What the tests of readers and writers share: a reader and a writer that do as they are told.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use toque::io::{AsyncRead, AsyncWrite, BufReader};

/// Runs a test's future. One that waits for ever fails instead.
pub(crate) fn run<F: Future>(test: F) -> F::Output {
    let limit = Duration::from_secs(120); // a sanitizer on a busy machine is slow
    toque::Runtime::new()
        .unwrap()
        .block_on(async { toque::time::timeout(limit, test).await })
        .expect("the test hangs")
}

/// What a scripted stream does next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Brings these bytes: one read, if the buffer is large enough.
    Bytes(&'static [u8]),
    /// Is not ready once. Wakes at once, to be polled again.
    Wait,
    Fail(ErrorKind),
}

pub(crate) use Step::{Bytes, Fail, Wait};

/// A reader by a script. After the last step it is at its end.
#[derive(Debug, Default)]
pub(crate) struct Script {
    steps: VecDeque<Step>,
    /// The longest buffer that was offered.
    pub(crate) longest: usize,
    /// How often it was polled at its end.
    pub(crate) ends: usize,
}

/// A reader that does these things.
pub(crate) fn script(steps: &[Step]) -> Script {
    Script {
        steps: steps.iter().copied().collect(),
        ..Script::default()
    }
}

/// The same, buffered.
pub(crate) fn buffered(steps: &[Step]) -> BufReader<Script> {
    BufReader::new(script(steps))
}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.longest = self.longest.max(buf.len());
        match self.steps.pop_front() {
            Some(Bytes(bytes)) => {
                let (now, later) = bytes.split_at(bytes.len().min(buf.len()));
                buf[..now.len()].copy_from_slice(now);
                if !later.is_empty() {
                    self.steps.push_front(Bytes(later));
                }
                Poll::Ready(Ok(now.len()))
            }
            Some(Wait) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Fail(kind)) => Poll::Ready(Err(kind.into())),
            None => {
                self.ends += 1;
                Poll::Ready(Ok(0))
            }
        }
    }
}

/// A writer that takes so many bytes at a time, and keeps count.
#[derive(Debug)]
pub(crate) struct Taking {
    pub(crate) at_a_time: usize,
    pub(crate) taken: Vec<u8>,
    pub(crate) writes: usize,
    pub(crate) flushes: usize,
    pub(crate) closes: usize,
}

pub(crate) fn taking(at_a_time: usize) -> Taking {
    Taking {
        at_a_time,
        taken: Vec::new(),
        writes: 0,
        flushes: 0,
        closes: 0,
    }
}

impl AsyncWrite for Taking {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let n = buf.len().min(self.at_a_time);
        self.taken.extend_from_slice(&buf[..n]);
        self.writes += 1;
        Poll::Ready(Ok(n))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.flushes += 1;
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.closes += 1;
        Poll::Ready(Ok(()))
    }
}

/// Polls a future once and drops it: it must have waited.
pub(crate) async fn cancelled<F: Future>(future: F) {
    let mut future = pin!(future);
    let pending = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await;
    assert!(pending, "this one should have to wait");
}

/// The kind of an error.
#[track_caller]
pub(crate) fn kind<T: std::fmt::Debug>(result: io::Result<T>) -> ErrorKind {
    result.unwrap_err().kind()
}
