//! The runtime: the one place where the parts meet. Its turn is the event loop.
//!
//! ```text
//!              ┌──────────────────────────── turn ────────────────────────────┐
//!   spawn ──▶  │ event queue        event demultiplexer      timers           │
//!   wake  ──▶  │ executor.run  ──▶  reactor.wait        ──▶  timers.fire_due  │
//!              └──────────────────────────────────────────────────────────────┘
//! ```
//!
//! # Example
//! ```
//! use toque::runtime::{Builder, Handle, Runtime};
//!
//! let runtime: Runtime = Builder::new_current_thread().max_blocking_threads(4).build()?;
//! let handle: Handle = runtime.handle().clone(); // for other threads
//! let answer = std::thread::spawn(move || handle.spawn(async { 42 })).join().unwrap();
//! assert_eq!(runtime.block_on(answer)?, 42);
//! # Ok::<(), std::io::Error>(())
//! ```

mod answer;
mod blocking;
mod builder;
pub(crate) mod current;
mod enter;
mod handle;
mod lookout;
mod metrics;
mod proc;
mod prometheus;
mod random;
mod registration;
mod registry;
mod shutdown;
#[cfg(feature = "tracing")]
mod spans;
#[cfg(not(feature = "tracing"))]
#[path = "no_spans.rs"]
mod spans;
mod stall;
mod stuck;
mod tasks;
mod timer;
mod turns;
mod watcher;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::io;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

pub use crate::executor::hooks::TaskMeta;
pub use crate::executor::unhandled::{TaskPanic, UnhandledPanic};
pub use crate::reactor::ReactorKind;
pub(crate) use answer::Answer;
pub(crate) use blocking::Duty;
pub use blocking::spawn_blocking;
pub use builder::Builder;
pub use enter::EnterGuard;
pub use handle::{Handle, Id, TryCurrentError};
pub(crate) use lookout::Companion;
pub use metrics::RuntimeMetrics;
pub use proc::{BlockedThread, Frame};
pub use prometheus::prometheus;
pub(crate) use random::random_below;
pub(crate) use registration::Registration;
pub use shutdown::{LeftTask, Report};
pub use stall::Stall;
pub use tasks::{BlockOnInfo, Dump, TaskInfo, TaskState, Wait, dump};
pub(crate) use timer::{Timer, pause_for};

pub use crate::waits::{Address, Call, Descriptor};

use crate::clock::Clock;
use crate::executor::here;
use crate::executor::join::JoinHandle;
use crate::executor::local::{Executor, Progress};
use crate::executor::main_bell::MainBell;
use crate::executor::shield;
use crate::executor::task::{self, Origin};
use crate::future::{budget, entered};
use crate::reactor::Reactor;
use crate::rng::Rng;
use crate::timers::Timers;
use crate::waker::{Ring, WakeList, waker};
use handle::Shared;
use turns::Attend;

/// [`Core::rest_without_time`]. By a pointer, so that a program that pauses no clock is without it.
type Rest = fn(&Core) -> io::Result<()>;

/// The parts of a runtime. Only its own thread has them.
pub(crate) struct Core {
    pub(crate) executor: Executor,
    pub(crate) reactor: Reactor,
    pub(crate) timers: RefCell<Timers>,
    pub(crate) clock: Clock,
    /// How it rests under a paused clock, if somebody may pause it.
    rest_without_time: Cell<Option<Rest>>,
    /// What is left to chance is drawn from here, so that a seed repeats it.
    rng: Rng,
    /// What other threads may have.
    pub(crate) shared: Arc<Shared>,
    /// Whom fired timers wake. Kept for its memory.
    sleepers: Cell<WakeList>,
    /// Threads beside the runtime's own, which end when this is dropped.
    companions: Cell<Vec<Companion>>,
    /// What goes with each look at the world, if something does.
    attendance: Option<Box<dyn Attend>>,
    /// Whether `block_on` runs.
    driven: Cell<bool>,
    /// The runtime, if it was dropped within its own `block_on`: it ends when that does.
    orphan: Cell<Option<Runtime>>,
}

