//! The acceptor: a listening socket that hands out connections, and does not spin when the process can take none.
//! Held by TCP's and Unix' listeners, which make streams of what it gives.

use std::io;
use std::task::{Context, Poll, ready};

use rustix::fd::AsFd;

use super::backoff::Backoff;
use super::registered::Registered;
use super::socket;
use crate::reactor::Direction;

pub(super) struct Acceptor<T> {
    /// The listening socket.
    io: Registered<T>,
    /// Keeps a server's loop from spinning when descriptors have run out.
    backoff: Backoff,
}

impl<T: AsFd> Acceptor<T> {
    #[track_caller]
    pub(super) fn new(io: T) -> io::Result<Self> {
        Ok(Self {
            io: Registered::new(io, true)?,
            backoff: Backoff::for_shortage(),
        })
    }

    pub(super) fn get(&self) -> &T {
        self.io.get()
    }

    pub(super) fn into_inner(self) -> T {
        self.io.into_inner()
    }

    /// What `next` takes from the queue, once there is something. Nothing is lost if it is cancelled.
    pub(super) async fn accept<C>(&self, next: fn(&T) -> io::Result<C>) -> io::Result<C> {
        self.backoff.passed().await;
        self.tell(self.io.io(Direction::Read, next).await)
    }

    /// As [`accept`](Self::accept), for one poller at a time.
    pub(super) fn poll_accept<C>(
        &self,
        cx: &mut Context<'_>,
        next: fn(&T) -> io::Result<C>,
    ) -> Poll<io::Result<C>> {
        ready!(self.backoff.poll_passed(cx));
        let accepted = ready!(self.io.poll_io(Direction::Read, cx, next));
        Poll::Ready(self.tell(accepted))
    }

    /// Tells the back-off how it went.
    fn tell<C>(&self, accepted: io::Result<C>) -> io::Result<C> {
        match &accepted {
            Err(error) if socket::is_shortage(error) => self.backoff.shortage(),
            _ => self.backoff.relief(),
        }
        accepted
    }
}
