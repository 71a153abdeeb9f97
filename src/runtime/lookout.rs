//! The lookout: what looks at a runtime because somebody wished for it. Observer and attendance, and threads beside the runtime's own.
//! Set up by the builder, through a pointer that the first wish puts there.
//!
//! A pointer, and from there on tables of functions, so that the linker leaves out what nobody has wished for: ledger, recorder, watcher,
//! and all that they print.

use std::any::Any;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::proc::ThisThread;
use super::spans;
use super::stall::StallHook;
use super::stuck::Stuck;
use super::turns::{Attend, Attendance};
use super::watcher::Watcher;
use crate::executor::home::Home;
use crate::executor::hooks::Hooks;
use crate::executor::ledger::Ledger;
use crate::executor::observer::{Observe, Observer};
use crate::executor::recorder::Recorder;
use crate::executor::spans::Spans;
use crate::executor::watch::Watch;

/// Gives each runtime that is built its own.
pub(crate) type MakeRecorder = Arc<dyn Fn() -> Arc<Recorder> + Send + Sync>;
/// A thread beside the runtime's own. Dropped, it ends.
pub(crate) type Companion = Box<dyn Any>;
/// Starts one that reads the ledger.
pub(crate) type Starter = Arc<dyn Fn(Arc<Ledger>) -> io::Result<Companion> + Send + Sync>;

/// What a builder was asked to look at.
#[derive(Clone, Default)]
pub(super) struct Wishes {
    pub(super) hooks: Hooks,
    /// Whether the clock is read around each poll.
    pub(super) poll_times: bool,
    /// Whether it is read around each look at the world.
    pub(super) loop_lag: bool,
    /// How long a poll may take before it is told of. `None` if none is.
    pub(super) stall_limit: Option<Duration>,
    /// Whom it is told. `None` for standard error.
    pub(super) on_stall: Option<StallHook>,
    /// Whether it is noted how tasks stand.
    pub(super) inspects: bool,
    /// How long `block_on` waits for other threads before it is said to be stuck. `None` if it never is.
    pub(super) stuck_after: Option<Duration>,
    /// Makes a recorder, if what happens is to be recorded.
    pub(super) recorder: Option<MakeRecorder>,
    /// Makes the spans of the tasks, if there are to be some.
    pub(super) spans: Option<fn() -> Spans>,
    /// What else starts a thread beside the runtime's.
    pub(super) starters: Vec<Starter>,
}

/// [`Lookout::new`], where something was wished for.
pub(super) type LookOut = fn(&Wishes, &Arc<Home>) -> io::Result<Lookout>;

/// All of it, for one runtime. Nothing of it where nothing was wished for.
#[derive(Default)]
pub(super) struct Lookout {
    pub(super) observer: Option<Box<dyn Observe>>,
    pub(super) attendance: Option<Box<dyn Attend>>,
    /// For handles, if they may read how tasks stand.
    pub(super) inspected: Option<Arc<Ledger>>,
    pub(super) companions: Vec<Companion>,
}

impl Lookout {
    /// What these wishes take.
    pub(super) fn new(wishes: &Wishes, home: &Arc<Home>) -> io::Result<Self> {
        let watch = wishes.stall_limit.map(|_| Arc::new(Watch::new()));
        let recorder = wishes.recorder.as_ref().map(|make| make());
        let inspects = wishes.inspects();
        let notes_tasks = inspects || wishes.stall_limit.is_some();
        let ledger = notes_tasks.then(|| Arc::new(Ledger::new(inspects)));
        let companions = wishes.start_companions(watch.as_ref(), ledger.as_ref())?;
        let stuck = wishes.stuck_after;
        let stuck = stuck.map(|patience| Stuck::new(patience, companions.len()));
        let is_attended = wishes.concern_turns();
        let attendance = Attendance::new(&wishes.hooks, stuck, recorder.clone());
        let inspected = ledger.clone().filter(|ledger| ledger.inspects());
        let observer = Observer::new(
            home,
            wishes.hooks.clone(),
            watch,
            ledger,
            recorder,
            wishes.spans.map(|make| make()),
        );
        Ok(Self {
            observer: observer.map(|it| Box::new(it) as Box<dyn Observe>),
            attendance: is_attended.then(|| Box::new(attendance) as Box<dyn Attend>),
            inspected,
            companions,
        })
    }
}

impl Wishes {
    /// Whether it is noted how tasks stand: it is asked for, or something else needs it.
    fn inspects(&self) -> bool {
        let reads_the_ledger = self.stuck_after.is_some() || !self.starters.is_empty();
        self.inspects || reads_the_ledger || self.recorder.is_some()
    }

    /// Whether something goes with each look at the world.
    fn concern_turns(&self) -> bool {
        let has_hooks = self.hooks.park.is_some() || self.hooks.unpark.is_some();
        has_hooks || self.loop_lag || self.recorder.is_some() || self.stuck_after.is_some()
    }

    /// Starts the threads beside the runtime's own, if there are to be any.
    fn start_companions(
        &self,
        watch: Option<&Arc<Watch>>,
        ledger: Option<&Arc<Ledger>>,
    ) -> io::Result<Vec<Companion>> {
        let mut companions = Vec::new();
        let Some(ledger) = ledger else {
            return Ok(companions);
        };
        if let (Some(limit), Some(watch)) = (self.stall_limit, watch) {
            companions.push(self.watch(limit, watch, ledger)?);
        }
        for start in &self.starters {
            companions.push(start(Arc::clone(ledger))?);
        }
        Ok(companions)
    }

    /// Starts the watcher.
    fn watch(
        &self,
        limit: Duration,
        watch: &Arc<Watch>,
        ledger: &Arc<Ledger>,
    ) -> io::Result<Companion> {
        let hook = self.on_stall.clone();
        let watcher = Watcher {
            watch: Arc::clone(watch),
            ledger: Arc::clone(ledger),
            limit,
            hook: hook.unwrap_or_else(|| Arc::new(spans::log)),
            thread: ThisThread::new(),
        };
        Ok(Box::new(watcher.start()?))
    }
}
