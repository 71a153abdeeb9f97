//! The registration: what every socket holds of its runtime, a key.
//! It is `Send + Sync` since there is nothing in it but numbers; what it stands for stays with the runtime, on its thread.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use rustix::fd::{AsRawFd, BorrowedFd, RawFd};

use super::{Core, current, registry};
use crate::future::budget;
use crate::reactor::{self, Direction, Moved, SourceKey, WaiterKey};
use crate::waits::{self, Wait};

/// A descriptor's place in its runtime's reactor.
///
/// A struct that holds one holds the descriptor behind it, so that it is dropped first: a descriptor leaves the reactor before
/// it is closed.
#[derive(Debug)]
pub(crate) struct Registration {
    /// Which runtime.
    runtime: u64,
    /// Which source of its reactor.
    key: SourceKey,
    /// The descriptor, which is open for as long as this lives.
    fd: RawFd,
}

impl Registration {
    /// Registers a descriptor with the current runtime. `ready` is what is assumed of it until an operation finds otherwise.
    ///
    /// # Panics
    /// Outside of a runtime.
    #[track_caller]
    pub(crate) fn new(fd: BorrowedFd<'_>, ready: bool) -> io::Result<Self> {
        let core = current::expect("this socket");
        Ok(Self {
            runtime: core.executor.home().id(),
            key: core.reactor.add(fd, ready)?,
            fd: fd.as_raw_fd(),
        })
    }

