//! The ledger: who lives, how each task stands, and what it waits for, where other threads can read it.
//! Kept by the observer, task by task; read by the watcher for the name of whoever blocks the thread, and for dumps.

use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::task::{Id, Meta};
use super::watch::MAIN;
use crate::numbered::Numbered;
use crate::waits::Wait;

/// Every task that lives, by its number, and the future of `block_on`, by [`MAIN`].
#[derive(Debug)]
pub(crate) struct Ledger {
    tasks: Mutex<Numbered<Entry>>,
    /// Whether it says how tasks stand, and not only who they are.
    inspects: bool,
}

/// What is known of a task.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// `None` for the future of `block_on`.
    pub(crate) id: Option<Id>,
    pub(crate) name: Option<Box<str>>,
    /// Where it was spawned, or `block_on` was called.
    pub(crate) location: &'static Location<'static>,
    pub(crate) standing: Standing,
    /// What it waited for when its last poll ended.
    pub(crate) waits: Vec<Wait>,
    pub(crate) polls: u64,
    /// How long they have taken together.
    pub(crate) busy: Duration,
}

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// In the queue: new, or woken.
    Ready,
    /// It is polled.
    Running,
    /// Its last poll found nothing, and nobody has woken it since.
    Waiting,
}

impl Entry {
    fn new(location: &'static Location<'static>) -> Self {
        Self {
            id: None,
            name: None,
            location,
            standing: Standing::Ready,
            waits: Vec::new(),
            polls: 0,
            busy: Duration::ZERO,
        }
    }
}

impl Ledger {
    pub(crate) fn new(inspects: bool) -> Self {
        Self {
            tasks: Mutex::new(Numbered::new()),
            inspects,
        }
    }

    pub(crate) fn inspects(&self) -> bool {
        self.inspects
    }

    /// No step of a user can panic halfway, so a poisoned lock guards a whole map.
    fn tasks(&self) -> MutexGuard<'_, Numbered<Entry>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn enter(&self, meta: &Meta) {
        let entry = Entry {
            id: Some(meta.id()),
            name: meta.name().map(Into::into),
            ..Entry::new(meta.location())
        };
        self.insert(meta.id().number(), entry);
    }

    /// The future of `block_on`, which was called there.
    pub(super) fn enter_main(&self, location: &'static Location<'static>) {
        self.insert(MAIN, Entry::new(location));
    }

    fn insert(&self, number: u64, entry: Entry) {
        self.tasks().insert(number, entry);
    }

    pub(super) fn strike_out(&self, number: u64) {
        let entry = self.tasks().remove(number);
        drop(entry); // after the lock
    }

    /// A poll begins.
    pub(super) fn begins(&self, task: u64) {
        if let Some(entry) = self.tasks().get_mut(task) {
            entry.standing = Standing::Running;
            entry.polls += 1;
        }
    }

    /// It has ended, and the task waits, unless it has ended with it or was woken meanwhile.
    pub(super) fn ends(&self, task: u64, waits: Vec<Wait>, took: Duration) {
        if let Some(entry) = self.tasks().get_mut(task) {
            entry.busy += took;
            entry.waits = waits;
            if entry.standing == Standing::Running {
                entry.standing = Standing::Waiting;
            }
        }
    }

    /// The task is put into the queue.
    pub(super) fn wakes(&self, task: u64) {
        if let Some(entry) = self.tasks().get_mut(task) {
            entry.standing = Standing::Ready;
        }
    }

    /// The task with this number, or the future of `block_on`, if it lives.
    pub(crate) fn get(&self, number: u64) -> Option<Entry> {
        self.tasks().get(number).cloned()
    }

    /// All, in the order they were spawned; the future of `block_on` before.
    pub(crate) fn all(&self) -> Vec<Entry> {
        let tasks = self.tasks();
        tasks.iter().map(|(_, entry)| entry.clone()).collect()
    }
}