impl Core {
    // ANCHOR: turn
    /// One turn of the event loop: runs what is ready, waits for the world, and wakes whom it
    /// concerns. `main` polls the future of `block_on`; once it is done, so is the turn.
    fn turn(&self, main: &mut dyn FnMut() -> Progress) -> io::Result<Progress> {
        // The event queue: run what is ready, a batch at most.
        if self.executor.run(main) == Progress::Done {
            return Ok(Progress::Done);
        }
        // The event demultiplexer: the only place where the thread sleeps, and only if nothing
        // is ready.
        match &self.attendance {
            None => self.look(|| true)?,
            Some(attendance) => attendance.look(self)?,
        }
        // Then what other threads have sent, and the timers.
        self.executor.receive();
        self.end_if_told_to();
        self.fire_timers();
        Ok(Progress::Pending)
    }
    // ANCHOR_END: turn

    // ANCHOR: look
    /// Looks at the world: sleeps until something happens there, if nothing is ready and `may_sleep` says so too.
    #[inline]
    fn look(&self, may_sleep: impl FnOnce() -> bool) -> io::Result<()> {
        let turns = &self.shared.turns;
        if self.executor.park() {
            turns.parks_and_unparks.add(1);
            let rested = if may_sleep() {
                self.rest()
            } else {
                self.reactor.wait(Some(Duration::ZERO))
            };
            turns.parks_and_unparks.add(1);
            self.executor.unpark();
            return rested;
        }
        turns.glances.add(1);
        if !self.reactor.is_empty() {
            self.reactor.wait(Some(Duration::ZERO))?;
        }
        Ok(())
    }
    // ANCHOR_END: look

    /// Sleeps until something happens.
    #[inline]
    fn rest(&self) -> io::Result<()> {
        match self.rest_without_time.get() {
            Some(rest) if self.clock.is_paused() => rest(self),
            _ => self.reactor.wait(self.patience()),
        }
    }

    /// Stops the clock. False if it stands already.
    pub(crate) fn pause(&self) -> bool {
        self.rest_without_time.set(Some(Self::rest_without_time));
        self.clock.pause()
    }

    /// The same under a paused clock: if nothing is to be had from sockets, other threads and the blocking pool, the clock goes
    /// on to the next timer.
    #[cold]
    fn rest_without_time(&self) -> io::Result<()> {
        self.reactor.wait(Some(Duration::ZERO))?;
        // Before the last look at what other threads have sent: a job sends its result before it is done.
        let idle = !self.shared.pool.is_busy();
        if !self.executor.park() {
            return Ok(());
        }
        let next = self.timers.borrow().next_deadline();
        if next.is_some_and(|deadline| self.clock.advance_to(deadline, idle)) {
            return Ok(());
        }
        // The thread that has done the last job counts as busy for a moment longer, and rings no bell when it is idle.
        let patience = match next {
            Some(_) => (!idle).then_some(Duration::from_millis(1)),
            None => self.patience_without_timer(),
        };
        self.reactor.wait(patience)
    }

    /// How long the thread may sleep: until the next timer, or for ever.
    fn patience(&self) -> Option<Duration> {
        let Some(deadline) = self.timers.borrow().next_deadline() else {
            return self.patience_without_timer();
        };
        let now = self.clock.now_ns();
        Some(Duration::from_nanos(deadline.saturating_sub(now)))
    }

    /// For ever, unless it is asked for whether anything can end that.
    fn patience_without_timer(&self) -> Option<Duration> {
        self.attendance.as_ref()?.patience(self)
    }

    /// Ends `block_on` if a panic that nobody awaits is to do so.
    fn end_if_told_to(&self) {
        if let Some(panic) = self.executor.home().fatal() {
            panic!("{panic}; nobody awaits it, and the runtime is set to end with that");
        }
    }

    /// Shows all threads how many timers there are.
    fn publish_timers(&self) {
        let timers = self.timers.borrow().len();
        self.shared.turns.timers.set(timers as u64);
    }

    fn fire_timers(&self) {
        if self.timers.borrow().next_deadline().is_none() {
            self.shared.turns.timers.set(0);
            return; // no look at the clock for nothing
        }
        let mut sleepers = self.sleepers.take();
        let now = self.clock.now_ns();
        self.timers.borrow_mut().fire_due(now, sleepers.list());
        self.publish_timers();
        sleepers.wake_all(); // nothing is borrowed here
        self.sleepers.set(sleepers);
    }
}

