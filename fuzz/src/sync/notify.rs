//! A notify: one at a time from either end of the queue, or all at once, also those who do not wait yet.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Poll;

use toque::sync::Notify;
use toque::sync::futures::OwnedNotified;

use super::{Beside, MOST, World, pick, take};
use crate::bells::{Turn, Waiter};

#[derive(Default)]
pub(super) struct Pair {
    notify: Arc<Notify>,
    model: Model,
    waiters: Vec<Entry>,
    /// How many futures were made: the next number.
    made: usize,
}

struct Entry {
    number: usize,
    stage: Stage,
    waiter: Waiter<OwnedNotified>,
}

/// How far a future has come; what happens to it while it waits, the model knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Made when everyone had been notified so many times.
    New(usize),
    Waiting,
    /// It has one, and waits for its budget only.
    Held(Notice),
    /// It was told.
    Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notice {
    /// One for all: nobody else gets it.
    ForAll,
    First,
    Last,
}

#[derive(Debug, Default)]
struct Model {
    is_stored: bool,
    /// How many times everyone was notified.
    broadcasts: usize,
    queue: VecDeque<usize>,
    /// Who was chosen, and has not looked since.
    chosen: Vec<(usize, Notice)>,
}

impl Model {
    fn notify(&mut self, notice: Notice) {
        let next = match notice {
            Notice::Last => self.queue.pop_back(),
            _ => self.queue.pop_front(),
        };
        match next {
            Some(number) => self.chosen.push((number, notice)),
            None => self.is_stored = true,
        }
    }

    fn notify_all(&mut self) {
        self.broadcasts += 1;
        let all = self.queue.drain(..).map(|number| (number, Notice::ForAll));
        self.chosen.extend(all);
    }

    /// A future looks for its notice.
    fn look(&mut self, number: usize, stage: Stage) -> Stage {
        match stage {
            Stage::New(seen) if seen != self.broadcasts => Stage::Held(Notice::ForAll),
            Stage::New(_) if std::mem::take(&mut self.is_stored) => Stage::Held(Notice::First),
            Stage::New(_) => {
                self.queue.push_back(number);
                Stage::Waiting
            }
            Stage::Waiting => self.choice(number).map_or(stage, Stage::Held),
            Stage::Held(_) | Stage::Told => stage,
        }
    }

    /// Takes back what it was chosen for.
    fn choice(&mut self, number: usize) -> Option<Notice> {
        let place = self.chosen.iter().position(|(other, _)| *other == number)?;
        Some(self.chosen.swap_remove(place).1)
    }

    /// A future is gone: what was for one is for the next one.
    fn leave(&mut self, number: usize, stage: Stage) {
        self.queue.retain(|other| *other != number);
        let notice = match stage {
            Stage::Held(notice) => Some(notice),
            _ => self.choice(number),
        };
        if let Some(notice @ (Notice::First | Notice::Last)) = notice {
            self.notify(notice);
        }
    }

    fn is_chosen(&self, number: usize) -> bool {
        self.chosen.iter().any(|(other, _)| *other == number)
    }
}

impl Pair {
    fn wait(&mut self) {
        if self.waiters.len() == MOST {
            return;
        }
        let notify = Arc::clone(&self.notify);
        self.waiters.push(Entry {
            number: self.made,
            stage: Stage::New(self.model.broadcasts),
            waiter: Waiter::new(notify.notified_owned()),
        });
        self.made += 1;
    }

    fn enable(&mut self, nth: usize) {
        let Some(index) = pick(&self.waiters, nth) else {
            return;
        };
        let entry = &mut self.waiters[index];
        entry.stage = self.model.look(entry.number, entry.stage);
        let is_notified = entry.stage != Stage::Waiting;
        assert_eq!(entry.waiter.future().enable(), is_notified);
        if is_notified {
            entry.stage = Stage::Told;
        }
    }
}

impl Beside for Pair {
    fn poll(&mut self, world: &World, nth: usize, turn: Turn) {
        let Some(index) = pick(&self.waiters, nth) else {
            return;
        };
        let entry = &mut self.waiters[index];
        entry.stage = self.model.look(entry.number, entry.stage);
        let is_ready = entry.stage != Stage::Waiting && !turn.is_spent;
        let expected = if is_ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        };
        assert_eq!(entry.waiter.poll(&world.bells, turn), expected);
        if is_ready {
            self.waiters.remove(index);
        }
    }

    fn leave(&mut self, _: &World, nth: usize) {
        if let Some(entry) = take(&mut self.waiters, nth) {
            drop(entry.waiter);
            self.model.leave(entry.number, entry.stage);
        }
    }

    fn act(&mut self, _: &World, act: u8, nth: usize) {
        match act {
            0..=2 => self.wait(),
            3 | 4 => self.enable(nth),
            5 | 6 => {
                self.notify.notify_one();
                self.model.notify(Notice::First);
            }
            7 | 8 => {
                self.notify.notify_last();
                self.model.notify(Notice::Last);
            }
            _ => {
                self.notify.notify_waiters();
                self.model.notify_all();
            }
        }
    }

    fn check(&self, _: &World) {
        for entry in &self.waiters {
            let is_woken = entry.waiter.is_woken();
            match entry.stage {
                Stage::Waiting if entry.waiter.was_polled() => {
                    assert_eq!(is_woken, self.model.is_chosen(entry.number));
                }
                Stage::Held(_) => assert!(is_woken, "it gave way, and comes again"),
                Stage::New(_) | Stage::Waiting | Stage::Told => {}
            }
        }
        let stored = format!("{:?}", self.notify);
        assert_eq!(stored.contains("true"), self.model.is_stored, "{stored}");
    }
}
