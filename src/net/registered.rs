//! A registered descriptor: what every socket and pipe is made of.
//! Each public type of `net` holds one, and adds the operations of its kind.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use rustix::fd::AsFd;

use crate::reactor::{Direction, Moved};
use crate::readiness::{Interest, Ready};
use crate::runtime::Registration;

#[derive(Debug)]
pub struct Registered<T> {
    /// The key to its readiness. Before `io`, so that it leaves the reactor before the descriptor is closed.
    registration: Registration,
    /// The descriptor itself. Std's types where there are any: they are `Send + Sync` and know the options.
    io: T,
}

impl<T: AsFd> Registered<T> {
    /// Puts a non-blocking descriptor into the reactor. `ready` is what is assumed of it until an operation finds otherwise.
    ///
    /// # Panics
    /// Outside of a runtime.
    #[track_caller]
    pub(super) fn new(io: T, ready: bool) -> io::Result<Self> {
        Ok(Self {
            registration: Registration::new(io.as_fd(), ready)?,
            io,
        })
    }

    pub(super) fn get(&self) -> &T {
        &self.io
    }

    /// Takes it out of the reactor.
    pub(super) fn into_inner(self) -> T {
        let Self { registration, io } = self;
        drop(registration);
        io
    }

    /// Tries `op` and waits, until it says something else than that it would block. Cancelled, nothing is lost: `op` is
    /// called by the poll that returns its result.
    pub(super) async fn io<R>(
        &self,
        direction: Direction,
        mut op: impl FnMut(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.registration.io(direction, || op(&self.io)).await
    }

    /// As [`io`](Self::io), for polls.
    pub(super) fn poll_io<R>(
        &self,
        direction: Direction,
        cx: &mut Context<'_>,
        mut op: impl FnMut(&T) -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        self.registration.poll_io(direction, cx, || op(&self.io))
    }

    /// As [`poll_io`](Self::poll_io), for an operation that moves bytes.
    #[inline(always)]
    pub(super) fn poll_transfer_by<R>(
        &self,
        direction: Direction,
        cx: &mut Context<'_>,
        mut op: impl FnMut(&T) -> io::Result<R>,
        moved: impl Fn(&R) -> Moved,
    ) -> Poll<io::Result<R>> {
        self.registration
            .poll_transfer(direction, cx, || op(&self.io), moved)
    }

    /// One try.
    pub(super) fn try_io<R>(
        &self,
        direction: Direction,
        op: impl FnOnce(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.registration.try_io(direction, || op(&self.io))
    }

    /// The last operation has moved less than it was asked to.
    pub(super) fn drained(&self, direction: Direction) {
        self.registration.drained(direction);
    }

    /// Waits until an operation is worth a try. It may be a false alarm.
    pub(super) async fn worth_a_try(&self, direction: Direction) -> io::Result<()> {
        self.registration.ready(direction).await
    }

    /// As [`worth_a_try`](Self::worth_a_try), for polls.
    pub(super) fn poll_worth_a_try(
        &self,
        direction: Direction,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        self.registration.poll_ready(direction, cx)
    }

    /// Waits until something that concerns `interest` is true. No false alarm: the operating system is asked.
    pub(super) async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        // Each looks for its own direction only: what it does not find is noted of that one.
        let look = |direction, interest| {
            let op = move || Ready::look(self.io.as_fd(), interest);
            self.registration.io(direction, op)
        };
        let mut read = interest
            .is_readable()
            .then(|| look(Direction::Read, Interest::READABLE));
        let mut write = interest
            .is_writable()
            .then(|| look(Direction::Write, Interest::WRITABLE));
        let found = poll_fn(|cx| {
            for wait in read.iter_mut().chain(&mut write) {
                if let Poll::Ready(found) = Pin::new(wait).poll(cx) {
                    return Poll::Ready(found);
                }
            }
            Poll::Pending // each of them has seen to the wake
        })
        .await?;
        if interest != Interest::READABLE.add(Interest::WRITABLE) {
            return Ok(found);
        }
        // The other direction may be true as well, without an event that has said so yet.
        let all = Ready::look(self.io.as_fd(), interest);
        Ok(all.map_or(found, |all| all | found))
    }

    /// One try of an operation that needs all of `interest`.
    pub(super) fn try_io_of<R>(
        &self,
        interest: Interest,
        op: impl FnOnce() -> io::Result<R>,
    ) -> io::Result<R> {
        let registration = &self.registration;
        match (interest.is_readable(), interest.is_writable()) {
            (true, false) => registration.try_io(Direction::Read, op),
            (false, true) => registration.try_io(Direction::Write, op),
            _ => registration.try_io(Direction::Read, || {
                registration.try_io(Direction::Write, op)
            }),
        }
    }

    /// Tries an operation whenever something of `interest` is true, until it says something else than that it would block.
    pub(super) async fn async_io<R>(
        &self,
        interest: Interest,
        mut op: impl FnMut() -> io::Result<R>,
    ) -> io::Result<R> {
        match (interest.is_readable(), interest.is_writable()) {
            (true, false) => self.registration.io(Direction::Read, op).await,
            (false, true) => self.registration.io(Direction::Write, op).await,
            _ => loop {
                self.ready(interest).await?;
                match self.try_io_of(interest, &mut op) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    result => return result,
                }
            },
        }
    }
}
