//! The reactor: which descriptors are ready, and who waits for them. The event demultiplexer of the reactor pattern.
//! Asked by every socket operation, told by the operating system, driven by the runtime's turn.
//!
//! The operating system tells each change once (it is edge-triggered), so the reactor remembers: a source is ready from
//! the event that says so until an operation has found it is not. Everything happens on one thread, so nothing can come
//! between an operation that finds nothing and the note of it.

#[cfg(target_os = "linux")]
mod epoll;
mod portable;
mod source;

use std::cell::{Cell, RefCell};
use std::io;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use rustix::fd::BorrowedFd;
use slotmap::{Key, KeyData, SlotMap, new_key_type};

pub(crate) use source::{Direction, WaiterKey};
use source::{Readiness, Source};

use crate::figure::Figure;
use crate::future::budget;
use crate::waker::{Ring, WakeList};

new_key_type! {
    /// Names a registered descriptor. Stale once that is gone: an event that still carries it reaches nobody, even if the
    /// descriptor's number has a new owner.
    pub(crate) struct SourceKey;
}

/// How the reactor waits.
///
/// # Example
/// ```
/// use toque::runtime::{Builder, ReactorKind};
///
/// let runtime = Builder::new_current_thread()
///     .reactor(ReactorKind::Portable)
///     .build()?;
/// assert_eq!(runtime.block_on(async { 42 }), 42);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReactorKind {
    /// The fastest of the platform: on Linux one system call a turn, elsewhere as [`Portable`](Self::Portable).
    #[default]
    Native,
    /// `polling`'s own wait, edge-triggered where the platform can be.
    Portable,
    /// `polling`'s own wait, armed anew for each event, as where nothing else is to be had.
    Oneshot,
}

/// What is asked of the operating system.
enum Poll {
    #[cfg(target_os = "linux")]
    Epoll(epoll::Epoll),
    /// By a table of functions, so that a program has them only if it asks for another reactor than the native one.
    Portable(Box<dyn Wait>),
}

/// What each kind of wait gives.
trait Wait {
    fn bell(&self) -> Box<dyn Ring>;
    fn registrar(&self) -> Registrar;
    fn add(&self, fd: BorrowedFd<'_>, key: u64) -> io::Result<()>;
    /// Whether the operating system forgets a source after one event.
    fn forgets(&self) -> bool;
    /// Asks for the next event of a source, where the operating system forgets after one.
    fn rearm(&self, source: &Source, fd: BorrowedFd<'_>, key: u64) -> io::Result<()>;
    fn can_trust_short_transfers(&self) -> bool;
    fn wait(
        &self,
        patience: Option<Duration>,
        on_event: &mut dyn FnMut(u64, Readiness),
    ) -> io::Result<()>;
}

/// What an operation has moved.
pub(crate) struct Moved {
    pub(crate) bytes: usize,
    /// The next one would block.
    pub(crate) is_last: bool,
}

/// What other threads need of the reactor: to take a descriptor out of it.
pub(crate) type Registrar = Arc<polling::Poller>;

pub(crate) struct Reactor {
    /// How it waits.
    poll: Poll,
    /// What is registered, by the key that events carry.
    sources: RefCell<SlotMap<SourceKey, Source>>,
    /// Whom to wake after a wait. Kept for its memory.
    wakers: Cell<WakeList>,
    figures: Arc<Figures>,
}

/// What the reactor counts.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// Sources that were registered.
    pub(crate) registered: Figure,
    /// Those of them that are gone.
    pub(crate) deregistered: Figure,
    /// Events that a source was told of.
    pub(crate) events: Figure,
}

impl Reactor {
    pub(crate) fn native() -> io::Result<Self> {
        Poll::native().map(Self::new)
    }

    pub(crate) fn of_kind(kind: ReactorKind) -> io::Result<Self> {
        match kind {
            ReactorKind::Native => Self::native(),
            kind => Poll::portable(kind).map(Self::new),
        }
    }

    fn new(poll: Poll) -> Self {
        Self {
            poll,
            sources: RefCell::new(SlotMap::with_key()),
            wakers: Cell::new(WakeList::new()),
            figures: Arc::default(),
        }
    }

    pub(crate) fn figures(&self) -> &Arc<Figures> {
        &self.figures
    }

    /// What ends a wait from another thread.
    pub(crate) fn bell(&self) -> Box<dyn Ring> {
        match &self.poll {
            #[cfg(target_os = "linux")]
            Poll::Epoll(epoll) => epoll.bell(),
            Poll::Portable(portable) => portable.bell(),
        }
    }

