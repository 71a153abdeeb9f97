//! The watched stream: a connection whose reads and writes have deadlines.
//! hyper reads and writes through it. A deadline that has passed is an error of the read or the write that waited.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ::hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};

use super::alarm::Alarm;
use super::config::ServerConfig;
use super::counted;
use super::deadline::Deadline;
use super::heads::Heads;
use super::progress::{Phase, Progress};
use crate::time::Instant;

/// What a client is told whose head comes too slowly: hyper has no request to answer, and writes nothing.
const TOO_SLOW: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// How long a client that is told to go may still send. Longer than a round trip to the far side of the world.
const LINGER: Duration = Duration::from_secs(1);

/// The deadlines of a stream. A copy: what hyper can upgrade is `Send`, and an `Rc` is not.
#[derive(Clone, Copy, Debug)]
struct Limits {
    first_byte: Option<Duration>,
    headers: Option<Duration>,
    keep_alive: Option<Duration>,
    request: Option<Duration>,
    body_idle: Option<Duration>,
    write_idle: Option<Duration>,
}

#[derive(Debug)]
pub(super) struct Watched<T> {
    stream: T,
    limits: Limits,
    progress: Arc<Progress>,
    /// What was read before hyper came, to find out which protocol it is. Given out first.
    pub(super) early: Vec<u8>,
    /// What is read passes it.
    heads: Heads,
    reading: Reading,
    /// Since when a write has waited for the client.
    blocked: Option<Instant>,
    /// When the last answer was sent and the sending half shut down.
    shut: Option<Instant>,
    read_alarm: Alarm,
    write_alarm: Alarm,
}

/// What a read waits for, and since when.
#[derive(Debug)]
struct Reading {
    /// The phase of that wait and the number of requests before it: another one is another wait. None once something has come.
    phase: Option<Phase>,
    requests: u64,
    since: Instant,
    /// The request that is being received, by its number, and when that was first noticed.
    request: (u64, Instant),
}

impl<T> Watched<T> {
    /// `born` is when the client connected.
    pub(super) fn new(
        stream: T,
        born: Instant,
        config: &Rc<ServerConfig>,
        progress: Arc<Progress>,
    ) -> Self {
        Self {
            stream,
            limits: Limits::new(config),
            reading: Reading::new(born),
            progress,
            early: Vec::new(),
            heads: Heads::default(),
            blocked: None,
            shut: None,
            read_alarm: Alarm::default(),
            write_alarm: Alarm::default(),
        }
    }

    /// From now on, what is read are requests of HTTP/1, and first among them what was read early.
    pub(super) fn expect_heads(&mut self) {
        self.heads.start();
        if let Some(spoiled) = self.heads.look(&self.early) {
            self.early[spoiled] = 0;
        }
        self.end_if_it_runs_ahead();
    }

    /// What has come before an answer that may change the protocol is no request, unless it does not: then none may follow.
    fn end_if_it_runs_ahead(&self) {
        if let Some(request) = self.heads.runs_ahead() {
            self.progress.end_after(request);
        }
    }
}

impl Limits {
    fn new(config: &ServerConfig) -> Self {
        Self {
            first_byte: config.first_byte,
            headers: config.headers,
            keep_alive: config.keep_alive,
            request: config.request,
            body_idle: config.body_idle,
            write_idle: config.write_idle,
        }
    }
}

impl Reading {
    fn new(born: Instant) -> Self {
        Self {
            phase: Some(Phase::Waiting),
            requests: 0,
            since: born,
            request: (0, born),
        }
    }

    /// A read waits. The clock is looked at only if it is another wait than the last one.
    fn waits(&mut self, progress: &Progress) {
        let (phase, requests) = (progress.phase(), progress.requests());
        if (Some(phase), requests) == (self.phase, self.requests) {
            return;
        }
        let now = Instant::now();
        let request = requests + u64::from(phase == Phase::Head);
        if phase != Phase::Waiting && request != self.request.0 {
            self.request = (request, now);
        }
        (self.phase, self.requests, self.since) = (Some(phase), requests, now);
    }

    /// Something has come: the next wait is a new one. A head has one limit for the whole of it.
    fn moved(&mut self) {
        if self.phase == Some(Phase::Serving) {
            self.phase = None;
        }
    }

    /// The next deadline of this wait.
    fn deadline(&self, limits: &Limits, multiplexed: bool) -> Named {
        let after = |since: Instant, limit: Option<Duration>, name| Some((since + limit?, name));
        let idle = || after(self.since, limits.keep_alive, Deadline::KeepAlive);
        let whole = || after(self.request.1, limits.request, Deadline::Request);
        match self.phase? {
            Phase::Waiting if multiplexed || self.requests > 0 => idle(),
            Phase::Waiting => after(self.since, limits.first_byte, Deadline::FirstByte),
            Phase::Head => earlier(
                after(self.since, limits.headers, Deadline::Headers),
                whole(),
            ),
            Phase::Serving if multiplexed => None,
            Phase::Serving => earlier(
                after(self.since, limits.body_idle, Deadline::BodyIdle),
                whole(),
            ),
            Phase::Upgraded => None,
        }
    }
}

