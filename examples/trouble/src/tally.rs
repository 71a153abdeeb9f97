//! The tally: what guests have met. One for those of a kind, shared by their threads.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::rng::Rng;

/// How a call has ended.
pub(crate) enum Outcome {
    Served,
    /// The connection broke, or was not made.
    Broken(io::Error),
    /// An answer in good order that says no, for now.
    Refused(u16),
    /// Something else came back than what had been acknowledged.
    Wrong(String),
    /// Nothing came within all patience.
    Hung(String),
}

/// Who calls a server again and again.
pub(crate) trait Guest {
    fn call(&mut self) -> Outcome;
    /// Goes.
    fn leave(&mut self);
}

#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) served: u64,
    /// By the kind of the error.
    pub(crate) broken: BTreeMap<String, u64>,
    /// By the status.
    pub(crate) refused: BTreeMap<u16, u64>,
    /// What must never be: wrong answers, and none at all.
    pub(crate) faults: Vec<String>,
}

impl Counts {
    pub(crate) fn broken(&self) -> u64 {
        self.broken.values().sum()
    }

    pub(crate) fn refused(&self) -> u64 {
        self.refused.values().sum()
    }

    /// In words, for a table.
    pub(crate) fn errors(&self) -> String {
        let broken = self.broken.iter().map(|(kind, n)| format!("{n} {kind}"));
        let refused = self.refused.iter().map(|(code, n)| format!("{n} × {code}"));
        let all: Vec<String> = broken.chain(refused).collect();
        if all.is_empty() {
            "none".to_owned()
        } else {
            all.join(", ")
        }
    }
}

#[derive(Default)]
pub(crate) struct Tally(Mutex<Counts>);

impl Tally {
    pub(crate) fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, outcome: Outcome) {
        let mut counts = self.counts();
        match outcome {
            Outcome::Served => counts.served += 1,
            Outcome::Broken(error) => *counts.broken.entry(kind(&error)).or_default() += 1,
            Outcome::Refused(status) => *counts.refused.entry(status).or_default() += 1,
            Outcome::Wrong(what) => counts.faults.push(what),
            Outcome::Hung(what) => counts.faults.push(format!("no answer: {what}")),
        }
    }
}

fn kind(error: &io::Error) -> String {
    format!("{:?}", error.kind())
}

/// Calls until it is time to leave, with a pause between two calls. It is the caller who makes it leave.
pub(crate) fn visit(guest: &mut impl Guest, tally: &Tally, leaves: &AtomicBool, pause: Duration) {
    while !leaves.load(Ordering::Relaxed) {
        tally.add(guest.call());
        thread::sleep(pause);
    }
}

/// What a guest is made with.
pub(crate) struct Invitation {
    pub(crate) to: SocketAddr,
    pub(crate) rng: Rng,
    /// Calls by one connection; without a number it is kept.
    pub(crate) stays: Option<u64>,
    /// Whether it does something when nothing comes: where an event was denied, the next one tells.
    pub(crate) is_loud: bool,
}
