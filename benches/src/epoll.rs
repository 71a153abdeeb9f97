//! Epoll: the one call that both ends of a connection need here, as thin as it can be.
//! The load generator and the bare contestant are loops over it.

use std::os::fd::{AsFd, OwnedFd};

use rustix::buffer::spare_capacity;
use rustix::event::epoll;
pub(crate) use rustix::event::epoll::EventFlags;

/// Events taken in one call: as many as the runtimes take.
const BATCH: usize = 1024;

/// An epoll instance and the events of its last wait.
pub(crate) struct Epoll {
    fd: OwnedFd,
    events: Vec<epoll::Event>,
}

impl Epoll {
    pub(crate) fn new() -> Epoll {
        Epoll {
            fd: epoll::create(epoll::CreateFlags::CLOEXEC).expect("no epoll"),
            events: Vec::with_capacity(BATCH),
        }
    }

    /// Watches `source`; its events bear `key`.
    pub(crate) fn add(&self, source: impl AsFd, key: u64, flags: EventFlags) {
        let data = epoll::EventData::new_u64(key);
        epoll::add(&self.fd, source, data, flags).expect("epoll takes no more");
    }

    /// Sleeps until something happens, then calls `happened` with the key of each source it happened to, and what it was.
    pub(crate) fn wait(&mut self, mut happened: impl FnMut(&Epoll, u64, EventFlags)) {
        let mut events = std::mem::take(&mut self.events);
        events.clear();
        match epoll::wait(&self.fd, spare_capacity(&mut events), None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => panic!("epoll_wait: {error}"),
        }
        for event in &events {
            happened(self, event.data.u64(), event.flags);
        }
        self.events = events;
    }
}
