//! The builder: a runtime's settings.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::handle::{Handle, Shared};
use super::lookout::{LookOut, Lookout, MakeRecorder, Starter, Wishes};
use super::stall::Stall;
use super::turns::Turns;
use super::{Core, Rest, Runtime, current, registry};
use crate::clock::Clock;
use crate::executor::home::{Figures, Home};
use crate::executor::hooks::TaskMeta;
use crate::executor::local::Executor;
use crate::executor::unhandled::UnhandledPanic;
use crate::histogram::Histogram;
use crate::numbered::Numbered;
use crate::pool::{Limits, Pool};
use crate::reactor::{Reactor, ReactorKind};
use crate::rng::Rng;
use crate::timers::Timers;
use crate::waker::WakeList;

/// Polls between two looks at the world outside. Each look is a system call once a socket is registered; more polls share it,
/// fewer keep a ready socket waiting. tokio's current_thread looks every 61 polls.
const EVENT_INTERVAL: u32 = 61;

/// Makes a [`Runtime`] with settings of its own.
///
/// # Example
/// ```
/// use std::time::Duration;
///
/// let runtime = toque::Builder::new_current_thread()
///     .max_blocking_threads(4)
///     .shutdown_timeout(Duration::from_secs(1))
///     .build()?;
/// # runtime.block_on(async {});
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    event_interval: u32,
    reactor: ReactorKind,
    /// Makes it, of that kind. The native one, until somebody asks for a kind.
    make_reactor: fn(ReactorKind) -> io::Result<Reactor>,
    pool: Limits,
    shutdown_timeout: Duration,
    unhandled_panic: UnhandledPanic,
    start_paused: bool,
    rest_without_time: Option<Rest>,
    /// `None` for another one with each runtime.
    rng_seed: Option<u64>,
    wishes: Wishes,
    /// Sets up what was wished for, if anything was.
    look_out: Option<LookOut>,
}

impl Builder {
    /// The default settings. There is but one kind of runtime; the name is tokio's.
    ///
    /// # Example
    /// ```
    /// use toque::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().build()?;
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new_current_thread() -> Builder {
        Builder {
            event_interval: EVENT_INTERVAL,
            reactor: ReactorKind::default(),
            make_reactor: |_| Reactor::native(),
            pool: Limits {
                threads: 512,
                keep_alive: Duration::from_secs(10),
                name: "toque-blocking".to_owned(),
                stack_size: None,
            },
            shutdown_timeout: Duration::from_secs(10),
            unhandled_panic: UnhandledPanic::default(),
            start_paused: false,
            rest_without_time: None,
            rng_seed: None,
            wishes: Wishes::default(),
            look_out: None,
        }
    }

    /// What is to look at the runtime, to be added to.
    pub(super) fn wishes(&mut self) -> &mut Wishes {
        self.look_out = Some(Lookout::new);
        &mut self.wishes
    }

    /// Does nothing: sockets and timers are always there. For those who come from tokio.
    ///
    /// # Example
    /// ```
    /// use toque::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// ```
    pub fn enable_all(&mut self) -> &mut Builder {
        self
    }

    /// Does nothing, as [`enable_all`](Self::enable_all).
    ///
    /// # Example
    /// ```
    /// use toque::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().enable_io().build().unwrap();
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// ```
    pub fn enable_io(&mut self) -> &mut Builder {
        self
    }

    /// Does nothing, as [`enable_all`](Self::enable_all).
    ///
    /// # Example
    /// ```
    /// use toque::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// ```
    pub fn enable_time(&mut self) -> &mut Builder {
        self
    }

    /// How many polls the executor makes at most before it looks at sockets, timers and other threads. 61 by default.
    ///
    /// # Panics
    /// If it is 0.
    ///
    /// # Example
    /// ```
    /// use toque::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().event_interval(31).build().unwrap();
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// ```
    #[track_caller]
    pub fn event_interval(&mut self, polls: u32) -> &mut Builder {
        assert!(polls > 0, "`Builder::event_interval` must be at least 1");
        self.event_interval = polls;
        self
    }