    /// The descriptor, for as long as the registration is borrowed.
    fn fd(&self) -> BorrowedFd<'_> {
        // SAFETY: the descriptor stands behind the registration in the struct that holds both, so it is open until this is dropped.
        unsafe { BorrowedFd::borrow_raw(self.fd) }
    }

    fn core(&self) -> io::Result<Rc<Core>> {
        current::get_if(self.runtime).ok_or_else(foreign)
    }

    /// Tries `op` while the descriptor may be ready, else has the task woken when it is. `op` may be anybody's.
    pub(crate) fn poll_io<R>(
        &self,
        direction: Direction,
        cx: &mut Context<'_>,
        mut op: impl FnMut() -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        ready!(budget::poll_proceed(cx));
        let core = self.core()?;
        match self.attempt(&core, direction, &mut op) {
            Some(result) => Poll::Ready(result),
            None => self.poll_wait(&core, direction, cx),
        }
    }

    /// The same for an operation that moves bytes, and is a system call and nothing else: the reactor is borrowed meanwhile.
    #[inline(always)]
    pub(crate) fn poll_transfer<R>(
        &self,
        direction: Direction,
        cx: &mut Context<'_>,
        op: impl FnMut() -> io::Result<R>,
        moved: impl Fn(&R) -> Moved,
    ) -> Poll<io::Result<R>> {
        ready!(budget::poll_proceed(cx));
        let core = self.core()?;
        match core.reactor.transfer(self.key, direction, op, moved) {
            Some(result) => Poll::Ready(result),
            None => self.poll_wait(&core, direction, cx),
        }
    }

    fn poll_wait<R>(
        &self,
        core: &Core,
        direction: Direction,
        cx: &Context<'_>,
    ) -> Poll<io::Result<R>> {
        match self.wait(core, direction, cx.waker()) {
            Ok(()) => Poll::Pending,
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    /// Sees that the task is woken.
    #[inline(never)] // an attempt is compiled for each operation, and this once
    fn wait(&self, core: &Core, direction: Direction, waker: &Waker) -> io::Result<()> {
        expect_turns(core)?;
        // The reactor owes the wake.
        core.reactor
            .wake_when_ready(self.key, self.fd(), direction, waker)?;
        self.note_wait(direction);
        Ok(())
    }

    /// Says so, where somebody notes what tasks wait for.
    #[inline]
    fn note_wait(&self, direction: Direction) {
        waits::note_descriptor(
            self.fd(),
            match direction {
                Direction::Read => Wait::Read,
                Direction::Write => Wait::Write,
            },
        );
    }

    /// Tries `op` until it says something else than that it was interrupted, or that it would block.
    fn attempt<R>(
        &self,
        core: &Core,
        direction: Direction,
        op: &mut impl FnMut() -> io::Result<R>,
    ) -> Option<io::Result<R>> {
        while core.reactor.is_ready(self.key, direction) {
            let result = op();
            if !matches!(&result, Err(error) if self.is_no_answer(core, direction, error)) {
                budget::spend();
                return Some(result);
            }
        }
        None
    }

    /// One try, without waiting; also if the descriptor is thought not to be ready.
    pub(crate) fn try_io<R>(
        &self,
        direction: Direction,
        op: impl FnOnce() -> io::Result<R>,
    ) -> io::Result<R> {
        let core = self.core()?;
        let result = op();
        if let Err(error) = &result {
            self.is_no_answer(&core, direction, error);
        }
        result
    }

    /// Whether an error says nothing but to try again. If so for want of readiness, the reactor is told.
    #[inline(never)]
    fn is_no_answer(&self, core: &Core, direction: Direction, error: &io::Error) -> bool {
        match error.kind() {
            io::ErrorKind::WouldBlock => core.reactor.would_block(self.key, direction),
            io::ErrorKind::Interrupted => {}
            _ => return false,
        }
        true
    }

    /// The last operation has moved less than it was asked to.
    pub(crate) fn drained(&self, direction: Direction) {
        if let Ok(core) = self.core() {
            core.reactor.drained(self.key, direction);
        }
    }

    /// Waits until the descriptor may be ready.
    pub(crate) async fn ready(&self, direction: Direction) -> io::Result<()> {
        self.io(direction, || self.known(direction)).await
    }

    /// As `ready`, for polls.
    pub(crate) fn poll_ready(
        &self,
        direction: Direction,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_io(direction, cx, || self.known(direction))
    }

    /// An operation that does nothing: it would block until an event has said that it need not.
    fn known(&self, direction: Direction) -> io::Result<()> {
        let known = self.core()?.reactor.is_known_ready(self.key, direction);
        if known {
            Ok(())
        } else {
            Err(io::ErrorKind::WouldBlock.into())
        }
    }

    /// Tries `op`, and waits, until it says something else than that it would block.
    pub(crate) fn io<R, Op>(&self, direction: Direction, op: Op) -> Operation<'_, Op>
    where
        Op: FnMut() -> io::Result<R>,
    {
        Operation {
            registration: self,
            direction,
            op,
            waiter: None,
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let fd = self.fd();
        match current::get_if(self.runtime) {
            Some(core) => {
                reactor::deregister(&core.shared.registrar, fd);
                core.reactor.remove(self.key);
            }
            None => leave_from_afar(self.runtime, self.key, fd),
        }
    }
}

/// Leaves a reactor from a thread that is not its own: the operating system's part at once, before the descriptor is closed, and
/// the table's by an errand.
#[cold]
fn leave_from_afar(runtime: u64, key: SourceKey, fd: BorrowedFd<'_>) {
    // After its runtime, nothing is left to leave.
    let Some(shared) = registry::get(runtime) else {
        return;
    };
    reactor::deregister(&shared.registrar, fd);
    shared.home.errand(move || {
        if let Some(core) = current::get_if(runtime) {
            core.reactor.remove(key);
        }
    });
}

/// The future of [`Registration::io`]. Dropped, it waits no more.
#[derive(Debug)]
pub(crate) struct Operation<'a, Op> {
    registration: &'a Registration,
    direction: Direction,
    op: Op,
    /// Its place among those who wait.
    waiter: Option<WaiterKey>,
}

impl<Op> Unpin for Operation<'_, Op> {}

impl<R, Op: FnMut() -> io::Result<R>> Future for Operation<'_, Op> {
    type Output = io::Result<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<R>> {
        ready!(budget::poll_proceed(cx));
        let this = &mut *self;
        let core = this.registration.core()?;
        let (key, direction) = (this.registration.key, this.direction);
        match this.registration.attempt(&core, direction, &mut this.op) {
            Some(result) => Poll::Ready(result),
            None => {
                expect_turns(&core)?;
                // The reactor owes the wake.
                let fd = this.registration.fd();
                core.reactor
                    .start_waiting(key, fd, direction, cx.waker(), &mut this.waiter)?;
                this.registration.note_wait(direction);
                Poll::Pending
            }
        }
    }
}

impl<Op> Drop for Operation<'_, Op> {
    fn drop(&mut self) {
        // Elsewhere it has never waited: there each poll is an error.
        if let (Some(waiter), Ok(core)) = (self.waiter, self.registration.core()) {
            core.reactor
                .stop_waiting(self.registration.key, self.direction, waiter);
        }
    }
}

/// An error if nobody turns the runtime any more: it has ended, but a guard of it is held still.
#[inline]
fn expect_turns(core: &Core) -> io::Result<()> {
    if core.executor.has_ended() {
        return Err(ended());
    }
    Ok(())
}

#[cold]
fn ended() -> io::Error {
    io::Error::other("waited for after its runtime has ended: nobody would wake who waits")
}

#[cold]
fn foreign() -> io::Error {
    io::Error::other(
        "used on a thread that is not its runtime's: send work to that thread by `Handle::spawn`, or make it where it is used \
         (a socket can be taken out by `into_std` there, and a new one be made of it here)",
    )
}
