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
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// // As it is written for tokio, whose runtimes may have more.
    /// let polls = (0..metrics.num_workers()).map(|worker| metrics.worker_poll_count(worker));
    /// assert_eq!(polls.sum::<u64>(), metrics.worker_poll_count(0));
    /// # });
    /// ```
    pub fn num_workers(&self) -> usize {
        1
    }

    /// Tasks that have arrived at the runtime, and whose futures are not dropped yet. The future of `block_on` is none.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// let task = toque::spawn(std::future::pending::<()>());
    /// drop(task); // that does not end it
    /// assert_eq!(metrics.num_alive_tasks(), 1);
    /// # });
    /// ```
    pub fn num_alive_tasks(&self) -> usize {
        self.figures().tasks()
    }

    /// Wakes, tasks and errands that other threads have sent, and the runtime has not taken in yet.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let handle = toque::Handle::current();
    /// let metrics = handle.metrics();
    /// let task = std::thread::spawn(move || handle.spawn(async {})).join().unwrap();
    /// assert_eq!(metrics.global_queue_depth(), 1); // `join` has kept the loop from looking
    /// task.await.unwrap();
    /// assert_eq!(metrics.global_queue_depth(), 0);
    /// # });
    /// ```
    pub fn global_queue_depth(&self) -> usize {
        self.shared.home.messages()
    }

    /// Threads of the blocking pool, at work or idle.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// assert_eq!(metrics.num_blocking_threads(), 0); // none before there is a job
    /// toque::task::spawn_blocking(|| ()).await.unwrap();
    /// assert_eq!(metrics.num_blocking_threads(), 1); // it stays for a while, for the next job
    /// # });
    /// ```
    pub fn num_blocking_threads(&self) -> usize {
        self.shared.pool.load().threads
    }

    /// Threads of the blocking pool that wait for a job.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// let (finish, finished) = std::sync::mpsc::channel::<()>();
    /// let job = toque::task::spawn_blocking(move || finished.recv().is_err());
    /// let at_work = metrics.num_blocking_threads() - metrics.num_idle_blocking_threads();
    /// assert_eq!(at_work, 1);
    /// drop(finish);
    /// assert!(job.await.unwrap());
    /// # });
    /// ```
    pub fn num_idle_blocking_threads(&self) -> usize {
        self.shared.pool.load().idle
    }

    /// Blocking jobs that no thread has begun.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Builder::new_current_thread().max_blocking_threads(1).build()?;
    /// let metrics = runtime.handle().metrics();
    /// runtime.block_on(async {
    ///     let (begin, begun) = toque::sync::oneshot::channel();
    ///     let (finish, finished) = std::sync::mpsc::channel::<()>();
    ///     let first = toque::task::spawn_blocking(move || (begin.send(()), finished.recv()));
    ///     begun.await.unwrap();
    ///     let second = toque::task::spawn_blocking(|| ());
    ///     assert_eq!(metrics.blocking_queue_depth(), 1); // the only thread is at work
    ///     drop(finish);
    ///     second.await.unwrap();
    ///     # first.await.unwrap().0.unwrap();
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn blocking_queue_depth(&self) -> usize {
        self.shared.pool.load().queued
    }

    /// Turns of the event loop: run what is ready, look at the world. One that ends `block_on` does not look, and does not count.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// let before = metrics.turn_count();
    /// toque::time::sleep(Duration::from_millis(1)).await;
    /// assert!(metrics.turn_count() > before);
    /// # });
    /// ```
    pub fn turn_count(&self) -> u64 {
        let sleeps = self.shared.turns.parks_and_unparks.get().div_ceil(2);
        sleeps + self.shared.turns.glances.get()
    }

    /// Tasks that have arrived, from this thread or others.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// for _ in 0..3 {
    ///     toque::spawn(async {}).await.unwrap();
    /// }
    /// assert_eq!(metrics.spawned_tasks_count(), 3); // none is alive any more
    /// # });
    /// ```
    pub fn spawned_tasks_count(&self) -> u64 {
        self.figures().spawned.get()
    }

    /// What is ready: tasks, and perhaps the future of `block_on`.
    ///
    /// # Panics
    /// If there is no such thread.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// let tasks = [toque::spawn(async {}), toque::spawn(async {})];
    /// assert_eq!(metrics.worker_local_queue_depth(0), 2);
    /// for task in tasks {
    ///     task.await.unwrap();
    /// }
    /// assert_eq!(metrics.worker_local_queue_depth(0), 0);
    /// # });
    /// ```
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
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// let before = metrics.worker_poll_count(0);
    /// toque::spawn(toque::task::yield_now()).await.unwrap();
    /// assert_eq!(metrics.worker_poll_count(0) - before, 3); // two of the task, one of this future
    /// # });
    /// ```
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
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// let before = metrics.worker_local_schedule_count(0);
    /// toque::spawn(async {}).await.unwrap();
    /// assert_eq!(metrics.worker_local_schedule_count(0) - before, 2); // the spawn, and the wake of this future
    /// # });
    /// ```
    #[track_caller]
    pub fn worker_local_schedule_count(&self, worker: usize) -> u64 {
        only(worker);
        let from_elsewhere = self.remote_schedule_count();
        self.schedules().saturating_sub(from_elsewhere)
    }

    /// Wakes and spawns that came from other threads.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let handle = toque::Handle::current();
    /// let metrics = handle.metrics();
    /// let task = std::thread::spawn(move || handle.spawn(async {})).join().unwrap();
    /// task.await.unwrap();
    /// assert_eq!(metrics.remote_schedule_count(), 1);
    /// # });
    /// ```
    pub fn remote_schedule_count(&self) -> u64 {
        self.figures().from_elsewhere.get()
    }

    /// How often the thread has gone to sleep for want of work.
    ///
    /// # Panics
    /// If there is no such thread.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// let before = metrics.worker_park_count(0);
    /// toque::time::sleep(Duration::from_millis(1)).await; // nothing else is to be done
    /// assert!(metrics.worker_park_count(0) > before);
    /// # });
    /// ```
    #[track_caller]
    pub fn worker_park_count(&self, worker: usize) -> u64 {
        self.worker_park_unpark_count(worker).div_ceil(2)
    }

    /// How often it has gone to sleep or come back: odd while it sleeps.
    ///
    /// # Panics
    /// If there is no such thread.
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// let asleep = |count: u64| count % 2 == 1;
    /// assert!(!asleep(metrics.worker_park_unpark_count(0))); // it runs this line
    /// # });
    /// ```
    #[track_caller]
    pub fn worker_park_unpark_count(&self, worker: usize) -> u64 {
        only(worker);
        self.shared.turns.parks_and_unparks.get()
    }

    /// How often it has come back, found nothing to poll, and gone to sleep again.
    ///
    /// # Panics
    /// If there is no such thread.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// toque::time::sleep(Duration::from_millis(1)).await;
    /// let in_vain = metrics.worker_noop_count(0) as f64 / metrics.worker_park_count(0) as f64;
    /// assert!(in_vain < 1.0); // at least the timer was worth waking for
    /// # });
    /// ```
    #[track_caller]
    pub fn worker_noop_count(&self, worker: usize) -> u64 {
        only(worker);
        self.figures().noops.get()
    }

    /// How long the loop has worked. Zero without [`Builder::enable_metrics_loop_lag`](super::Builder::enable_metrics_loop_lag).
    ///
    /// # Panics
    /// If there is no such thread.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// let runtime = toque::Builder::new_current_thread().enable_metrics_loop_lag().build()?;
    /// runtime.block_on(async { std::thread::sleep(Duration::from_millis(20)) }); // never do that
    /// let busy = runtime.handle().metrics().worker_total_busy_duration(0);
    /// assert!(busy >= Duration::from_millis(20));
    /// # Ok::<(), std::io::Error>(())
    /// ```
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
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// let runtime = toque::Builder::new_current_thread().enable_metrics_loop_lag().build()?;
    /// runtime.block_on(async { toque::time::sleep(Duration::from_millis(20)).await });
    /// let parked = runtime.handle().metrics().worker_total_parked_duration(0);
    /// assert!(parked >= Duration::from_millis(10));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_total_parked_duration(&self, worker: usize) -> Duration {
        only(worker);
        let times = self.shared.turns.times.as_ref();
        times.map_or(Duration::ZERO, |times| times.parked.time())
    }

    /// Whether [`Builder::enable_metrics_loop_lag`](super::Builder::enable_metrics_loop_lag) was called.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Builder::new_current_thread().enable_metrics_loop_lag().build()?;
    /// assert!(runtime.handle().metrics().loop_lag_enabled());
    /// assert!(!toque::Runtime::new()?.handle().metrics().loop_lag_enabled());
    /// # Ok::<(), std::io::Error>(())
    /// ```
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
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// let runtime = toque::Builder::new_current_thread().enable_metrics_loop_lag().build()?;
    /// runtime.block_on(async { std::thread::sleep(Duration::from_millis(20)) }); // never do that
    /// assert!(runtime.handle().metrics().loop_lag_max() >= Duration::from_millis(20));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn loop_lag_max(&self) -> Duration {
        self.lag().map_or(Duration::ZERO, Histogram::max)
    }

    /// Whether [`Builder::enable_metrics_poll_time_histogram`](super::Builder::enable_metrics_poll_time_histogram) was called.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Builder::new_current_thread()
    ///     .enable_metrics_poll_time_histogram()
    ///     .build()?;
    /// assert!(runtime.handle().metrics().poll_time_histogram_enabled());
    /// assert!(!toque::Runtime::new()?.handle().metrics().poll_time_histogram_enabled());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn poll_time_histogram_enabled(&self) -> bool {
        self.poll_times().is_some()
    }

    /// The buckets of the histogram of poll times. Zero if it is not enabled.
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Builder::new_current_thread()
    ///     .enable_metrics_poll_time_histogram()
    ///     .build()?;
    /// runtime.block_on(async {});
    /// let metrics = runtime.handle().metrics();
    /// let buckets = 0..metrics.poll_time_histogram_num_buckets();
    /// let polls: u64 = buckets.map(|bucket| metrics.poll_time_histogram_bucket_count(0, bucket)).sum();
    /// assert_eq!(polls, 1); // of `block_on`'s future
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn poll_time_histogram_num_buckets(&self) -> usize {
        self.poll_times().map_or(0, |_| histogram::BUCKETS)
    }

    /// Which poll times belong into a bucket. The first holds all below a microsecond, the last all above a minute; in between each
    /// doubling has four.
    ///
    /// # Panics
    /// If there is no such bucket.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// let runtime = toque::Builder::new_current_thread()
    ///     .enable_metrics_poll_time_histogram()
    ///     .build()?;
    /// let metrics = runtime.handle().metrics();
    /// let first = metrics.poll_time_histogram_bucket_range(0);
    /// assert_eq!(first.start, Duration::ZERO);
    /// assert_eq!(first.end, metrics.poll_time_histogram_bucket_range(1).start); // there one ends and one begins
    /// # Ok::<(), std::io::Error>(())
    /// ```
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
    ///
    /// # Example
    /// ```
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// let before = metrics.io_driver_fd_registered_count();
    /// let _socket = UdpSocket::bind("127.0.0.1:0").await?;
    /// assert_eq!(metrics.io_driver_fd_registered_count() - before, 1);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn io_driver_fd_registered_count(&self) -> u64 {
        self.shared.sources.registered.get()
    }

    /// Those of them that are gone again.
    ///
    /// # Example
    /// ```
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// let here = || metrics.io_driver_fd_registered_count() - metrics.io_driver_fd_deregistered_count();
    /// let before = here();
    /// let socket = UdpSocket::bind("127.0.0.1:0").await?;
    /// assert_eq!(here(), before + 1);
    /// drop(socket);
    /// assert_eq!(here(), before);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn io_driver_fd_deregistered_count(&self) -> u64 {
        self.shared.sources.deregistered.get()
    }

    /// Events by which the operating system has told that one of them is ready.
    ///
    /// # Example
    /// ```
    /// use toque::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # toque::Runtime::new()?.block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// let (guest, waiter) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
    /// let waiter_addr = waiter.local_addr()?;
    /// toque::spawn(async move { guest.send_to(b"soup", waiter_addr).await });
    /// waiter.recv(&mut [0; 16]).await?; // waits, and an event wakes it
    /// assert!(metrics.io_driver_ready_count() > 0);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn io_driver_ready_count(&self) -> u64 {
        self.shared.sources.events.get()
    }

    /// Timers that wait: sleeps that were polled, and have neither fired nor been dropped.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// let soup = toque::spawn(toque::time::sleep(Duration::from_secs(600)));
    /// toque::task::yield_now().await; // the task is polled, and so is its sleep
    /// assert_eq!(metrics.num_timers(), 1);
    /// soup.abort();
    /// assert!(soup.await.is_err());
    /// assert_eq!(metrics.num_timers(), 0);
    /// # });
    /// ```
    pub fn num_timers(&self) -> usize {
        if let Some(core) = current::get_if(self.shared.home.id()) {
            core.publish_timers();
        }
        self.shared.turns.timers.get() as usize
    }

    /// All of them in the text format of Prometheus. For several runtimes there is [`prometheus`](super::prometheus()).
    ///
    /// # Example
    /// ```
    /// # toque::Runtime::new().unwrap().block_on(async {
    /// let metrics = toque::Handle::current().metrics();
    /// toque::spawn(async {}).await.unwrap();
    /// let page = metrics.prometheus(); // what `GET /metrics` answers
    /// assert!(page.contains("toque_"));
    /// # });
    /// ```
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
    ///
    /// # Example
    /// ```
    /// let runtime = toque::Runtime::new()?;
    /// let metrics = runtime.handle().metrics();
    /// runtime.block_on(async { toque::spawn(async {}).await })?;
    /// assert_eq!(metrics.spawned_tasks_count(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
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
