//! The fast wait of Linux: one `epoll_wait` a turn on `polling`'s own epoll descriptor.
//!
//! `polling`'s wait (3.11, read 2026-11) makes five system calls where one is enough: it sets a timerfd, arms it in the
//! epoll, waits, reads its eventfd and arms that. Here the timeout is `epoll_wait`'s own, and the bell is an eventfd that is
//! edge-triggered and so need neither be read nor armed. Descriptors are added with `EPOLLRDHUP`, which `polling` does not
//! ask for: without it the end of a stream that comes in one segment with data is lost to a reader who trusts short reads.

use std::cell::RefCell;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use polling::Poller;
use rustix::event::epoll::{self, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};

use super::Registrar;
use super::source::Readiness;
use crate::waker::Ring;

/// Events taken in one wait. What does not fit comes with the next. 1,024 are 12 KiB.
const EVENTS: usize = 1024;
/// The bell's key, which no source has: their generations count up from 1.
const BELL: u64 = 0;

pub(super) struct Epoll {
    poller: Arc<Poller>,
    bell: Arc<OwnedFd>,
    /// Where the kernel writes events.
    events: RefCell<Vec<epoll::Event>>,
}

impl Epoll {
    pub(super) fn new() -> io::Result<Self> {
        let poller = Poller::new()?;
        let bell = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let flags = EventFlags::IN | EventFlags::ET;
        epoll::add(poller.as_fd(), &bell, EventData::new_u64(BELL), flags)?;
        Ok(Self {
            poller: Arc::new(poller),
            bell: Arc::new(bell),
            events: RefCell::new(Vec::with_capacity(EVENTS)),
        })
    }

    pub(super) fn bell(&self) -> Box<dyn Ring> {
        Box::new(Bell(Arc::clone(&self.bell)))
    }

    pub(super) fn registrar(&self) -> Registrar {
        Arc::clone(&self.poller)
    }

    pub(super) fn add(&self, fd: BorrowedFd<'_>, key: u64) -> io::Result<()> {
        let flags =
            EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::PRI | EventFlags::ET;
        Ok(epoll::add(
            self.poller.as_fd(),
            fd,
            EventData::new_u64(key),
            flags,
        )?)
    }

    pub(super) fn wait(
        &self,
        patience: Option<Duration>,
        mut on_event: impl FnMut(u64, Readiness),
    ) -> io::Result<()> {
        let mut events = self.events.borrow_mut();
        events.clear();
        let timeout = patience.map(to_timespec);
        epoll::wait(
            self.poller.as_fd(),
            rustix::buffer::spare_capacity(&mut *events),
            timeout.as_ref(),
        )?;
        for event in events.iter() {
            on_event(event.data.u64(), to_readiness(event.flags));
        }
        Ok(())
    }
}

/// Rounded up to milliseconds, all that kernels before 5.11 know: a wait must not end before the timer it was for.
fn to_timespec(patience: Duration) -> Timespec {
    let milliseconds = patience.as_nanos().div_ceil(1_000_000);
    // An hour is as good as for ever: the turn goes round once more.
    let milliseconds = milliseconds.min(3_600_000) as i64;
    Timespec {
        tv_sec: milliseconds / 1000,
        tv_nsec: milliseconds % 1000 * 1_000_000,
    }
}

fn to_readiness(flags: EventFlags) -> Readiness {
    let both = EventFlags::HUP | EventFlags::ERR;
    let mut readiness = Readiness::NONE;
    if flags.intersects(EventFlags::IN | EventFlags::RDHUP | EventFlags::PRI | both) {
        readiness = readiness.with(Readiness::READ);
    }
    if flags.intersects(EventFlags::OUT | both) {
        readiness = readiness.with(Readiness::WRITE);
    }
    if flags.intersects(EventFlags::RDHUP | EventFlags::PRI | both) {
        readiness = readiness.with(Readiness::SUSPECT);
    }
    readiness
}

/// An eventfd: each write is an edge, and wakes the epoll once.
struct Bell(Arc<OwnedFd>);

impl Ring for Bell {
    fn ring(&self) {
        // It can't fail but for a full counter, after 2^64 rings. Interrupted it is rung again: a ring that is lost is a wake
        // that is lost.
        let _ = rustix::io::retry_on_intr(|| rustix::io::write(&self.0, &1u64.to_ne_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// tokio-rs/mio#1614: cut off. Smithay/calloop#142: one more also where nothing is to be rounded.
    #[test]
    fn a_wait_is_rounded_up_and_not_beyond() {
        let nanoseconds = |n| {
            let timeout = to_timespec(Duration::from_nanos(n));
            timeout.tv_sec * 1_000_000_000 + timeout.tv_nsec
        };
        assert_eq!(nanoseconds(0), 0);
        assert_eq!(nanoseconds(1), 1_000_000);
        assert_eq!(nanoseconds(1_000_000), 1_000_000);
        assert_eq!(nanoseconds(1_000_001), 2_000_000);
        assert_eq!(nanoseconds(1_999_000_001), 2_000_000_000);
        assert_eq!(nanoseconds(u64::MAX), 3600 * 1_000_000_000);
        assert_eq!(to_timespec(Duration::MAX).tv_sec, 3600);
    }
}
