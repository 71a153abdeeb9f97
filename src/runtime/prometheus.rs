//! The text format of Prometheus, for the figures of one runtime or several.

use std::fmt::Write as _;
use std::time::Duration;

use super::metrics::RuntimeMetrics;
use crate::histogram::Histogram;

/// A figure: its name, what it is, and how it is read.
type Row = (&'static str, &'static str, fn(&RuntimeMetrics) -> u64);

const GAUGES: [Row; 8] = [
    ("tasks", "Tasks that live.", |it| {
        it.num_alive_tasks() as u64
    }),
    ("queue_depth", "Tasks that are ready.", |it| {
        it.worker_local_queue_depth(0) as u64
    }),
    (
        "remote_queue_depth",
        "What other threads have sent, and is not taken in.",
        |it| it.global_queue_depth() as u64,
    ),
    ("timers", "Timers that wait.", |it| it.num_timers() as u64),
    (
        "sources",
        "Sockets and other descriptors that are registered.",
        |it| {
            let gone = it.io_driver_fd_deregistered_count(); // first: none goes before it has come
            it.io_driver_fd_registered_count().saturating_sub(gone)
        },
    ),
    ("blocking_threads", "Threads of the blocking pool.", |it| {
        it.num_blocking_threads() as u64
    }),
    (
        "blocking_threads_idle",
        "Threads of the blocking pool that wait.",
        |it| it.num_idle_blocking_threads() as u64,
    ),
    (
        "blocking_queue_depth",
        "Blocking jobs that no thread has begun.",
        |it| it.blocking_queue_depth() as u64,
    ),
];

const COUNTERS: [Row; 8] = [
    (
        "turns_total",
        "Turns of the event loop.",
        RuntimeMetrics::turn_count,
    ),
    ("polls_total", "Polls of futures.", |it| {
        it.worker_poll_count(0)
    }),
    (
        "spawned_tasks_total",
        "Tasks spawned.",
        RuntimeMetrics::spawned_tasks_count,
    ),
    (
        "schedules_total",
        "Wakes and spawns, wherever they came from.",
        RuntimeMetrics::schedules,
    ),
    (
        "remote_schedules_total",
        "Wakes and spawns from other threads.",
        |it| it.remote_schedule_count(),
    ),
    (
        "parks_total",
        "How often the thread has gone to sleep.",
        |it| it.worker_park_count(0),
    ),
    (
        "noops_total",
        "How often it came back and found nothing to poll.",
        |it| it.worker_noop_count(0),
    ),
    (
        "io_events_total",
        "Events of the operating system.",
        RuntimeMetrics::io_driver_ready_count,
    ),
];

/// The figures of runtimes in the text format of Prometheus: names that begin with `toque_`, times in seconds. Where there is more than
/// one runtime, each has the label `runtime`, its number in the slice. Histograms, and the time that was busy and parked, are there if
/// every runtime has them enabled.
///
/// # Example
/// ```
/// let runtime = toque::Runtime::new()?;
/// runtime.block_on(async {});
/// let text = toque::runtime::prometheus(&[runtime.handle().metrics()]);
/// assert!(text.contains("# TYPE toque_polls_total counter\ntoque_polls_total 1\n"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn prometheus(runtimes: &[RuntimeMetrics]) -> String {
    let mut text = Text {
        text: String::new(),
        runtimes,
    };
    GAUGES.iter().for_each(|row| text.row("gauge", row));
    COUNTERS.iter().for_each(|row| text.row("counter", row));
    if runtimes.iter().all(RuntimeMetrics::loop_lag_enabled) {
        let name = "busy_seconds_total";
        text.times(name, "How long the loop has worked.", |it| {
            it.worker_total_busy_duration(0)
        });
        let (name, help) = (
            "parked_seconds_total",
            "How long it has slept, or looked at sockets.",
        );
        text.times(name, help, |it| it.worker_total_parked_duration(0));
        let help = "From one look at the world to the next: so long may an event have to wait.";
        text.histogram("loop_lag_seconds", help, RuntimeMetrics::lag);
    }
    if runtimes
        .iter()
        .all(RuntimeMetrics::poll_time_histogram_enabled)
    {
        let help = "How long polls took.";
        text.histogram("poll_time_seconds", help, RuntimeMetrics::poll_times);
    }
    text.text
}

/// The text as far as it is written.
struct Text<'a> {
    text: String,
    runtimes: &'a [RuntimeMetrics],
}

/// The ends of the buckets that are shown, as powers of two of a nanosecond: from a microsecond to 17 seconds, each four times the last.
fn ends() -> impl Iterator<Item = u32> {
    (10..=34).step_by(2)
}

impl Text<'_> {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.text += &format!("# HELP toque_{name} {help}\n# TYPE toque_{name} {kind}\n");
    }

    /// A line for each runtime.
    fn each(&mut self, name: &str, value: &dyn Fn(&RuntimeMetrics) -> String) {
        let alone = self.runtimes.len() == 1;
        for (number, runtime) in self.runtimes.iter().enumerate() {
            let labels = labels(alone, number, None);
            self.line(name, &labels, &value(runtime));
        }
    }

    fn line(&mut self, name: &str, labels: &str, value: &str) {
        writeln!(self.text, "toque_{name}{labels} {value}").expect("text can be written");
    }

    fn row(&mut self, kind: &str, (name, help, value): &Row) {
        self.head(name, kind, help);
        self.each(name, &|runtime| value(runtime).to_string());
    }

    fn times(&mut self, name: &str, help: &str, time: fn(&RuntimeMetrics) -> Duration) {
        self.head(name, "counter", help);
        self.each(name, &|runtime| seconds(time(runtime)));
    }

    fn histogram(&mut self, name: &str, help: &str, of: fn(&RuntimeMetrics) -> Option<&Histogram>) {
        self.head(name, "histogram", help);
        let alone = self.runtimes.len() == 1;
        for (number, runtime) in self.runtimes.iter().enumerate() {
            let Some(histogram) = of(runtime) else {
                continue;
            };
            self.buckets(name, histogram, &|end| labels(alone, number, end));
        }
    }

    fn buckets(
        &mut self,
        name: &str,
        histogram: &Histogram,
        labels: &dyn Fn(Option<&str>) -> String,
    ) {
        let mut least = 0;
        for exponent in ends() {
            let end = seconds(Duration::from_nanos(1 << exponent));
            // More may have come between two looks, but no bucket may be less than the one before.
            least = histogram.below(exponent).max(least);
            self.line(
                &format!("{name}_bucket"),
                &labels(Some(&end)),
                &least.to_string(),
            );
        }
        let total = histogram.total().max(least).to_string();
        self.line(&format!("{name}_bucket"), &labels(Some("+Inf")), &total);
        self.line(
            &format!("{name}_sum"),
            &labels(None),
            &seconds(histogram.sum()),
        );
        self.line(&format!("{name}_count"), &labels(None), &total);
    }
}

fn labels(alone: bool, number: usize, end: Option<&str>) -> String {
    match (alone, end) {
        (true, None) => String::new(),
        (true, Some(end)) => format!("{{le=\"{end}\"}}"),
        (false, None) => format!("{{runtime=\"{number}\"}}"),
        (false, Some(end)) => format!("{{runtime=\"{number}\",le=\"{end}\"}}"),
    }
}

fn seconds(time: Duration) -> String {
    time.as_secs_f64().to_string()
}
