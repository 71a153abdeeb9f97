//! The ledger: who lives, where other threads can read it.
//! Kept by the observer, task by task; read by the watcher for the name of whoever blocks the thread.

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::task::{Id, Meta};

/// Every task that lives, by its number.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    tasks: Mutex<BTreeMap<u64, Entry>>,
}

/// What is known of a task.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) id: Id,
    pub(crate) name: Option<Box<str>>,
    pub(crate) location: &'static Location<'static>,
}

impl Ledger {
    /// No step of a user can panic halfway, so a poisoned lock guards a whole map.
    fn tasks(&self) -> MutexGuard<'_, BTreeMap<u64, Entry>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn enter(&self, meta: &Meta) {
        let entry = Entry {
            id: meta.id(),
            name: meta.name().map(Into::into),
            location: meta.location(),
        };
        self.tasks().insert(entry.id.number(), entry);
    }

    pub(super) fn strike_out(&self, id: Id) {
        self.tasks().remove(&id.number());
    }

    /// The task with this number, if it lives.
    pub(crate) fn get(&self, number: u64) -> Option<Entry> {
        self.tasks().get(&number).cloned()
    }
}
