//! The recorder: what happened when, in a runtime that is traced. Bounded: of what is too much, the oldest goes.
//! Told by the observer and the turn, on the runtime's thread; read by `toque::trace`, on any.

use std::collections::VecDeque;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::task::Meta;
use super::watch::MAIN;
use crate::numbered::Numbered;
use crate::waits::Wait;

/// A moment, in nanoseconds since the trace began.
pub(crate) type Moment = u64;

/// From one moment to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) begin: Moment,
    pub(crate) end: Moment,
}

/// Something that is over.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A poll of a task.
    Poll { task: u64, span: Span },
    /// A task in the queue, from its wake to its poll.
    Ready { task: u64, span: Span },
    /// A task that waited.
    Wait { task: u64, span: Span, on: WaitsOn },
    /// A wake that led to a poll: an arrow from the one to the other.
    Wake {
        wake: Wake,
        task: u64,
        polled: Moment,
    },
    /// The thread, asleep.
    Park(Span),
    /// A task from its spawn to its end.
    Life { task: u64, span: Span, who: Who },
}

/// What `Trace::new` says that an event takes.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Event>() <= 128);

/// What a task waits for, as far as there is room.
#[derive(Clone, Debug, Default)]
pub(crate) struct WaitsOn {
    pub(crate) first: Option<Wait>,
    /// How many more.
    pub(crate) others: usize,
}

/// When a task was woken, or spawned, and by whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wake {
    pub(crate) at: Moment,
    /// The task that was polled then. `None` if none was: by a socket, a timer or another thread.
    pub(crate) by: Option<u64>,
}

/// What a person knows a task by.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) name: Option<Box<str>>,
    pub(crate) location: &'static Location<'static>,
}

/// All that is known at one moment.
#[derive(Debug)]
pub(crate) struct Record {
    /// What is over, in the order in which it ended; and what is not, as if it ended now.
    pub(crate) events: Vec<Event>,
    /// How many had no room.
    pub(crate) dropped: u64,
}

/// One runtime's.
#[derive(Debug)]
pub(crate) struct Recorder {
    began: Instant,
    log: Mutex<Log>,
}

#[derive(Debug)]
struct Log {
    events: VecDeque<Event>,
    /// The most that are kept.
    capacity: usize,
    dropped: u64,
    /// Those that live, the future of `block_on` with them.
    living: Numbered<Living>,
    /// What is polled, and since when.
    polled: Option<(u64, Moment)>,
    /// Since when the thread sleeps, if it does.
    parked: Option<Moment>,
}

#[derive(Debug)]
struct Living {
    since: Moment,
    who: Who,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    Ready(Wake),
    /// It is polled, and perhaps woken meanwhile.
    Polled(Option<Wake>),
    Waiting(Moment, WaitsOn),
}

impl Recorder {
    pub(crate) fn new(began: Instant, capacity: usize) -> Self {
        Self {
            began,
            log: Mutex::new(Log {
                events: VecDeque::new(),
                capacity,
                dropped: 0,
                living: Numbered::new(),
                polled: None,
                parked: None,
            }),
        }
    }

    fn now(&self) -> Moment {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// No step of a user can panic halfway, so a poisoned lock guards a whole log.
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A task has arrived.
    pub(super) fn arrives(&self, meta: &Meta) {
        let who = Who {
            name: meta.name().map(Into::into),
            location: meta.location(),
        };
        self.log().enter(meta.id().number(), who, self.now());
    }

    /// `block_on` begins, called there.
    pub(super) fn main_arrives(&self, location: &'static Location<'static>) {
        let who = Who {
            name: Some("block_on".into()),
            location,
        };
        self.log().enter(MAIN, who, self.now());
    }

    /// A task was woken.
    pub(super) fn wakes(&self, task: u64) {
        self.log().wake(task, self.now());
    }

    /// A poll begins.
    pub(super) fn begins(&self, task: u64) {
        self.log().begin(task, self.now());
    }

    /// It has ended, and the task waits for that, unless it is over or was woken.
    pub(super) fn ends(&self, waits: &[Wait]) {
        self.log().end(waits, self.now());
    }

    /// A task is over. That may be in a poll of it, which then still goes on.
    pub(super) fn leaves(&self, task: u64) {
        self.log().leave(task, self.now());
    }

    /// `block_on` is over; perhaps by a panic in its poll.
    pub(super) fn main_leaves(&self) {
        let (now, mut log) = (self.now(), self.log());
        log.end(&[], now);
        if let Some(main) = log.living.get_mut(MAIN) {
            main.stage = Stage::Polled(None); // its last poll has made it ready, and so it waits for nothing
        }
        log.leave(MAIN, now);
    }

    /// The thread goes to sleep.
    pub(crate) fn parks(&self) {
        self.log().parked = Some(self.now());
    }

    /// It is awake.
    pub(crate) fn unparks(&self) {
        let (now, mut log) = (self.now(), self.log());
        if let Some(begin) = log.parked.take() {
            log.push(Event::Park(Span { begin, end: now }));
        }
    }

    pub(crate) fn read(&self) -> Record {
        self.log().read(self.now())
    }
}

impl Log {
    fn push(&mut self, event: Event) {
        if self.events.len() == self.capacity {
            self.dropped += 1;
            if self.events.pop_front().is_none() {
                return; // there is no room at all
            }
        }
        self.events.push_back(event);
    }

