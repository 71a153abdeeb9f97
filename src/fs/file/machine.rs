//! The file's state machine: one operation at a time, on the pool, and what is left of it.
//! Driven by the traits in `faces.rs` and the methods of [`File`](super::File).
//!
//! # Rules
//! 1. A file is **idle** or **busy**. It is busy from the start of an operation until somebody has polled its outcome.
//! 2. While it is busy the descriptor's position and the buffer are the operation's. Whoever wants something else waits for it
//!    first. So whoever cancels an operation leaves it to the next one.
//! 3. An outcome goes to whoever asked for it. A read's bytes are in the buffer, for any read. A seek's position is for a seek to
//!    the same target: then the cancelled one was not, and this one was. A write is asked for by nobody: its error is kept.
//! 4. While idle the buffer holds bytes that were **read** and not taken, or **accepted** and not written, or none. Read ones put
//!    the descriptor's position behind what the user thinks it is; what counts from there goes back first.
//! 5. Accepted bytes are there while idle only after an error. The error is told once, by the next operation that depends on
//!    them; every further one tries to write them again. Nothing else forgets them but the end of the file.
//! 6. Every operation that the pool has taken is done, also if the runtime ends.

use std::fs::File;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice, SeekFrom};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::lent::Lent;
use crate::fs::on_pool::{no_answer, start_mandatory};
use crate::runtime::Answer;
use crate::sync::oneshot;

/// What an operation on the pool has come to.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Nothing that anybody asks for; or there was no operation.
    None,
    /// How many bytes are in the buffer now.
    Read(io::Result<usize>),
    /// All that was accepted is in the file; or why the rest is not.
    Written(io::Result<()>),
    /// Where a seek has led.
    Sought(SeekFrom, io::Result<u64>),
}

/// A file that is idle or busy.
pub(crate) struct Machine {
    lent: Arc<Lent>,
    /// The operation under way: with one the file is busy, without it is idle.
    operation: Option<Answer<Outcome>>,
    /// Why accepted bytes are not in the file, until somebody has been told.
    failed: Option<io::Error>,
}

impl Machine {
    pub(super) fn new(lent: Arc<Lent>) -> Self {
        Self {
            lent,
            operation: None,
            failed: None,
        }
    }

    /// Idle → busy.
    fn start(
        &mut self,
        operation: impl FnOnce(&Lent) -> Outcome + Send + 'static,
    ) -> io::Result<()> {
        debug_assert!(self.operation.is_none(), "rule 2");
        let lent = Arc::clone(&self.lent);
        self.operation = Some(start_mandatory(move || operation(&lent))?);
        Ok(())
    }

    /// Busy → idle: waits for the operation under way.
    pub(crate) fn poll_outcome(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        let Some(operation) = &mut self.operation else {
            return Poll::Ready(Outcome::None);
        };
        let ended = ready!(Pin::new(operation).poll(cx)); // its end owes the wake
        self.operation = None;
        Poll::Ready(match ended {
            Ok(Outcome::Written(result)) => self.kept(result),
            Ok(outcome) => outcome,
            Err(lost) => self.kept(Err(no_answer(lost))),
        })
    }

    fn kept(&mut self, result: io::Result<()>) -> Outcome {
        self.failed = result.err().or(self.failed.take());
        Outcome::None
    }

    /// Waits until all that was accepted is in the file, or tells why it is not.
    pub(super) fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_outcome(cx));
            if let Some(error) = self.failed.take() {
                return Poll::Ready(Err(error));
            }
            if self.lent.buffer().unwritten() == 0 {
                return Poll::Ready(Ok(()));
            }
            self.start(Lent::write)?;
        }
    }

    /// The same, and then until the descriptor's position is the one that the user thinks it is.
    fn poll_rewound(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_written(cx))?;
            if self.lent.buffer().unread() == 0 {
                return Poll::Ready(Ok(()));
            }
            self.start(|lent| Outcome::Written(lent.rewind()))?;
        }
    }

    /// Reads up to `max` bytes, or what is in the buffer.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut [u8],
        max: usize,
    ) -> Poll<io::Result<usize>> {
        let max = max.min(into.len());
        if max == 0 {
            return Poll::Ready(Ok(0));
        }
        loop {
            match ready!(self.poll_outcome(cx)) {
                Outcome::Read(Ok(0)) => return Poll::Ready(Ok(0)),
                Outcome::Read(Err(error)) => return Poll::Ready(Err(error)),
                _ => ready!(self.poll_written(cx))?,
            }
            let n = self.lent.buffer().take(into);
            if n > 0 {
                return Poll::Ready(Ok(n));
            }
            self.start(move |lent| lent.read(max))?;
        }
    }

    /// Accepts up to `max` bytes, and lets the pool write them.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        from: &[IoSlice<'_>],
        max: usize,
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_rewound(cx))?;
        let n = self.lent.buffer().accept(from, max);
        if n == 0 {
            return Poll::Ready(Ok(0));
        }
        if let Err(error) = self.start(Lent::write) {
            self.lent.buffer().clear(); // they are the caller's still
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(n))
    }

    pub(super) fn poll_seek(
        &mut self,
        cx: &mut Context<'_>,
        target: SeekFrom,
    ) -> Poll<io::Result<u64>> {
        loop {
            match ready!(self.poll_outcome(cx)) {
                Outcome::Sought(to, result) if to == target => return Poll::Ready(result),
                _ => self.start_seek(target)?,
            }
        }
    }

    /// The first half of a seek; its outcome is the second.
    ///
    /// # Errors
    /// If the file is busy; or that of a write before.
    pub(crate) fn start_seek(&mut self, target: SeekFrom) -> io::Result<()> {
        if self.operation.is_some() {
            return Err(io::Error::other(
                "other file operation is pending, call `poll_complete` before `start_seek`",
            ));
        }
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.start(move |lent| lent.seek(target)),
        }
    }

    /// Waits until the file is idle.
    pub(super) async fn idle(&mut self) {
        poll_fn(|cx| self.poll_outcome(cx)).await;
    }

    /// See [`poll_written`](Self::poll_written).
    pub(super) async fn written(&mut self) -> io::Result<()> {
        poll_fn(|cx| self.poll_written(cx)).await
    }

    /// Makes a call on the file. It is idle.
    pub(super) async fn call<T, F>(&mut self, call: F) -> io::Result<T>
    where
        F: FnOnce(&Lent) -> io::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (tell, mut told) = oneshot::channel();
        self.start(move |lent| {
            let _ = tell.send(call(lent)); // to nobody, if this was cancelled
            Outcome::None
        })?;
        self.idle().await;
        told.try_recv().unwrap_or_else(|_| Err(self.lost()))
    }

    /// Why an operation gave no answer.
    fn lost(&mut self) -> io::Error {
        let error = self.failed.take();
        error.unwrap_or_else(|| io::Error::other("the file system was not asked"))
    }

    /// Forgets what is in the buffer; what was read goes back, if the file has a position.
    pub(super) async fn wind_up(&mut self) {
        self.idle().await;
        let unread = self.lent.buffer().unread();
        if unread > 0 {
            let _ = self.call(Lent::rewind).await;
        }
    }

    /// Whether nothing is under way and nothing is in the buffer or still to be told.
    pub(super) fn is_at_rest(&self) -> bool {
        self.operation.is_none() && self.failed.is_none() && self.lent.buffer().is_empty()
    }

    /// The file, given back by its only owner.
    pub(super) fn into_file(self) -> File {
        let lent = Arc::into_inner(self.lent);
        lent.expect("no operation is under way").into_file()
    }
}
