//! The metrics: what has been answered, how fast, in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::Method;
use toque::Handle;
use toque::http::{ServeHandle, Stats};
use toque::runtime::RuntimeMetrics;

/// Upper ends of the histogram's buckets, in microseconds and in the seconds that are shown: from a read in memory to a
/// client's patience.
const BUCKETS: [(u128, &str); 10] = [
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (5_000_000, "5"),
];

/// Shared by all threads.
#[derive(Debug, Default)]
pub struct Metrics {
    /// By route, method and status. Few, since routes are templates and foreign methods are one.
    answers: Mutex<BTreeMap<String, Series>>,
    /// The servers, which count connections themselves, and their runtimes: one of each a thread.
    servers: Mutex<Vec<(ServeHandle, RuntimeMetrics)>>,
}

/// Those of one route, by method and status.
type Series = BTreeMap<(&'static str, u16), Times>;

/// How long answers took.
#[derive(Debug, Default, Clone)]
struct Times {
    /// By bucket; the slower ones are in the count only.
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: Duration,
}

impl Metrics {
    /// Counts the connections of this server too, and what the current runtime has to do.
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn watch(&self, server: ServeHandle) {
        let runtime = Handle::current().metrics();
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.push((server, runtime));
    }

    /// An answer is ready to be sent.
    pub(crate) fn answered(&self, method: &Method, route: &str, status: u16, took: Duration) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (known(method), status);
        match answers.get_mut(route) {
            Some(series) => series.entry(key).or_default().add(took),
            None => {
                let series = answers.entry(route.to_owned()).or_default();
                series.entry(key).or_default().add(took);
            }
        }
    }

    /// All of it, as Prometheus reads it.
    pub(crate) fn text(&self, sockets: usize) -> String {
        let mut text = String::new();
        self.write(sockets, &mut text).expect("text can be written");
        text
    }

    fn write(&self, sockets: usize, to: &mut String) -> fmt::Result {
        let answers = self
            .answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        head(
            to,
            "http_requests_total",
            "counter",
            "Answers, by method, route and status.",
        )?;
        for (labels, times) in labelled(&answers) {
            writeln!(to, "http_requests_total{{{labels}}} {}", times.count)?;
        }
        let name = "http_request_duration_seconds";
        head(
            to,
            name,
            "histogram",
            "From a request's head to the head of its answer.",
        )?;
        for (labels, times) in labelled(&answers) {
            times.write(name, &labels, to)?;
        }
        self.write_servers(to)?;
        let help = "WebSocket connections that are open.";
        figure(to, "websocket_connections", "gauge", help, sockets as u64)
    }

    fn write_servers(&self, to: &mut String) -> fmt::Result {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        let (stats, runtimes): (Vec<_>, Vec<_>) = servers
            .iter()
            .map(|(server, runtime)| (server.stats(), runtime.clone()))
            .unzip();
        drop(servers);
        write_connections(&stats, to)?;
        write_timeouts(&stats, to)?;
        write_runtimes(&runtimes, to)
    }
}

/// All series, with what tells them apart.
fn labelled(answers: &BTreeMap<String, Series>) -> impl Iterator<Item = (String, &Times)> {
    answers.iter().flat_map(|(route, series)| {
        series.iter().map(move |((method, status), times)| {
            let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
            (labels, times)
        })
    })
}

fn write_connections(stats: &[Stats], to: &mut String) -> fmt::Result {
    let open = stats.iter().map(|one| one.open as u64).sum();
    let accepted = stats.iter().map(|one| one.accepted).sum();
    let failed = stats.iter().map(|one| one.accept_errors).sum();
    let help = "Connections that are open.";
    figure(to, "connections_open", "gauge", help, open)?;
    let help = "Connections accepted.";
    figure(to, "connections_total", "counter", help, accepted)?;
    let help = "Failures to accept a connection.";
    figure(to, "accept_errors_total", "counter", help, failed)
}

/// What the runtimes have to do, all threads together.
fn write_runtimes(runtimes: &[RuntimeMetrics], to: &mut String) -> fmt::Result {
    type Figure = fn(&RuntimeMetrics) -> usize;
    let figures: [(&str, &str, Figure); 5] = [
        ("tasks_alive", "Tasks that live.", |one| {
            one.num_alive_tasks()
        }),
        (
            "queue_depth",
            "What other threads have sent, and is not taken in.",
            |one| one.global_queue_depth(),
        ),
        (
            "blocking_threads",
            "Threads of the blocking pools.",
            |one| one.num_blocking_threads(),
        ),
        (
            "blocking_threads_idle",
            "Threads of the blocking pools that wait.",
            |one| one.num_idle_blocking_threads(),
        ),
        (
            "blocking_queue_depth",
            "Blocking jobs that no thread has begun.",
            |one| one.blocking_queue_depth(),
        ),
    ];
    for (name, help, of) in figures {
        let sum: usize = runtimes.iter().map(of).sum();
        figure(to, &format!("runtime_{name}"), "gauge", help, sum as u64)?;
    }
    to.push_str(&toque::runtime::prometheus(runtimes)); // and all that each of them counts
    Ok(())
}

fn write_timeouts(stats: &[Stats], to: &mut String) -> fmt::Result {
    type Missed = fn(&Stats) -> u64;
    let name = "connection_timeouts_total";
    let help = "Deadlines that clients have missed, as `--help` names them.";
    head(to, name, "counter", help)?;
    let deadlines: [(&str, Missed); 6] = [
        ("first-byte", |one| one.timeouts.first_byte),
        ("head", |one| one.timeouts.headers),
        ("request", |one| one.timeouts.request),
        ("body", |one| one.timeouts.body_idle),
        ("write", |one| one.timeouts.write_idle),
        ("idle", |one| one.timeouts.keep_alive),
    ];
    for (deadline, count) in deadlines {
        let missed: u64 = stats.iter().map(count).sum();
        writeln!(to, "{name}{{deadline=\"{deadline}\"}} {missed}")?;
    }
    Ok(())
}

impl Times {
    fn add(&mut self, took: Duration) {
        self.count += 1;
        self.sum += took;
        let bucket = BUCKETS.iter().position(|(end, _)| took.as_micros() <= *end);
        if let Some(bucket) = bucket {
            self.buckets[bucket] += 1;
        }
    }

    fn write(&self, name: &str, labels: &str, to: &mut String) -> fmt::Result {
        let mut so_far = 0;
        for ((_, end), count) in BUCKETS.iter().zip(self.buckets) {
            so_far += count;
            writeln!(to, "{name}_bucket{{{labels},le=\"{end}\"}} {so_far}")?;
        }
        writeln!(to, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", self.count)?;
        writeln!(to, "{name}_sum{{{labels}}} {}", self.sum.as_secs_f64())?;
        writeln!(to, "{name}_count{{{labels}}} {}", self.count)
    }
}

/// A figure without labels.
fn figure(to: &mut String, name: &str, kind: &str, help: &str, value: u64) -> fmt::Result {
    head(to, name, kind, help)?;
    writeln!(to, "{name} {value}")
}

fn head(to: &mut String, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(to, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

/// Clients invent methods without end, and each would be a series of its own.
pub(crate) fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
