//! The turns: what the event loop counts of itself, and how its time goes.
//! Written by the turn, on the runtime's thread; read by the metrics.

use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Core;
use super::stuck::Stuck;
use crate::executor::hooks::{self, Hooks, ThreadHook};
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

/// What goes with each look at the world, as the turn knows it: a table of functions, as [`Observe`](crate::executor::observer::Observe)
/// is.
pub(super) trait Attend {
    /// The runtime is made: whoever has a handle from here on is a helper.
    fn begins(&self, core: &Core);

    /// `block_on` begins.
    fn start(&self);

    /// Looks at the world, as `Core::look` does.
    fn look(&self, core: &Core) -> io::Result<()>;

    /// What was ready has run: a stretch of work ends.
    fn has_worked(&self, turns: &Turns);

    /// How long the thread may sleep while no timer is set.
    fn patience(&self, core: &Core) -> Option<Duration>;

    /// Why nothing will wake the runtime any more, if that is so and is to be told.
    fn stuck(&self, core: &Core) -> Option<String>;
}

/// What goes with each look at the world, in a runtime where something does.
pub(super) struct Attendance {
    /// Called before the thread sleeps, and after it.
    on_park: Option<ThreadHook>,
    on_unpark: Option<ThreadHook>,
    /// Where sleep is recorded, if it is.
    recorder: Option<Arc<Recorder>>,
    /// Looks whether anything can wake it, if that is asked for.
    stuck: Option<Stuck>,
    /// When the last stretch, of work or of sleep, has begun.
    since: Cell<Instant>,
}

impl Attendance {
    pub(super) fn new(
        hooks: &Hooks,
        stuck: Option<Stuck>,
        recorder: Option<Arc<Recorder>>,
    ) -> Self {
        Self {
            stuck,
            recorder,
            on_park: hooks.park.clone(),
            on_unpark: hooks.unpark.clone(),
            since: Cell::new(Instant::now()),
        }
    }

    /// The world was looked at: a stretch of sleep ends.
    fn has_looked(&self, turns: &Turns) {
        if let Some(times) = &turns.times {
            times.parked.add_time(self.lap());
        }
    }

    fn lap(&self) -> Duration {
        let now = Instant::now();
        now.saturating_duration_since(self.since.replace(now))
    }
}

impl Attend for Attendance {
    fn begins(&self, core: &Core) {
        if let Some(stuck) = &self.stuck {
            stuck.count_references(core);
        }
    }

    fn start(&self) {
        if let Some(stuck) = &self.stuck {
            stuck.start();
        }
        self.since.set(Instant::now());
    }

    fn look(&self, core: &Core) -> io::Result<()> {
        self.has_worked(&core.shared.turns);
        let parked = Cell::new(false);
        let looked = core.look(|| {
            parked.set(true);
            hooks::call(&self.on_park);
            // A hook is foreign code: it may have woken a task, and then nobody sleeps.
            let may_sleep = self.on_park.is_none() || core.executor.park();
            if let Some(recorder) = &self.recorder {
                recorder.parks();
            }
            may_sleep
        });
        if parked.get() {
            if let Some(recorder) = &self.recorder {
                recorder.unparks();
            }
            hooks::call(&self.on_unpark);
        }
        self.has_looked(&core.shared.turns);
        looked
    }

    fn has_worked(&self, turns: &Turns) {
        if let Some(times) = &turns.times {
            times.lag.record(self.lap());
        }
    }

    fn patience(&self, core: &Core) -> Option<Duration> {
        self.stuck.as_ref()?.limit(core)
    }

    fn stuck(&self, core: &Core) -> Option<String> {
        self.stuck.as_ref()?.verdict(core)
    }
}
