//! The turns: what the event loop counts of itself, and how its time goes.
//! Written by the turn, on the runtime's thread; read by the metrics.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Core;
use super::stuck::Stuck;
use crate::executor::hooks::{Hooks, ThreadHook};
use crate::executor::recorder::Recorder;
use crate::figure::Figure;
use crate::histogram::Histogram;

/// What every thread may read.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// How often the thread went to sleep, and came back: odd while it sleeps.
    pub(super) parks_and_unparks: Figure,
    /// Looks at the world without sleep.
    pub(super) glances: Figure,
    /// Timers that wait.
    pub(super) timers: Figure,
    /// How its time goes, if that is asked for: it takes two looks at the clock a turn.
    pub(super) times: Option<Times>,
}

/// How the time of the loop goes.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// From the end of each look at the world to the next: so long may an event have to wait.
    pub(super) lag: Histogram,
    /// All the rest: asleep, or looking.
    pub(super) parked: Figure,
}

impl Turns {
    pub(super) fn new(timed: bool) -> Self {
        Self {
            times: timed.then(Times::default),
            ..Self::default()
        }
    }
}

/// What goes with each look at the world, in a runtime where something does.
pub(super) struct Attendance {
    /// Called before the thread sleeps, and after it.
    pub(super) on_park: Option<ThreadHook>,
    pub(super) on_unpark: Option<ThreadHook>,
    /// Where sleep is recorded, if it is.
    pub(super) recorder: Option<Arc<Recorder>>,
    /// Looks whether anything can wake it, if that is asked for.
    pub(super) stuck: Option<Stuck>,
    /// When the last stretch, of work or of sleep, has begun.
    since: Cell<Instant>,
}

impl Attendance {
    /// The one for what is asked for, if anything is.
    pub(super) fn new(
        hooks: &Hooks,
        turns: &Turns,
        stuck: Option<Stuck>,
        recorder: Option<Arc<Recorder>>,
    ) -> Option<Self> {
        let has_hooks = hooks.park.is_some() || hooks.unpark.is_some();
        let is_noted = turns.times.is_some() || recorder.is_some();
        (has_hooks || is_noted || stuck.is_some()).then(|| Self {
            stuck,
            recorder,
            on_park: hooks.park.clone(),
            on_unpark: hooks.unpark.clone(),
            since: Cell::new(Instant::now()),
        })
    }

    /// `block_on` begins.
    pub(super) fn start(&self) {
        if let Some(stuck) = &self.stuck {
            stuck.start();
        }
        self.since.set(Instant::now());
    }

    /// # Panics
    /// If nothing will wake the runtime any more, and that is to be told.
    #[track_caller]
    pub(super) fn fail_if_stuck(&self, core: &Core) {
        if let Some(stuck) = &self.stuck {
            stuck.fail_if_stuck(core);
        }
    }

    /// What was ready has run: a stretch of work ends.
    pub(super) fn has_worked(&self, turns: &Turns) {
        if let Some(times) = &turns.times {
            times.lag.record(self.lap());
        }
    }

    /// The world was looked at: a stretch of sleep ends.
    pub(super) fn has_looked(&self, turns: &Turns) {
        if let Some(times) = &turns.times {
            times.parked.add_time(self.lap());
        }
    }

    fn lap(&self) -> Duration {
        let now = Instant::now();
        now.saturating_duration_since(self.since.replace(now))
    }
}