/// A single-threaded runtime: the thread that calls [`block_on`](Self::block_on) runs all its tasks, its sockets and its timers.
///
/// It stays on the thread that made it (it is not `Send`), and so do its tasks, which need not be `Send`. Other threads reach it
/// by its [`Handle`]. Tasks make progress only within `block_on`; what was spawned goes on with the next call.
///
/// Dropping it drops every task, on this thread, before anything else: destructors of futures can still use the runtime, though
/// what they spawn is cancelled at once. Then it waits for blocking jobs that run, for the time set by
/// [`Builder::shutdown_timeout`]; jobs that wait in the queue are cancelled, but for those of a [`File`](crate::fs::File). Dropped
/// within its own [`Handle::block_on`], it goes on until that returns.
///
/// # Example
/// ```
/// let runtime = toque::Runtime::new()?;
/// let answer = runtime.block_on(async { toque::spawn(async { 42 }).await });
/// assert_eq!(answer.unwrap(), 42);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Runtime {
    core: Rc<Core>,
    handle: Handle,
    /// How long dropping waits for blocking jobs.
    shutdown_timeout: Duration,
}

impl Runtime {
    /// A runtime with the default settings; [`Builder`] has the others.
    ///
    /// # Errors
    /// Those of the operating system: no more descriptors, most likely.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Runtime::new()?;
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new() -> io::Result<Runtime> {
        Builder::new_current_thread().build()
    }

    /// Runs a future, and the runtime's tasks with it, until that future is ready.
    ///
    /// The future need be neither `Send` nor `'static`: it stays here, on the stack.
    ///
    /// # Panics
    /// If the future does; or if this thread is within a `block_on` already, since a task that blocks its thread stops all
    /// the others. Await the future instead, or `spawn` it.
    ///
    /// # Example
    /// ```
    /// let order = String::from("soup");
    /// let served = toque::Runtime::new()?.block_on(async { format!("{order}, served") });
    /// assert_eq!(served, "soup, served");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        block_on(&self.core, future)
    }

    /// Enters the runtime without running it: `spawn`, `sleep` and sockets find it until the guard is dropped.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Runtime::new()?;
    /// let task = {
    ///     let _entered = runtime.enter();
    ///     toque::spawn(async { "spawned outside of `block_on`" })
    /// };
    /// assert!(runtime.block_on(task).is_ok());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enter(&self) -> EnterGuard<'_> {
        EnterGuard::new(current::enter(&self.core))
    }

    /// Spawns a task, which runs within the next [`block_on`](Self::block_on). See [`toque::spawn`](crate::spawn).
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Runtime::new()?;
    /// let soup = runtime.spawn(async { "soup" }); // it begins when the loop runs
    /// assert_eq!(runtime.block_on(soup)?, "soup");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.core.executor.spawn(future, Origin::caller())
    }

    /// Runs a closure on the blocking pool. See [`toque::spawn_blocking`](crate::spawn_blocking).
    ///
    /// # Panics
    /// If there is no thread in the pool, and the operating system starts none.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Runtime::new()?;
    /// let bread = runtime.spawn_blocking(|| std::fs::read_to_string("Cargo.toml")); // it begins now
    /// assert!(runtime.block_on(bread)??.contains("toque"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, job: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.core.shared.spawn_blocking(job, Origin::caller())
    }

    /// What other threads may hold of the runtime.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Runtime::new()?;
    /// let handle = runtime.handle().clone();
    /// let task = std::thread::spawn(move || handle.spawn(async { "soup" })).join().unwrap();
    /// assert_eq!(runtime.block_on(task)?, "soup");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The same runtime once more, to be kept in the place of one that is dropped.
    fn twin(&self) -> Runtime {
        Runtime {
            core: Rc::clone(&self.core),
            handle: self.handle.clone(),
            shutdown_timeout: self.shutdown_timeout,
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if self.core.driven.get() {
            self.core.orphan.set(Some(self.twin()));
        } else {
            self.end();
        }
    }
}

/// A panic leaves the runtime as whole as a return does: each task's panic ends that task alone.
impl UnwindSafe for Runtime {}
impl RefUnwindSafe for Runtime {}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("tasks", &self.core.executor.task_count())
            .finish_non_exhaustive()
    }
}