    /// How the reactor waits. [`ReactorKind::Native`] by default.
    ///
    /// # Example
    /// ```
    /// use toque::runtime::{Builder, ReactorKind};
    ///
    /// // As on a system that has no epoll.
    /// let runtime = Builder::new_current_thread().reactor(ReactorKind::Portable).build()?;
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn reactor(&mut self, kind: ReactorKind) -> &mut Builder {
        self.reactor = kind;
        self.make_reactor = Reactor::of_kind;
        self
    }

    /// How many threads the blocking pool has at most. 512 by default, as tokio's.
    ///
    /// # Panics
    /// If it is 0.
    ///
    /// # Example
    /// ```
    /// use toque::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().max_blocking_threads(4).build().unwrap();
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// ```
    #[track_caller]
    pub fn max_blocking_threads(&mut self, threads: usize) -> &mut Builder {
        assert!(
            threads > 0,
            "`Builder::max_blocking_threads` must be at least 1"
        );
        self.pool.threads = threads;
        self
    }

    /// How long a thread of the blocking pool waits for a job before it leaves. 10 seconds by default.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().thread_keep_alive(Duration::from_secs(1)).build().unwrap();
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// ```
    pub fn thread_keep_alive(&mut self, duration: Duration) -> &mut Builder {
        self.pool.keep_alive = duration;
        self
    }

    /// The name of the blocking pool's threads.
    ///
    /// # Panics
    /// If there is a NUL in it.
    ///
    /// # Example
    /// ```
    /// use toque::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().thread_name("pool").build().unwrap();
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// ```
    #[track_caller]
    pub fn thread_name(&mut self, name: impl Into<String>) -> &mut Builder {
        let name = name.into();
        assert!(
            !name.contains('\0'),
            "`Builder::thread_name`: no NUL can be in a thread's name"
        );
        self.pool.name = name;
        self
    }

    /// The stack of the blocking pool's threads, in bytes. Std's default (2 MiB) if it is not set.
    ///
    /// # Example
    /// ```
    /// use toque::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().thread_stack_size(1 << 20).build().unwrap();
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// ```
    pub fn thread_stack_size(&mut self, bytes: usize) -> &mut Builder {
        self.pool.stack_size = Some(bytes);
        self
    }

    /// How long dropping the runtime waits for blocking jobs that run. 10 seconds by default.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    /// use toque::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().shutdown_timeout(Duration::from_secs(1)).build().unwrap();
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// ```
    pub fn shutdown_timeout(&mut self, limit: Duration) -> &mut Builder {
        self.shutdown_timeout = limit;
        self
    }