    pub(crate) fn registrar(&self) -> Registrar {
        match &self.poll {
            #[cfg(target_os = "linux")]
            Poll::Epoll(epoll) => epoll.registrar(),
            Poll::Portable(portable) => portable.registrar(),
        }
    }

    /// Registers a descriptor for both directions. `ready` is what is assumed of it until an operation finds otherwise:
    /// true spares a wait where it can be tried at once.
    ///
    /// The descriptor is to be removed before it is closed.
    pub(crate) fn add(&self, fd: BorrowedFd<'_>, ready: bool) -> io::Result<SourceKey> {
        let source = Source::new(ready);
        let key = self.sources.borrow_mut().insert(source);
        let added = self.poll.add(fd, key.data().as_ffi());
        if added.is_err() {
            self.sources.borrow_mut().remove(key);
        } else {
            self.figures.registered.add(1);
        }
        added.map(|()| key)
    }

    /// Forgets a source; the operating system has been told by `deregister`. Those who still wait for it are woken, and find
    /// that it is gone.
    pub(crate) fn remove(&self, key: SourceKey) {
        let source = self.sources.borrow_mut().remove(key);
        if let Some(mut source) = source {
            self.figures.deregistered.add(1);
            let mut wakers = WakeList::new();
            source.take_waiters(wakers.list());
            wakers.wake_all();
        }
    }

    /// Whether nothing is registered: then a look at the operating system can't find anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.sources.borrow().is_empty()
    }

    /// Whether somebody waits for an event. One that has polled a source and is gone counts until that has an event, or is gone too.
    pub(crate) fn is_awaited(&self) -> bool {
        let sources = self.sources.borrow();
        sources
            .values()
            .any(|source| source.awaited() != Readiness::NONE)
    }

    /// Whether an operation is worth a try.
    #[inline]
    pub(crate) fn is_ready(&self, key: SourceKey, direction: Direction) -> bool {
        let sources = self.sources.borrow();
        // A source that is gone is tried too: the operation will tell.
        sources
            .get(key)
            .is_none_or(|source| source.is_ready(direction))
    }

    /// Whether an event has said so: for those who wait without an operation.
    pub(crate) fn is_known_ready(&self, key: SourceKey, direction: Direction) -> bool {
        let sources = self.sources.borrow();
        sources
            .get(key)
            .is_none_or(|source| source.is_known_ready(direction))
    }

    /// An operation has found that the source is not ready.
    pub(crate) fn would_block(&self, key: SourceKey, direction: Direction) {
        if let Some(source) = self.sources.borrow_mut().get_mut(key) {
            source.clear(direction);
        }
    }

    /// Tries an operation that moves bytes while the source may be ready; nothing if it is not. One look at the table serves for all
    /// of it, so `op` must not come here: it is a system call, and no foreign code.
    #[inline(always)]
    pub(crate) fn transfer<R>(
        &self,
        key: SourceKey,
        direction: Direction,
        mut op: impl FnMut() -> io::Result<R>,
        moved: impl Fn(&R) -> Moved,
    ) -> Option<io::Result<R>> {
        let mut sources = self.sources.borrow_mut();
        let Some(source) = sources.get_mut(key) else {
            return Some(op()); // it is gone: the operation will tell
        };
        while source.is_ready(direction) {
            match op() {
                Ok(answer) => {
                    let moved = moved(&answer);
                    if moved.is_last && self.poll.can_trust_short_transfers() {
                        source.drained(direction);
                    }
                    budget::spend_for(moved.bytes);
                    return Some(Ok(answer));
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => source.clear(direction),
                    io::ErrorKind::Interrupted => {}
                    _ => {
                        budget::spend();
                        return Some(Err(error));
                    }
                },
            }
        }
        None
    }

    /// An operation has moved less than it was asked to: the source is not ready, unless that may have another cause.
    pub(crate) fn drained(&self, key: SourceKey, direction: Direction) {
        if !self.poll.can_trust_short_transfers() {
            return;
        }
        if let Some(source) = self.sources.borrow_mut().get_mut(key) {
            source.drained(direction);
        }
    }

    /// Has `waker` woken when the source becomes ready: for polls that have no future of their own to remember more.
    #[inline]
    pub(crate) fn wake_when_ready(
        &self,
        key: SourceKey,
        fd: BorrowedFd<'_>,
        direction: Direction,
        waker: &Waker,
    ) -> io::Result<()> {
        let mut sources = self.sources.borrow_mut();
        let Some(source) = sources.get_mut(key) else {
            return Ok(());
        };
        let replaced = source.poller(direction, waker);
        let rearm = self.poll.rearm(source, fd, key.data().as_ffi());
        drop(sources);
        if let Some(waker) = replaced {
            waker.wake(); // of another task, which may still wait: it comes back
        }
        rearm
    }

