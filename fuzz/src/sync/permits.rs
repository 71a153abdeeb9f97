//! Permits: the model of a semaphore, and so of the locks and of the cell that are made of one.

use std::collections::{BTreeMap, VecDeque};
use std::task::Poll;

#[derive(Debug)]
pub(super) struct Permits {
    pub(super) free: usize,
    is_closed: bool,
    /// Who waits, first come, first served.
    queue: VecDeque<usize>,
    /// All that were polled and are not ready, by their numbers.
    claims: BTreeMap<usize, Claim>,
    /// How many claims were ever made: the next number.
    made: usize,
}

#[derive(Debug)]
struct Claim {
    wanted: usize,
    /// How many it was not given yet.
    missing: usize,
    /// It was told that it has all, and waits for its budget only.
    is_held: bool,
}

/// Whether a claim is met, or can't be any more.
pub(super) type Answer = Result<(), ()>;

impl Permits {
    pub(super) fn new(free: usize) -> Self {
        Self {
            free,
            is_closed: false,
            queue: VecDeque::new(),
            claims: BTreeMap::new(),
            made: 0,
        }
    }

    /// A number for one who will come.
    pub(super) fn number(&mut self) -> usize {
        self.made += 1;
        self.made
    }

    pub(super) fn try_take(&mut self, wanted: usize) -> Answer {
        if self.is_closed || self.free < wanted {
            return Err(());
        }
        self.free -= wanted;
        Ok(())
    }

    pub(super) fn poll(&mut self, number: usize, wanted: usize, is_spent: bool) -> Poll<Answer> {
        if !self.claims.contains_key(&number) && !self.is_closed {
            self.enter(number, wanted);
        }
        let claim = self.claims.get_mut(&number);
        let claim = match claim {
            Some(claim) if claim.is_held || !self.is_closed => claim,
            _ => {
                self.leave(number);
                return Poll::Ready(Err(()));
            }
        };
        claim.is_held = claim.missing == 0;
        if !claim.is_held || is_spent {
            return Poll::Pending;
        }
        self.claims.remove(&number);
        Poll::Ready(Ok(()))
    }

    fn enter(&mut self, number: usize, wanted: usize) {
        let given = wanted.min(self.free);
        self.free -= given;
        let missing = wanted - given;
        let is_held = missing == 0;
        if !is_held {
            self.queue.push_back(number);
        }
        let claim = Claim {
            wanted,
            missing,
            is_held,
        };
        self.claims.insert(number, claim);
    }

    /// Permits come back, or are new.
    pub(super) fn give(&mut self, mut permits: usize) {
        while let Some(number) = self.queue.front() {
            let claim = self.claims.get_mut(number).unwrap();
            let given = permits.min(claim.missing);
            claim.missing -= given;
            permits -= given;
            if claim.missing > 0 {
                return;
            }
            self.queue.pop_front();
        }
        self.free += permits;
    }

    /// One who was not ready is gone; what it was given is the next one's.
    pub(super) fn leave(&mut self, number: usize) {
        if let Some(claim) = self.claims.remove(&number) {
            self.queue.retain(|other| *other != number);
            self.give(claim.wanted - claim.missing);
        }
    }

    pub(super) fn close(&mut self) {
        self.is_closed = true;
        self.queue.clear();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Whether one that waits was to be woken.
    pub(super) fn can_go_on(&self, number: usize) -> bool {
        let claim = self.claims.get(&number);
        claim.is_some_and(|claim| claim.missing == 0 || self.is_closed)
    }

    /// What is free and what those have who still wait.
    pub(super) fn total(&self) -> usize {
        let given = |claim: &Claim| claim.wanted - claim.missing;
        self.free + self.claims.values().map(given).sum::<usize>()
    }
}
