//! Metrics: how much a runtime has to do, readable from any thread.
//! The names are those of tokio's `RuntimeMetrics`.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::current;
use super::handle::{Handle, Shared};
use crate::executor::home::Figures;
use crate::histogram::{self, Histogram};

/// A runtime's figures. Made by [`Handle::metrics`]; cheap to clone.
///
/// Any thread may read them. On the runtime's own each is as it is at the moment of the call; elsewhere polls, the queue and timers are as
/// of the begin or the end of the last batch of polls. None is ever read in halves; two of them, read one after the other, may be of different moments.
/// Counters go up from the runtime's start and never down.
///
/// It keeps the runtime neither running nor alive. After the runtime's end no task lives, and blocking jobs that are still at
/// work are counted on.
///
/// Where tokio has several threads, it asks for the number of one: here there is one, number 0, and no other.
///
/// # Example
/// ```
/// # toque::Runtime::new().unwrap().block_on(async {
/// let metrics = toque::Handle::current().metrics();
/// let task = toque::spawn(std::future::pending::<()>());
/// assert_eq!(metrics.num_alive_tasks(), 1);
/// task.abort();
/// assert!(task.await.is_err());
/// assert_eq!(metrics.num_alive_tasks(), 0);
/// assert_eq!(metrics.spawned_tasks_count(), 1);
/// # });
/// ```
#[derive(Clone)]
pub struct RuntimeMetrics {
    shared: Arc<Shared>,
}

impl RuntimeMetrics {
    /// Threads that run tasks: always one.
    pub fn num_workers(&self) -> usize {
        1
    }

    /// Tasks that have arrived at the runtime, and whose futures are not dropped yet. The future of `block_on` is none.
    pub fn num_alive_tasks(&self) -> usize {
        self.figures().tasks()
    }

    /// Wakes, tasks and errands that other threads have sent, and the runtime has not taken in yet.
    pub fn global_queue_depth(&self) -> usize {
        self.shared.home.messages()
    }

    /// Threads of the blocking pool, at work or idle.
    pub fn num_blocking_threads(&self) -> usize {
        self.shared.pool.load().threads
    }

    /// Threads of the blocking pool that wait for a job.
    pub fn num_idle_blocking_threads(&self) -> usize {
        self.shared.pool.load().idle
    }

    /// Blocking jobs that no thread has begun.
    pub fn blocking_queue_depth(&self) -> usize {
        self.shared.pool.load().queued
    }

    /// Turns of the event loop: run what is ready, look at the world. One that ends `block_on` does not look, and does not count.
    pub fn turn_count(&self) -> u64 {
        let sleeps = self.shared.turns.parks_and_unparks.get().div_ceil(2);
        sleeps + self.shared.turns.glances.get()
    }

    /// Tasks that have arrived, from this thread or others.
    pub fn spawned_tasks_count(&self) -> u64 {
        self.figures().spawned.get()
    }

    /// What is ready: tasks, and perhaps the future of `block_on`.
    ///
    /// # Panics
    /// If there is no such thread.
    #[track_caller]
    pub fn worker_local_queue_depth(&self, worker: usize) -> usize {
        only(worker);
        let (head, tail) = self.ends();
        tail.saturating_sub(head) as usize
    }

    /// Polls, those of `block_on`'s future with them.
    ///
    /// # Panics
    /// If there is no such thread.
    #[track_caller]
    pub fn worker_poll_count(&self, worker: usize) -> u64 {
        only(worker);
        self.ends().0
    }

    /// What was put into the queue by the runtime's own thread: wakes and spawns there, those of sockets and timers with them. It is made of
    /// two counters, so on another thread it may be off by what comes meanwhile.
    ///
    /// # Panics
    /// If there is no such thread.
    #[track_caller]
    pub fn worker_local_schedule_count(&self, worker: usize) -> u64 {
        only(worker);
        let from_elsewhere = self.remote_schedule_count();
        self.schedules().saturating_sub(from_elsewhere)
    }