type Named = Option<(Instant, Deadline)>;

fn earlier(one: Named, other: Named) -> Named {
    match (one, other) {
        (Some(one), Some(other)) if other.0 < one.0 => Some(other),
        (one, other) => one.or(other),
    }
}

impl<T: Read + Write + Unpin> Watched<T> {
    /// Reads, and not what was read early.
    pub(super) fn poll_wire(
        &mut self,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let is_upgraded = self.progress.phase() == Phase::Upgraded;
        let look = |bytes: &[u8]| {
            let heads = (!is_upgraded).then_some(&mut self.heads);
            heads.and_then(|heads| heads.look(bytes))
        };
        let Poll::Ready(read) = counted::poll_read(&mut self.stream, cx, buf, look) else {
            return self.poll_patience(cx);
        };
        if read? > 0 {
            self.end_if_it_runs_ahead();
            self.progress.received();
            self.reading.moved();
        }
        Poll::Ready(Ok(()))
    }

    /// A read has to wait: for its deadline too. `Ready(Ok)` is the end of a connection that is idle.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.progress.is_over() {
            return Poll::Ready(Ok(()));
        }
        self.reading.waits(&self.progress);
        let multiplexed = self.progress.is_multiplexed();
        let Some((deadline, name)) = self.reading.deadline(&self.limits, multiplexed) else {
            return Poll::Pending;
        };
        ready!(self.read_alarm.poll_passed(deadline, cx));
        self.progress.board.timed_out(name);
        self.progress.end_after_this(); // a handler may still answer
        match self.reading.phase {
            Some(Phase::Waiting) => return Poll::Ready(Ok(())), // nothing is cut short
            Some(Phase::Head) => self.apologise(cx),
            _ => {}
        }
        Poll::Ready(Err(name.error()))
    }

    /// Tells the client that its head came too slowly. One try: who reads as slowly as it writes is not waited for.
    fn apologise(&mut self, cx: &mut Context<'_>) {
        // Else the end of an answer before it is still to be sent, and this would get into its midst.
        if self.blocked.is_none() {
            let _ = Pin::new(&mut self.stream).poll_write(cx, TOO_SLOW);
            let _ = Pin::new(&mut self.stream).poll_flush(cx);
        }
    }

    /// What a write or a flush has come to: if it waits, it has a deadline.
    fn watch_write<R>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<R>>,
    ) -> Poll<io::Result<R>> {
        if written.is_ready() {
            self.blocked = None;
            return written;
        }
        let Some(limit) = self.limits.write_idle else {
            return Poll::Pending;
        };
        let since = *self.blocked.get_or_insert_with(Instant::now);
        ready!(self.write_alarm.poll_passed(since + limit, cx));
        self.progress.board.timed_out(Deadline::WriteIdle);
        Poll::Ready(Err(Deadline::WriteIdle.error()))
    }

    /// After the last answer, reads what a client that has not seen it yet still sends. Closed with bytes unread, the connection
    /// would be reset, and the answer lost (RFC 9112, 9.6).
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(since) = self.shut.filter(|_| self.progress.may_send()) else {
            return Poll::Ready(());
        };
        let mut waste = [0; 4096];
        loop {
            let mut waste = ReadBuf::new(&mut waste);
            match Pin::new(&mut self.stream).poll_read(cx, waste.unfilled()) {
                Poll::Ready(Ok(())) if !waste.filled().is_empty() && since.elapsed() < LINGER => {}
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return self.read_alarm.poll_passed(since + LINGER, cx),
            }
        }
    }

    /// Gives out what was read early.
    fn take_early(&mut self, buf: &mut ReadBufCursor<'_>) {
        let n = self.early.len().min(buf.remaining());
        buf.put_slice(&self.early[..n]);
        self.early.drain(..n);
    }
}

impl<T: Read + Write + Unpin> Read for Watched<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.early.is_empty() {
            return this.poll_wire(cx, buf);
        }
        this.take_early(&mut buf);
        Poll::Ready(Ok(()))
    }
}

impl<T: Read + Write + Unpin> Write for Watched<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.watch_write(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.watch_write(cx, written)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(cx);
        this.watch_write(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.shut.is_none() {
            let shut = Pin::new(&mut this.stream).poll_shutdown(cx);
            ready!(this.watch_write(cx, shut))?;
            this.shut = Some(Instant::now());
        }
        this.poll_linger(cx).map(Ok)
    }
}