    /// Has `waker` woken when the source becomes ready, or until `stop_waiting`: for futures that remember their key.
    pub(crate) fn start_waiting(
        &self,
        key: SourceKey,
        fd: BorrowedFd<'_>,
        direction: Direction,
        waker: &Waker,
        waiter: &mut Option<WaiterKey>,
    ) -> io::Result<()> {
        let mut sources = self.sources.borrow_mut();
        let Some(source) = sources.get_mut(key) else {
            return Ok(());
        };
        let replaced = source.wait(direction, waker, waiter);
        let rearm = self.poll.rearm(source, fd, key.data().as_ffi());
        drop(sources);
        drop(replaced); // after the borrow: a waker is foreign code
        rearm
    }

    /// A future that waited is dropped.
    pub(crate) fn stop_waiting(&self, key: SourceKey, direction: Direction, waiter: WaiterKey) {
        let waker = self
            .sources
            .borrow_mut()
            .get_mut(key)
            .and_then(|source| source.leave(direction, waiter));
        drop(waker); // after the borrow
    }

    /// Waits for events, at most `patience`, or for ever if that is `None`, and wakes whom they concern.
    pub(crate) fn wait(&self, patience: Option<Duration>) -> io::Result<()> {
        let mut wakers = self.wakers.take();
        let mut sources = self.sources.borrow_mut();
        let mut events = 0;
        let result = self.poll.wait(patience, |key, readiness| {
            if let Some(source) = sources.get_mut(KeyData::from_ffi(key).into()) {
                events += 1;
                source.event(readiness, wakers.list());
                // Who waits for the other direction has to arm it anew. Not from here: a handle that was dropped on another
                // thread just now has closed its descriptor, and who waits has the handle.
                if self.poll.forgets() {
                    source.take_waiters(wakers.list());
                }
            }
        });
        drop(sources);
        self.figures.events.add(events);
        wakers.wake_all(); // nothing is borrowed here
        self.wakers.set(wakers);
        result
    }
}

/// Takes a descriptor out of the reactor, from any thread. It must still be open.
pub(crate) fn deregister(registrar: &polling::Poller, fd: BorrowedFd<'_>) {
    // It fails if the descriptor was taken out or closed before; either way it is out.
    let _ = registrar.delete(fd);
}

impl Poll {
    #[cfg(target_os = "linux")]
    fn native() -> io::Result<Self> {
        Ok(Self::Epoll(epoll::Epoll::new()?))
    }

    #[cfg(not(target_os = "linux"))]
    fn native() -> io::Result<Self> {
        Self::portable(ReactorKind::Native)
    }

    fn portable(kind: ReactorKind) -> io::Result<Self> {
        Ok(Self::Portable(Box::new(portable::Portable::new(kind)?)))
    }

    fn add(&self, fd: BorrowedFd<'_>, key: u64) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Epoll(epoll) => epoll.add(fd, key),
            Self::Portable(portable) => portable.add(fd, key),
        }
    }

    /// Whether the operating system forgets a source after one event.
    #[inline]
    fn forgets(&self) -> bool {
        match self {
            #[cfg(target_os = "linux")]
            Self::Epoll(_) => false,
            Self::Portable(portable) => portable.forgets(),
        }
    }

    /// Asks for the next event of a source, where the operating system forgets after one.
    #[inline]
    fn rearm(&self, source: &Source, fd: BorrowedFd<'_>, key: u64) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Epoll(_) => Ok(()),
            Self::Portable(portable) => portable.rearm(source, fd, key),
        }
    }

    #[inline]
    fn can_trust_short_transfers(&self) -> bool {
        match self {
            #[cfg(target_os = "linux")]
            Self::Epoll(_) => true,
            Self::Portable(portable) => portable.can_trust_short_transfers(),
        }
    }

    fn wait(
        &self,
        patience: Option<Duration>,
        mut on_event: impl FnMut(u64, Readiness),
    ) -> io::Result<()> {
        let result = match self {
            #[cfg(target_os = "linux")]
            Self::Epoll(epoll) => epoll.wait(patience, on_event),
            Self::Portable(portable) => portable.wait(patience, &mut on_event),
        };
        match result {
            // A signal has ended the wait. The turn goes on, and waits for the rest.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            result => result,
        }
    }
}