/// See [`Runtime::block_on`].
#[track_caller]
fn block_on<F: Future>(core: &Rc<Core>, future: F) -> F::Output {
    let _inside = Inside::enter();
    let _driven = Driven::drive(core);
    let _current = current::enter(core);
    let bell = Arc::new(MainBell::new(Arc::clone(core.executor.home())));
    let waker = waker(Arc::clone(&bell));
    shield::note(&waker);
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    let _shown = core.executor.show_main(Location::caller());

    let mut output = None;
    let mut main = || {
        if bell.answer() {
            if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
                output = Some(value);
                return Progress::Done;
            }
        }
        Progress::Pending
    };
    core.executor.receive(); // what other threads have sent before comes first
    if let Some(attendance) = &core.attendance {
        attendance.start();
    }
    bell.ring();
    while core.turn(&mut main).unwrap_or_else(broken) == Progress::Pending {
        if let Some(why) = core.attendance.as_ref().and_then(|it| it.stuck(core)) {
            panic!("{why}");
        }
    }
    if let Some(attendance) = &core.attendance {
        attendance.has_worked(&core.shared.turns);
    }
    output.expect("done is done")
}

/// Marks a runtime as one that runs, for as long as it lives. Then it ends the runtime, if that was dropped meanwhile.
struct Driven<'a>(&'a Core);

impl<'a> Driven<'a> {
    fn drive(core: &'a Core) -> Self {
        core.driven.set(true);
        Driven(core)
    }
}

impl Drop for Driven<'_> {
    fn drop(&mut self) {
        self.0.driven.set(false);
        drop(self.0.orphan.take());
    }
}

/// Spawns a task on this thread's runtime. It starts at the end of the queue of ready tasks.
///
/// Neither the future nor its output need be `Send`: they stay on this thread. From other threads, [`Handle::spawn`] does it.
///
/// # Panics
/// Outside of a runtime.
///
/// # Example
/// ```
/// use std::rc::Rc;
///
/// # toque::Runtime::new().unwrap().block_on(async {
/// let order = Rc::new("soup");
/// let task = toque::spawn({
///     let order = order.clone();
///     async move { order.len() }
/// });
/// assert_eq!(task.await.unwrap(), 4);
/// # });
/// ```
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    spawn_as(Origin::caller(), future)
}

/// Spawns a task on this thread's runtime that knows where it comes from.
#[track_caller]
pub(crate) fn spawn_as<F>(origin: Origin, future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    if here::with(|executor| executor.is_some_and(Executor::is_attended)) {
        return spawn_attended(origin, future);
    }
    match here::with(|executor| Some(executor?.spawn(future, origin))) {
        Some(task) => task,
        None => current::missing("spawn"), // not in the closure, which would not know who has called
    }
}

/// A hook is called, or after the runtime's end the future is dropped at once: either may drop the guard that keeps the executor.
/// So it is held.
#[cold]
#[track_caller]
fn spawn_attended<F>(origin: Origin, future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    current::expect("spawn").executor.spawn(future, origin)
}

/// The id of the task that runs here.
///
/// # Panics
/// Outside of a task, as in the future of `block_on`.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let task = toque::spawn(async { toque::task::id() });
/// let id = task.id();
/// assert_eq!(task.await.unwrap(), id);
/// # });
/// ```
#[track_caller]
pub fn task_id() -> task::Id {
    try_task_id().expect("`task::id` outside of a task: the future of `block_on` is none")
}

/// The id of the task that runs here, if any does.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// assert_eq!(toque::task::try_id(), None); // in `block_on`'s future
/// assert!(toque::spawn(async { toque::task::try_id() }).await.unwrap().is_some());
/// # });
/// ```
pub fn try_task_id() -> Option<task::Id> {
    here::with(|executor| executor?.running())
}

/// The operating system broke its word: without a reactor nothing can go on.
#[cold]
fn broken(error: io::Error) -> Progress {
    panic!("the reactor has failed: {error}")
}

/// Marks the thread as one that runs tasks, for as long as it lives.
struct Inside;

impl Inside {
    #[track_caller]
    fn enter() -> Self {
        assert!(
            !entered::set_entered(true),
            "`block_on` within `block_on` on one thread: it would stop every task of the outer one. Await the future \
             instead, or `spawn` it"
        );
        Inside
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        entered::set_entered(false);
        budget::unlimited(); // who polls on this thread from now on is no task, and nobody would give it more
    }
}