    fn enter(&mut self, task: u64, who: Who, now: Moment) {
        let stage = Stage::Ready(self.wake_now(now));
        let living = Living {
            since: now,
            who,
            stage,
        };
        self.living.insert(task, living);
    }

    fn wake_now(&self, at: Moment) -> Wake {
        Wake {
            at,
            by: self.polled.map(|(task, _)| task),
        }
    }

    fn wake(&mut self, task: u64, now: Moment) {
        let wake = self.wake_now(now);
        let Some(living) = self.living.get_mut(task) else {
            return;
        };
        match &mut living.stage {
            Stage::Ready(_) | Stage::Polled(Some(_)) => {}
            Stage::Polled(woken) => *woken = Some(wake),
            Stage::Waiting(begin, on) => {
                let span = Span {
                    begin: *begin,
                    end: now,
                };
                let on = std::mem::take(on);
                living.stage = Stage::Ready(wake);
                self.push(Event::Wait { task, span, on });
            }
        }
    }

    fn begin(&mut self, task: u64, now: Moment) {
        self.polled = Some((task, now));
        let Some(living) = self.living.get_mut(task) else {
            return;
        };
        let before = std::mem::replace(&mut living.stage, Stage::Polled(None));
        if let Stage::Ready(wake) = before {
            let span = Span {
                begin: wake.at,
                end: now,
            };
            self.push(Event::Ready { task, span });
            self.push(Event::Wake {
                wake,
                task,
                polled: now,
            });
        }
    }

    fn end(&mut self, waits: &[Wait], now: Moment) {
        let Some((task, begin)) = self.polled.take() else {
            return;
        };
        self.push(Event::Poll {
            task,
            span: Span { begin, end: now },
        });
        if let Some(living) = self.living.get_mut(task) {
            living.stage = match living.stage {
                Stage::Polled(Some(wake)) => Stage::Ready(wake),
                _ => Stage::Waiting(now, WaitsOn::of(waits)),
            };
        }
    }

    fn leave(&mut self, task: u64, now: Moment) {
        if let Some(living) = self.living.remove(task) {
            let over = living.over(task, now);
            over.into_iter().for_each(|event| self.push(event));
        }
    }

    fn read(&self, now: Moment) -> Record {
        let mut events: Vec<_> = self.events.iter().cloned().collect();
        let polled = self.polled.map(|(task, begin)| {
            let span = Span { begin, end: now };
            Event::Poll { task, span }
        });
        let parked = self.parked.map(|begin| Span { begin, end: now });
        events.extend(polled);
        events.extend(parked.map(Event::Park));
        let living = self.living.iter();
        events.extend(living.flat_map(|(task, living)| living.over(task, now)));
        Record {
            events,
            dropped: self.dropped,
        }
    }
}

impl Living {
    /// What is over when it is.
    fn over(&self, task: u64, end: Moment) -> impl Iterator<Item = Event> + use<> {
        let last = match &self.stage {
            Stage::Ready(wake) => Some(Event::Ready {
                task,
                span: Span {
                    begin: wake.at,
                    end,
                },
            }),
            Stage::Polled(_) => None,
            Stage::Waiting(begin, on) => Some(Event::Wait {
                task,
                span: Span { begin: *begin, end },
                on: on.clone(),
            }),
        };
        let life = Event::Life {
            task,
            span: Span {
                begin: self.since,
                end,
            },
            who: self.who.clone(),
        };
        last.into_iter().chain([life])
    }
}

impl WaitsOn {
    fn of(waits: &[Wait]) -> Self {
        Self {
            first: waits.first().cloned(),
            others: waits.len().saturating_sub(1),
        }
    }
}
