//! The bulletin: where a store puts up events once they are committed, and listeners find them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use toque::sync::broadcast::{self, Sender};

use super::Feed;
use crate::order::Event;

/// Events that wait for the slowest listener before it must read them from the store.
const WAITING: usize = 1024;

/// Shared by the calls of a store and whatever sees its commits.
#[derive(Debug)]
pub(super) struct Bulletin(Mutex<Option<Sender<Event>>>);

impl Bulletin {
    pub(super) fn new() -> Bulletin {
        Bulletin(Mutex::new(Some(Sender::new(WAITING))))
    }

    /// Tells all listeners. To be called in the order of the numbers.
    pub(super) fn publish(&self, events: Vec<Event>) {
        if let Some(sender) = &*self.lock() {
            for event in events {
                let _ = sender.send(event); // nobody listens: nobody is told
            }
        }
    }

    /// A feed from now on; one that has ended if the store is closed.
    pub(super) fn subscribe(&self) -> Feed {
        match &*self.lock() {
            Some(sender) => Feed::new(sender.subscribe()),
            None => Feed::new(broadcast::channel(1).1),
        }
    }

    /// Ends all feeds, once they have given what is left.
    pub(super) fn close(&self) {
        self.lock().take();
    }

    fn lock(&self) -> MutexGuard<'_, Option<Sender<Event>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