    /// Wakes and spawns that came from other threads.
    pub fn remote_schedule_count(&self) -> u64 {
        self.figures().from_elsewhere.get()
    }

    /// How often the thread has gone to sleep for want of work.
    ///
    /// # Panics
    /// If there is no such thread.
    #[track_caller]
    pub fn worker_park_count(&self, worker: usize) -> u64 {
        self.worker_park_unpark_count(worker).div_ceil(2)
    }

    /// How often it has gone to sleep or come back: odd while it sleeps.
    ///
    /// # Panics
    /// If there is no such thread.
    #[track_caller]
    pub fn worker_park_unpark_count(&self, worker: usize) -> u64 {
        only(worker);
        self.shared.turns.parks_and_unparks.get()
    }

    /// How often it has come back, found nothing to poll, and gone to sleep again.
    ///
    /// # Panics
    /// If there is no such thread.
    #[track_caller]
    pub fn worker_noop_count(&self, worker: usize) -> u64 {
        only(worker);
        self.figures().noops.get()
    }

    /// How long the loop has worked. Zero without [`Builder::enable_metrics_loop_lag`](super::Builder::enable_metrics_loop_lag).
    ///
    /// # Panics
    /// If there is no such thread.
    #[track_caller]
    pub fn worker_total_busy_duration(&self, worker: usize) -> Duration {
        only(worker);
        self.lag().map_or(Duration::ZERO, Histogram::sum)
    }

    /// How long the loop has slept, and looked at sockets. Zero without
    /// [`Builder::enable_metrics_loop_lag`](super::Builder::enable_metrics_loop_lag).
    ///
    /// # Panics
    /// If there is no such thread.
    #[track_caller]
    pub fn worker_total_parked_duration(&self, worker: usize) -> Duration {
        only(worker);
        let times = self.shared.turns.times.as_ref();
        times.map_or(Duration::ZERO, |times| times.parked.time())
    }

    /// Whether [`Builder::enable_metrics_loop_lag`](super::Builder::enable_metrics_loop_lag) was called.
    pub fn loop_lag_enabled(&self) -> bool {
        self.lag().is_some()
    }