    /// What becomes of the panic of a task that nobody awaits. It is told on standard error by default.
    ///
    /// # Example
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use toque::runtime::{Builder, UnhandledPanic};
    ///
    /// let runtime = Builder::new_current_thread()
    ///     .unhandled_panic(UnhandledPanic::Hook(Arc::new(|panic| {
    ///         eprintln!("{panic}");
    ///     })))
    ///     .build()?;
    /// # runtime.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn unhandled_panic(&mut self, unhandled: UnhandledPanic) -> &mut Builder {
        self.unhandled_panic = unhandled;
        self
    }

    /// Whether the clock stands still from the start, as after [`toque::time::pause`](crate::time::pause). For tests.
    ///
    /// # Example
    /// ```
    /// use toque::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().start_paused(true).build().unwrap();
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// ```
    pub fn start_paused(&mut self, paused: bool) -> &mut Builder {
        self.start_paused = paused;
        self.rest_without_time = Some(Core::rest_without_time);
        self
    }

    /// The seed of what the runtime leaves to chance: the first branch of each poll of [`select!`](crate::select). The same seed
    /// gives the same choices again. By default each runtime has another one.
    ///
    /// # Example
    /// ```
    /// fn flip() -> Vec<&'static str> {
    ///     let runtime = toque::Builder::new_current_thread().rng_seed(7).build().unwrap();
    ///     let one = async || toque::select! { _ = async {} => "heads", _ = async {} => "tails" };
    ///     runtime.block_on(async { vec![one().await, one().await, one().await] })
    /// }
    /// assert_eq!(flip(), flip());
    /// ```
    pub fn rng_seed(&mut self, seed: u64) -> &mut Builder {
        self.rng_seed = Some(seed);
        self
    }

    /// Calls `hook` for each task, when it has arrived at the runtime and before it is queued.
    ///
    /// All hooks of a runtime are called on its thread, and each setter replaces the hook that was set before. A hook may do what
    /// a task may, but should be short: nothing else runs meanwhile.
    /// - It may spawn. This hook is then called for the new task at once, within itself: one that always spawns never ends.
    /// - Its panic ends with it: the panic hook has told of it by then, and the task goes on as if it had returned.
    ///
    /// Blocking jobs, the children of a scope and the future of `block_on` are no tasks: no hook is told of them. Nor is one told of what
    /// is spawned when the runtime's end has begun, and so cancelled at once.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    ///
    /// let spawned = Arc::new(AtomicUsize::new(0));
    /// let count = spawned.clone();
    /// let runtime = toque::Builder::new_current_thread()
    ///     .on_task_spawn(move |_| drop(count.fetch_add(1, Ordering::Relaxed)))
    ///     .build()?;
    /// runtime.block_on(async { toque::spawn(async {}).await }).unwrap();
    /// assert_eq!(spawned.load(Ordering::Relaxed), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_task_spawn<F>(&mut self, hook: F) -> &mut Builder
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.wishes().hooks.spawn = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` before each poll of a task. The rules are those of [`on_task_spawn`](Self::on_task_spawn).
    ///
    /// A task that was aborted, or that the runtime's end drops, is not polled for that: only its end is told.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    ///
    /// let polls = Arc::new(AtomicUsize::new(0));
    /// let count = polls.clone();
    /// let runtime = toque::Builder::new_current_thread()
    ///     .on_before_task_poll(move |_| drop(count.fetch_add(1, Ordering::Relaxed)))
    ///     .build()?;
    /// runtime.block_on(async { toque::spawn(toque::task::yield_now()).await })?;
    /// assert_eq!(polls.load(Ordering::Relaxed), 2); // one until it yields, one until it is done
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_before_task_poll<F>(&mut self, hook: F) -> &mut Builder
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.wishes().hooks.before_poll = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` after each poll of a task; after the last one, it has ended by then. The rules are those of
    /// [`on_task_spawn`](Self::on_task_spawn).
    ///
    /// # Example
    /// ```
    /// use std::sync::Mutex;
    /// use std::time::Instant;
    ///
    /// // How long the polls of tasks take.
    /// static BEGUN: Mutex<Option<Instant>> = Mutex::new(None);
    /// static TIMES: Mutex<Vec<std::time::Duration>> = Mutex::new(Vec::new());
    ///
    /// let runtime = toque::Builder::new_current_thread()
    ///     .on_before_task_poll(|_| *BEGUN.lock().unwrap() = Some(Instant::now()))
    ///     .on_after_task_poll(|_| TIMES.lock().unwrap().push(BEGUN.lock().unwrap().unwrap().elapsed()))
    ///     .build()?;
    /// runtime.block_on(async { toque::spawn(async {}).await })?;
    /// assert_eq!(TIMES.lock().unwrap().len(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_after_task_poll<F>(&mut self, hook: F) -> &mut Builder
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.wishes().hooks.after_poll = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` for each task that has ended, when its future is dropped: it was ready, has panicked, was aborted, or the
    /// runtime ends. The rules are those of [`on_task_spawn`](Self::on_task_spawn).
    ///
    /// # Example
    /// ```
    /// use std::sync::mpsc;
    ///
    /// let (tell, told) = mpsc::channel();
    /// let runtime = toque::Builder::new_current_thread()
    ///     .on_task_terminate(move |task| drop(tell.send(task.name().map(str::to_owned))))
    ///     .build()?;
    /// runtime.block_on(async {
    ///     let soup = toque::task::Builder::new().name("soup").spawn(std::future::pending::<()>());
    ///     soup.unwrap().abort();
    /// });
    /// drop(runtime);
    /// assert_eq!(told.recv().unwrap().as_deref(), Some("soup"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_task_terminate<F>(&mut self, hook: F) -> &mut Builder
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.wishes().hooks.terminate = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` before the runtime's thread sleeps for want of work. If it wakes or spawns a task, the thread does not sleep
    /// this time. The rules are those of [`on_task_spawn`](Self::on_task_spawn).
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use std::time::Duration;
    ///
    /// let naps = Arc::new(AtomicUsize::new(0));
    /// let count = naps.clone();
    /// let runtime = toque::Builder::new_current_thread()
    ///     .on_thread_park(move || drop(count.fetch_add(1, Ordering::Relaxed)))
    ///     .build()?;
    /// runtime.block_on(async { toque::time::sleep(Duration::from_millis(1)).await });
    /// assert!(naps.load(Ordering::Relaxed) >= 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_thread_park<F>(&mut self, hook: F) -> &mut Builder
    where
        F: Fn() + Send + Sync + 'static,
    {
        self.wishes().hooks.park = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` after the thread has slept, once for each call of [`on_thread_park`](Self::on_thread_park)'s.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicBool, Ordering};
    /// use std::time::Duration;
    ///
    /// let asleep = Arc::new(AtomicBool::new(false)); // for a watchdog on another thread
    /// let (begin, end) = (asleep.clone(), asleep.clone());
    /// let runtime = toque::Builder::new_current_thread()
    ///     .on_thread_park(move || begin.store(true, Ordering::Relaxed))
    ///     .on_thread_unpark(move || end.store(false, Ordering::Relaxed))
    ///     .build()?;
    /// runtime.block_on(async { toque::time::sleep(Duration::from_millis(1)).await });
    /// assert!(!asleep.load(Ordering::Relaxed));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_thread_unpark<F>(&mut self, hook: F) -> &mut Builder
    where
        F: Fn() + Send + Sync + 'static,
    {
        self.wishes().hooks.unpark = Some(Arc::new(hook));
        self
    }

    /// Counts how long each poll takes, by [`RuntimeMetrics::poll_time_histogram_bucket_count`]. Off by default: it takes two looks
    /// at the clock a poll, some 50 ns.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Builder::new_current_thread()
    ///     .enable_metrics_poll_time_histogram()
    ///     .build()?;
    /// runtime.block_on(async {});
    /// let metrics = runtime.handle().metrics();
    /// let buckets = 0..metrics.poll_time_histogram_num_buckets();
    /// assert!(buckets.into_iter().any(|bucket| metrics.poll_time_histogram_bucket_count(0, bucket) == 1));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// [`RuntimeMetrics::poll_time_histogram_bucket_count`]: super::RuntimeMetrics::poll_time_histogram_bucket_count
    pub fn enable_metrics_poll_time_histogram(&mut self) -> &mut Builder {
        self.wishes().poll_times = true;
        self
    }

    /// Counts how the time of the loop goes: [`RuntimeMetrics::loop_lag_quantile`], what Node calls the event loop's delay, and the time
    /// it was busy, and parked. Off by default: it takes two looks at the clock a turn, some 50 ns.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// let runtime = toque::Builder::new_current_thread().enable_metrics_loop_lag().build()?;
    /// runtime.block_on(async { toque::time::sleep(Duration::from_millis(1)).await });
    /// let metrics = runtime.handle().metrics();
    /// assert!(metrics.loop_lag_quantile(0.5) > Duration::ZERO);
    /// assert!(metrics.worker_total_parked_duration(0) > Duration::ZERO);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// [`RuntimeMetrics::loop_lag_quantile`]: super::RuntimeMetrics::loop_lag_quantile
    pub fn enable_metrics_loop_lag(&mut self) -> &mut Builder {
        self.wishes().loop_lag = true;
        self
    }

    /// Notes how each task stands and what it waits for, to be asked for by [`Handle::tasks`] and [`toque::dump`](crate::dump()). Off by
    /// default: each wake and each poll then takes a lock, each poll two looks at the clock, each wait for a socket two system calls, which
    /// ask for its addresses, and each task some hundred bytes.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// let runtime = toque::Builder::new_current_thread().enable_task_inspection().build()?;
    /// runtime.block_on(async {
    ///     let soup = toque::task::Builder::new().name("soup");
    ///     soup.spawn(toque::time::sleep(Duration::from_secs(600)))?;
    ///     toque::task::yield_now().await;
    ///     assert!(toque::dump().to_string().contains("soup"));
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enable_task_inspection(&mut self) -> &mut Builder {
        self.wishes().inspects = true;
        self
    }

    /// Tells of each poll that takes longer than `limit`, while it still runs: which task keeps the thread, where it was spawned, and what
    /// its thread does. To standard error, or with the feature `tracing` as an event of the target `toque::stall`, if a subscriber wants it;
    /// or to the hook of [`on_stall`](Self::on_stall).
    ///
    /// A thread of its own looks four times within `limit`, every millisecond at most. So no poll is told of that is shorter, one that is
    /// twice as long is told of for sure, and each once. It takes a lock and some memory for each task, and two atomic stores a poll;
    /// a runtime without it pays nothing. The time is the real one, under a paused clock too.
    ///
    /// ```text
    /// toque: task 2 "soup", spawned at src/kitchen.rs:9:30, has blocked the loop for 100ms: its thread is S (sleeping) in system call 230
    ///     0xf2b9 /usr/lib/libc.so.6
    ///     0x31c5b /srv/kitchen
    /// ```
    /// `addr2line -Cfe /srv/kitchen 0x31c5b` names the function and the line; see [`BlockedThread`](super::BlockedThread).
    ///
    /// # Example
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Duration;
    ///
    /// let (tell, told) = mpsc::channel();
    /// let runtime = toque::Builder::new_current_thread()
    ///     .warn_on_stall(Duration::from_millis(10))
    ///     .on_stall(move |stall| drop(tell.send(stall.name.clone())))
    ///     .build()?;
    /// runtime.block_on(async {
    ///     let soup = toque::task::Builder::new().name("soup").spawn(async move {
    ///         told.recv().unwrap() // this blocks the thread; `.await` a channel of `toque::sync` instead
    ///     });
    ///     assert_eq!(soup.unwrap().await.unwrap().as_deref(), Some("soup"));
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn warn_on_stall(&mut self, limit: Duration) -> &mut Builder {
        self.wishes().stall_limit = Some(limit);
        self
    }

    /// Whom [`warn_on_stall`](Self::warn_on_stall) tells. The hook is called on the watcher's thread, while the poll runs; meanwhile no other
    /// stall is seen. Its panic ends with it. One call may still be on its way when the runtime has ended.
    ///
    /// # Example
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Duration;
    ///
    /// let (tell, told) = mpsc::channel();
    /// let runtime = toque::Builder::new_current_thread()
    ///     .warn_on_stall(Duration::from_millis(10))
    ///     .on_stall(move |stall| drop(tell.send(stall.to_string())))
    ///     .build()?;
    /// runtime.block_on(async {
    ///     let line = told.recv().unwrap(); // this blocks the thread, until the watcher has seen it
    ///     assert!(line.contains("blocked"), "{line}");
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_stall<F>(&mut self, hook: F) -> &mut Builder
    where
        F: Fn(&Stall) + Send + Sync + 'static,
    {
        self.wishes().on_stall = Some(Arc::new(hook));
        self
    }

    /// Has `block_on` panic, with a [`dump`](crate::dump()), when nothing can wake what it waits for. For tests, which would hang instead.
    /// It inspects tasks, as [`enable_task_inspection`](Self::enable_task_inspection) does.
    ///
    /// It is stuck when all of this holds:
    /// - no task is ready, nor is the future of `block_on`, and no other thread has sent anything;
    /// - no timer is set;
    /// - nobody waits for a descriptor: a socket, a signal, a child process;
    /// - no blocking job runs, or waits for a thread;
    /// - nobody has a [`Handle`] of the runtime, or its [`RuntimeMetrics`](super::RuntimeMetrics), on whatever thread;
    /// - the process has no other threads but those of this runtime (on Linux; elsewhere that is not known). If it has some, one of them
    ///   may have a `Waker`, a `JoinHandle` or the other end of a channel, and nobody can know: then all of the above must have been so for
    ///   `patience`. With `Duration::MAX` a process with other threads is never said to be stuck.
    ///
    /// So a runtime that is alone fails at once, and never without reason. The tests of `cargo test` are not alone: choose a `patience` that
    /// is longer than any thread of the test's own may take. Standard input is read by such a thread, too. What waits for a source that
    /// nobody will ever write to hangs on, as does one that keeps a handle.
    ///
    /// # Example
    /// ```should_panic
    /// use std::time::Duration;
    ///
    /// let runtime = toque::Builder::new_current_thread()
    ///     .panic_when_stuck(Duration::from_millis(100))
    ///     .build()
    ///     .unwrap();
    /// runtime.block_on(async {
    ///     let (_kept, receiver) = toque::sync::oneshot::channel::<()>();
    ///     receiver.await // its sender is in this very future
    /// });
    /// ```
    pub fn panic_when_stuck(&mut self, patience: Duration) -> &mut Builder {
        self.wishes().stuck_after = Some(patience);
        self
    }

    /// Has each runtime tell a recorder what happens.
    pub(crate) fn record_by(&mut self, recorder: MakeRecorder) {
        self.wishes().recorder = Some(recorder);
    }

    /// Has a thread started beside the runtime's, which reads how the tasks stand.
    #[cfg_attr(
        not(all(unix, feature = "signal")),
        expect(dead_code, reason = "only signals start one")
    )]
    pub(crate) fn accompany(&mut self, starter: Starter) {
        self.wishes().starters.push(starter);
    }

    /// Makes the runtime.
    ///
    /// # Errors
    /// Those of the operating system: no more descriptors, most likely.
    ///
    /// # Example
    /// ```
    /// use toque::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().build().unwrap();
    /// assert_eq!(runtime.block_on(async { "soup" }), "soup");
    /// ```
    pub fn build(&mut self) -> io::Result<Runtime> {
        let reactor = (self.make_reactor)(self.reactor)?;
        let id = registry::next_id();
        let figures = Figures {
            poll_times: self.wishes.poll_times.then(Histogram::default),
            ..Figures::default()
        };
        let unhandled = self.unhandled_panic.clone();
        let home = Arc::new(Home::new(id, reactor.bell(), unhandled, figures));
        let lookout = match self.look_out {
            Some(look_out) => look_out(&self.wishes, &home)?,
            None => Lookout::default(),
        };
        let executor = Executor::new(home, self.event_interval, lookout.observer);
        let shared = Arc::new(Shared {
            home: Arc::clone(executor.home()),
            pool: Arc::new(Pool::new(self.pool.clone())),
            running: Mutex::new(Numbered::new()),
            registrar: reactor.registrar(),
            sources: Arc::clone(reactor.figures()),
            turns: Turns::new(self.wishes.loop_lag),
            ledger: lookout.inspected,
        });
        registry::insert(id, Arc::clone(&shared));
        let core = Core {
            executor,
            reactor,
            timers: RefCell::new(Timers::new()),
            clock: Clock::new(self.start_paused),
            rest_without_time: Cell::new(self.rest_without_time),
            rng: Rng::new(self.rng_seed.unwrap_or_else(Rng::any_seed)),
            companions: Cell::new(lookout.companions),
            attendance: lookout.attendance,
            shared,
            sleepers: Cell::new(WakeList::new()),
            driven: Cell::new(false),
            orphan: Cell::new(None),
        };
        let core = Rc::new(core);
        current::note(&core);
        let handle = Handle::new(Arc::clone(&core.shared));
        if let Some(attendance) = &core.attendance {
            attendance.begins(&core);
        }
        Ok(Runtime {
            core,
            handle,
            shutdown_timeout: self.shutdown_timeout,
        })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("event_interval", &self.event_interval)
            .field("reactor", &self.reactor)
            .field("pool", &self.pool)
            .field("shutdown_timeout", &self.shutdown_timeout)
            .field("unhandled_panic", &self.unhandled_panic)
            .field("start_paused", &self.start_paused)
            .field("rng_seed", &self.rng_seed)
            .field("hooks", &self.wishes.hooks)
            .field("poll_times", &self.wishes.poll_times)
            .field("loop_lag", &self.wishes.loop_lag)
            .field("stall_limit", &self.wishes.stall_limit)
            .field("inspects", &self.wishes.inspects)
            .field("stuck_after", &self.wishes.stuck_after)
            .finish_non_exhaustive()
    }
}
