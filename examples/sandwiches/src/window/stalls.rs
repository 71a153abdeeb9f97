//! The stalls: who has blocked a chef, and for how long.
//! Told by each runtime's watcher while it lasts, and by the chef's hook when it is over.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use toque::runtime::Stall;
use toque::task::Id;
use tracing::warn;

use super::guests::Guests;
use super::note::{Clock, Guest, micros, number};
use crate::request_name;

/// The last ones are kept.
const KEPT: usize = 10;

#[derive(Debug)]
pub(super) struct Stalls {
    begun: Instant,
    list: Mutex<List>,
}

#[derive(Debug, Default)]
struct List {
    /// The newest comes first.
    stalls: VecDeque<Told>,
    /// Counts its changes, so that a viewer knows whether it has seen them.
    version: u64,
}

/// A stall, as it is known.
#[derive(Debug)]
struct Told {
    /// When it was told of.
    at: Instant,
    stall: Stall,
    /// The request that the task worked for.
    guest: Option<Guest>,
    /// How long it was in the end, if that was seen.
    took: Option<Duration>,
}

impl Stalls {
    pub(super) fn new(begun: Instant) -> Stalls {
        let list = Mutex::default();
        Stalls { begun, list }
    }

    /// A poll does not end.
    pub(super) fn add(&self, stall: &Stall, guests: &Guests) {
        let guest = stall.id.and_then(|task| guests.of(task));
        log(stall, guest.as_ref());
        let mut list = self.lock();
        list.version += 1;
        list.stalls.truncate(KEPT - 1);
        list.stalls.push_front(Told {
            at: Instant::now(),
            stall: stall.clone(),
            guest,
            took: None,
        });
    }

    /// The poll that began then has ended after all.
    pub(super) fn ended(&self, task: Id, began: Instant, took: Duration) {
        let mut list = self.lock();
        let mut stalls = list.stalls.iter_mut();
        let told = stalls.find(|told| told.stall.id == Some(task) && told.at >= began);
        if let Some(told) = told {
            told.took = Some(took);
            list.version += 1;
        }
    }

    /// All of them, unless this version is known already; and the version.
    pub(super) fn since(&self, version: Option<u64>) -> (Option<Value>, u64) {
        let list = self.lock();
        let is_known = version == Some(list.version);
        let clock = Clock::since(self.begun);
        let told = || {
            list.stalls
                .iter()
                .map(|told| told.to_json(&clock))
                .collect()
        };
        ((!is_known).then(told), list.version)
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    fn to_json(&self, clock: &Clock) -> Value {
        let stall = &self.stall;
        json!({
            "t": clock.micros(self.at),
            "task": stall.id.map(number),
            "name": stall.name,
            "place": stall.location.map(ToString::to_string),
            "what": self.guest.as_ref().map(|guest| &*guest.what),
            "request": self.guest.as_ref().map(|guest| &*guest.request),
            "seen": micros(stall.running_for),
            "took": self.took.map(micros),
            "thread": stall.thread.as_ref().and_then(|thread| {
                let told = thread.to_string(); // then come the addresses of its stack
                told.lines().next().map(str::to_owned)
            }),
        })
    }
}

/// With the name of the request, though the watcher's thread works for none.
fn log(stall: &Stall, guest: Option<&Guest>) {
    match guest {
        Some(guest) => request_name::within(&guest.request, || warn!("{}: {stall}", guest.what)),
        None => warn!("{stall}"),
    }
}