    /// The lag that this share of all turns stay below: 0.5 asks for the median, 0.99 for all but one of a hundred. Zero if it is not
    /// enabled. It is at most a quarter too large, and what is below a microsecond counts as one.
    ///
    /// A turn's lag is the time from one look at the world to the next: so long may a socket or a timer that is ready have to wait. Node
    /// measures the same by a timer, and calls it the event loop's delay.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// let runtime = toque::Builder::new_current_thread().enable_metrics_loop_lag().build()?;
    /// runtime.block_on(async { std::thread::sleep(Duration::from_millis(20)) }); // never do that
    /// let metrics = runtime.handle().metrics();
    /// assert!(metrics.loop_lag_max() >= Duration::from_millis(20));
    /// assert!(metrics.loop_lag_quantile(0.99) <= metrics.loop_lag_max());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn loop_lag_quantile(&self, share: f64) -> Duration {
        self.lag().map_or(Duration::ZERO, |lag| lag.quantile(share))
    }

    /// The longest lag of all turns. Zero if it is not enabled.
    pub fn loop_lag_max(&self) -> Duration {
        self.lag().map_or(Duration::ZERO, Histogram::max)
    }

    /// Whether [`Builder::enable_metrics_poll_time_histogram`](super::Builder::enable_metrics_poll_time_histogram) was called.
    pub fn poll_time_histogram_enabled(&self) -> bool {
        self.poll_times().is_some()
    }

    /// The buckets of the histogram of poll times. Zero if it is not enabled.
    pub fn poll_time_histogram_num_buckets(&self) -> usize {
        self.poll_times().map_or(0, |_| histogram::BUCKETS)
    }

    /// Which poll times belong into a bucket. The first holds all below a microsecond, the last all above a minute; in between each
    /// doubling has four.
    ///
    /// # Panics
    /// If there is no such bucket.
    #[track_caller]
    pub fn poll_time_histogram_bucket_range(&self, bucket: usize) -> Range<Duration> {
        self.expect_bucket(bucket);
        histogram::range(bucket)
    }

    /// How many polls took so long.
    ///
    /// # Panics
    /// If there is no such thread or bucket.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// let runtime = toque::Builder::new_current_thread()
    ///     .enable_metrics_poll_time_histogram()
    ///     .build()?;
    /// runtime.block_on(async { std::thread::sleep(Duration::from_millis(20)) }); // never do that
    /// let metrics = runtime.handle().metrics();
    /// let slow: u64 = (0..metrics.poll_time_histogram_num_buckets())
    ///     .filter(|bucket| metrics.poll_time_histogram_bucket_range(*bucket).end > Duration::from_millis(20))
    ///     .map(|bucket| metrics.poll_time_histogram_bucket_count(0, bucket))
    ///     .sum();
    /// assert_eq!(slow, 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn poll_time_histogram_bucket_count(&self, worker: usize, bucket: usize) -> u64 {
        only(worker);
        self.expect_bucket(bucket);
        self.poll_times().map_or(0, |times| times.count(bucket))
    }

    /// Sockets and other descriptors that were registered with the reactor.
    pub fn io_driver_fd_registered_count(&self) -> u64 {
        self.shared.sources.registered.get()
    }

    /// Those of them that are gone again.
    pub fn io_driver_fd_deregistered_count(&self) -> u64 {
        self.shared.sources.deregistered.get()
    }

    /// Events by which the operating system has told that one of them is ready.
    pub fn io_driver_ready_count(&self) -> u64 {
        self.shared.sources.events.get()
    }

    /// Timers that wait: sleeps that were polled, and have neither fired nor been dropped.
    pub fn num_timers(&self) -> usize {
        if let Some(core) = current::get_if(self.shared.home.id()) {
            core.publish_timers();
        }
        self.shared.turns.timers.get() as usize
    }

    /// All of them in the text format of Prometheus. For several runtimes there is [`prometheus`](super::prometheus()).
    pub fn prometheus(&self) -> String {
        super::prometheus(std::slice::from_ref(self))
    }

    /// Wakes and spawns, wherever they came from.
    pub(super) fn schedules(&self) -> u64 {
        self.ends().1
    }

    /// What was taken out of the queue so far, and put in.
    fn ends(&self) -> (u64, u64) {
        match current::get_if(self.shared.home.id()) {
            Some(core) => core.executor.ends(),
            None => {
                let ends = &self.figures().ends;
                (ends.head.get(), ends.tail.get())
            }
        }
    }

    fn figures(&self) -> &Figures {
        self.shared.home.figures()
    }

    pub(super) fn lag(&self) -> Option<&Histogram> {
        Some(&self.shared.turns.times.as_ref()?.lag)
    }

    pub(super) fn poll_times(&self) -> Option<&Histogram> {
        self.shared.home.figures().poll_times.as_ref()
    }

    #[track_caller]
    fn expect_bucket(&self, bucket: usize) {
        let buckets = self.poll_time_histogram_num_buckets();
        assert!(
            bucket < buckets,
            "the histogram of poll times has {buckets} buckets, and no number {bucket}"
        );
    }
}

#[track_caller]
fn only(worker: usize) {
    assert!(
        worker == 0,
        "toque has one worker, number 0, and no number {worker}"
    );
}

impl Handle {
    /// The runtime's figures.
    pub fn metrics(&self) -> RuntimeMetrics {
        RuntimeMetrics {
            shared: Arc::clone(self.shared()),
        }
    }
}

impl fmt::Debug for RuntimeMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pool = self.shared.pool.load();
        f.debug_struct("RuntimeMetrics")
            .field("num_alive_tasks", &self.num_alive_tasks())
            .field("global_queue_depth", &self.global_queue_depth())
            .field("num_blocking_threads", &pool.threads)
            .field("num_idle_blocking_threads", &pool.idle)
            .field("blocking_queue_depth", &pool.queued)
            .field("turn_count", &self.turn_count())
            .field("worker_poll_count", &self.worker_poll_count(0))
            .finish_non_exhaustive()
    }
}
