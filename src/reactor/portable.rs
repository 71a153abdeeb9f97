//! The portable wait: `polling`'s own, for every platform it carries.
//!
//! Edge-triggered where the platform can be; elsewhere one-shot: the operating system forgets a source after one event, and
//! it is armed anew when somebody waits.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use polling::{Event, Events, PollMode, Poller};
use rustix::fd::{AsRawFd, BorrowedFd};

use super::source::{Readiness, Source};
use super::{ReactorKind, Registrar, Wait};
use crate::waker::Ring;

pub(super) struct Portable {
    poller: Arc<Poller>,
    mode: PollMode,
    events: RefCell<Events>,
}

impl Portable {
    pub(super) fn new(kind: ReactorKind) -> io::Result<Self> {
        let poller = Poller::new()?;
        let edge = poller.supports_edge() && kind != ReactorKind::Oneshot;
        let mode = if edge {
            PollMode::Edge
        } else {
            PollMode::Oneshot
        };
        Ok(Self {
            poller: Arc::new(poller),
            mode,
            events: RefCell::new(Events::new()),
        })
    }
}

impl Wait for Portable {
    fn bell(&self) -> Box<dyn Ring> {
        Box::new(Bell(Arc::clone(&self.poller)))
    }

    fn registrar(&self) -> Registrar {
        Arc::clone(&self.poller)
    }

    fn add(&self, fd: BorrowedFd<'_>, key: u64) -> io::Result<()> {
        let interest = match self.mode {
            PollMode::Edge => Event::all(to_key(key)?),
            _ => Event::none(to_key(key)?),
        };
        // SAFETY: the source is removed before its descriptor is closed: `Registration` stands before the descriptor in
        // every struct that holds both, and takes it out when it is dropped, on whatever thread.
        unsafe {
            self.poller
                .add_with_mode(fd.as_raw_fd(), interest, self.mode)
        }
    }

    fn forgets(&self) -> bool {
        self.mode != PollMode::Edge
    }

    fn rearm(&self, source: &Source, fd: BorrowedFd<'_>, key: u64) -> io::Result<()> {
        if !self.forgets() {
            return Ok(());
        }
        let awaited = source.awaited();
        if awaited == Readiness::NONE {
            return Ok(());
        }
        let readable = awaited.has(Readiness::READ);
        let writable = awaited.has(Readiness::WRITE);
        let interest = Event::new(to_key(key)?, readable, writable);
        self.poller.modify_with_mode(fd, interest, self.mode)
    }

    /// Armed anew, a source that still has something fires at once, so a short transfer may be taken for the last. An edge
    /// comes but once, and without RDHUP it hides the end behind the data.
    fn can_trust_short_transfers(&self) -> bool {
        self.mode != PollMode::Edge
    }

    fn wait(
        &self,
        patience: Option<Duration>,
        on_event: &mut dyn FnMut(u64, Readiness),
    ) -> io::Result<()> {
        let mut events = self.events.borrow_mut();
        events.clear();
        self.poller.wait(&mut events, patience)?;
        for event in events.iter() {
            on_event(event.key as u64, to_readiness(event));
        }
        Ok(())
    }
}

fn to_readiness(event: Event) -> Readiness {
    let mut readiness = Readiness::NONE;
    if event.readable {
        readiness = readiness.with(Readiness::READ);
    }
    if event.writable {
        readiness = readiness.with(Readiness::WRITE);
    }
    readiness
}

struct Bell(Arc<Poller>);

impl Ring for Bell {
    fn ring(&self) {
        // It fails only if the operating system breaks its word; there is nobody to tell.
        let _ = self.0.notify();
    }
}

/// `polling`'s keys are as wide as a pointer, ours have 64 bits.
fn to_key(key: u64) -> io::Result<usize> {
    usize::try_from(key).map_err(|_| {
        io::Error::new(
            io::ErrorKind::Unsupported,
            "the portable reactor needs pointers of 64 bits",
        )
    })
}
