//! The rows: every kind of work, who takes part, how much of it is done, and what is measured.
//! `scripts/bench` runs these; the table is the same list.

use std::time::Duration;

use crate::contestant::Contestant::{self, Bare, Monoio, Node, Smol, Tokio, TokioLocal, Toque};
use crate::load::{self, Enough, Talk, Target, Windows};
use crate::ops::{self, Op};
use crate::serve::Work;

/// One kind of work.
pub(crate) struct Row {
    /// Its word on the command line.
    pub(crate) name: &'static str,
    /// Its words in the report.
    pub(crate) title: &'static str,
    pub(crate) measures: &'static [Measure],
    pub(crate) task: Task,
}

/// A figure, and how to show it. In all of them less is better.
pub(crate) struct Measure {
    /// The figure's name.
    pub(crate) figure: &'static str,
    /// What it is, of what.
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    /// Figures come in nanoseconds or bytes; a unit is so many of them.
    pub(crate) scale: f64,
}

/// How the work is done.
pub(crate) enum Task {
    /// In a process of its own, `full` times or, in a hurry, `quick` times.
    Op {
        ops: &'static [(Contestant, Op)],
        full: u64,
        quick: u64,
    },
    /// By a server under load.
    Server {
        work: Work,
        contestants: &'static [Contestant],
        /// Bytes that the server reads at once.
        buffer: usize,
        /// Rounds in which the same servers are measured, before they are started anew.
        rounds: usize,
        load: fn(Target, Pace) -> Windows,
    },
}

/// Whether time is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    Full,
    Quick,
}

impl Pace {
    /// Its word on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Pace::Full => "full",
            Pace::Quick => "quick",
        }
    }

    /// What the word says.
    pub(crate) fn named(name: &str) -> Pace {
        if name == Pace::Quick.name() {
            Pace::Quick
        } else {
            Pace::Full
        }
    }

    /// A round is short: the machine's bad moments come and go within seconds, and a contestant is compared with those who ran in the same
    /// moment. But each of the connections is to have some turns.
    fn window(self, connections: usize) -> Enough {
        let shortest = Duration::from_millis(self.of(100, 50));
        Enough::After(shortest + Duration::from_micros(20) * connections as u32)
    }

    pub(crate) fn of<T>(self, full: T, quick: T) -> T {
        match self {
            Pace::Full => full,
            Pace::Quick => quick,
        }
    }
}

const fn measure(
    figure: &'static str,
    title: &'static str,
    unit: &'static str,
    scale: f64,
) -> Measure {
    Measure {
        figure,
        title,
        unit,
        scale,
    }
}

const NS_EACH: &[Measure] = &[measure("time", "time each", "ns", 1.0)];
const BYTES_EACH: &[Measure] = &[measure("bytes", "resident, each", "B", 1.0)];
const US_EACH: &[Measure] = &[
    measure("time", "time each", "µs", 1e3),
    measure("cpu", "server's CPU each", "µs", 1e3),
];
const CLIENT: &[Measure] = &[
    measure("time", "time each", "µs", 1e3),
    measure("cpu", "client's CPU each", "µs", 1e3),
];
const LATE: &[Measure] = &[
    measure("p50", "late, median", "µs", 1e3),
    measure("p99", "late, 99 %", "µs", 1e3),
];
const ANSWERED: &[Measure] = &[
    measure("p50", "answered in, median", "µs", 1e3),
    measure("p99", "answered in, 99 %", "µs", 1e3),
];
const FIRING: &[Measure] = &[
    measure("cpu", "CPU each", "ns", 1.0),
    measure("late_p50", "late, median", "µs", 1e3),
    measure("late_p99", "late, 99 %", "µs", 1e3),
    measure("early", "too early", "timers", 1.0),
];

pub(crate) const ECHO: &[Contestant] = &[Toque, Tokio, TokioLocal, Smol, Monoio, Bare, Node];
/// monoio's reads own their buffer, and Node's streams have one each.
const SHARING: &[Contestant] = &[Toque, Tokio, TokioLocal, Smol, Bare];
pub(crate) const HTTP: &[Contestant] = &[Toque, Tokio, TokioLocal, Node];

/// Bytes of a message.
pub(crate) const MESSAGE: usize = 64;
/// What a server reads at once: a page for messages, more for bulk; for idle connections no more than they send.
const PAGE: usize = 4096;
const LARGE: usize = 64 * 1024;
pub(crate) const SMALL: usize = 64;

#[rustfmt::skip] // a table: a line each
pub(crate) const ROWS: &[Row] = &[
    op("yield", "yield", NS_EACH, ops::yield_now::OPS, 2_000_000),
    op("wake-self", "wake to self", NS_EACH, ops::wake_self::OPS, 2_000_000),
    op("spawn", "spawn and join, one by one", NS_EACH, ops::spawn::ONE_BY_ONE, 1_000_000),
    op("spawn-bulk", "spawn and join, 10,000 at once", NS_EACH, ops::spawn::BULK, 1_000_000),
    op("ping-pong", "ping-pong between two tasks, round trip", NS_EACH, ops::ping_pong::OPS, 500_000),
    op("mpsc", "bounded mpsc of 100", NS_EACH, ops::mpsc::BOUNDED, 2_000_000),
    op("mpsc-unbounded", "unbounded mpsc", NS_EACH, ops::mpsc::UNBOUNDED, 2_000_000),
    op("oneshot", "oneshot, asked for over an mpsc", NS_EACH, ops::oneshot::OPS, 1_000_000),
    op("local-ping-pong", "ping-pong by channels for one thread", NS_EACH, ops::ping_pong::LOCAL, 500_000),
    op("local-mpsc", "bounded mpsc of 100 for one thread", NS_EACH, ops::mpsc::LOCAL_BOUNDED, 2_000_000),
    op("local-mpsc-unbounded", "unbounded mpsc for one thread", NS_EACH, ops::mpsc::LOCAL_UNBOUNDED, 2_000_000),
    op("local-oneshot", "oneshot for one thread, asked for over an mpsc", NS_EACH, ops::oneshot::LOCAL, 1_000_000),
    op("mutex", "mutex that nobody else wants: lock and unlock", NS_EACH, ops::locks::MUTEX, 5_000_000),
    op("mutex-handed", "mutex that goes from task to task", NS_EACH, ops::locks::HANDED, 1_000_000),
    op("semaphore", "semaphore: a permit taken and given back", NS_EACH, ops::locks::SEMAPHORE, 5_000_000),
    op("local-mutex", "mutex for one thread that nobody else wants", NS_EACH, ops::locks::LOCAL_MUTEX, 5_000_000),
    op("local-mutex-handed", "mutex for one thread that goes from task to task", NS_EACH, ops::locks::LOCAL_HANDED, 1_000_000),
    op("local-semaphore", "semaphore for one thread: a permit taken and given back", NS_EACH, ops::locks::LOCAL_SEMAPHORE, 5_000_000),
    op("wake-parked", "wake from another thread, parked", LATE, ops::foreign_wake::PARKED, 2_000),
    op("wake-busy", "wake from another thread, busy", NS_EACH, ops::foreign_wake::BUSY, 200_000),
    op("timer-cancel", "timer: insert and cancel, 1,000,000 outstanding", NS_EACH, ops::timers::CANCEL, 1_000_000),
    op("timer-cancel-alone", "timer: insert and cancel, none outstanding", NS_EACH, ops::timers::CANCEL_ALONE, 1_000_000),
    op("timer-fire", "timer: 100,000 firing within a second", FIRING, ops::timers::FIRE, 100_000),
    op("fairness", "timer of 1 ms beside ten tasks always ready", LATE, ops::fairness::TIMER, 1_000),
    op("fairness-request", "request of 64 B beside ten tasks always ready and a flooded socket", ANSWERED, ops::fairness::REQUEST, 2_000),
    op("idle-task", "memory of an idle task", BYTES_EACH, ops::idle::TASK, 100_000),
    op("idle-sleeper", "memory of a task asleep", BYTES_EACH, ops::idle::SLEEPER, 100_000),
    op("connect", "connect to a server that closes at once, 50 at a time", CLIENT, ops::connect::OPS, 10_000),
    idle("idle-connection", "memory of an idle connection with 64 B of buffer",
        |target, pace| Box::new(move || load::hold(target, pace.of(10_000, 1_000)))),
    server("echo-50", "TCP echo of 64 B, 50 connections", PAGE,
        |target, pace| load::exchanges(target, Talk::echo(50, MESSAGE), pace.window(50))),
    many("echo-1000", "TCP echo of 64 B, 1,000 connections",
        |target, pace| load::exchanges(target, Talk::echo(1_000, MESSAGE), pace.window(1_000))),
    many("echo-10000", "TCP echo of 64 B, 10,000 connections",
        |target, pace| load::exchanges(target, Talk::echo(10_000, MESSAGE), pace.window(10_000))),
    shared("echo-shared-1000", "TCP echo of 64 B by one buffer for all, 1,000 connections",
        |target, pace| load::exchanges(target, Talk::echo(1_000, MESSAGE), pace.window(1_000))),
    shared("echo-shared-10000", "TCP echo of 64 B by one buffer for all, 10,000 connections",
        |target, pace| load::exchanges(target, Talk::echo(10_000, MESSAGE), pace.window(10_000))),
    server("bulk", "bulk: 128 MiB in and out, a MiB", LARGE,
        |target, _| Box::new(move || load::bulk(target, 1 << 27))),
    server("accept", "accept, one message, close", PAGE,
        |target, pace| Box::new(move || load::arrivals(target, 50, pace.window(50)))),
    http("hello", "HTTP/1 \"hello\", 50 connections",
        |target, pace| load::exchanges(target, Talk::http(target, 50, 1), pace.window(50))),
    http("hello-pipelined", "HTTP/1 \"hello\", 50 connections, 16 pipelined",
        |target, pace| load::exchanges(target, Talk::http(target, 50, 16), pace.window(50))),
];

const fn op(
    name: &'static str,
    title: &'static str,
    measures: &'static [Measure],
    ops: &'static [(Contestant, Op)],
    full: u64,
) -> Row {
    let quick = full / 10;
    Row {
        name,
        title,
        measures,
        task: Task::Op { ops, full, quick },
    }
}

/// Rounds for one start of the servers.
const ROUNDS: usize = 24;

const fn server(
    name: &'static str,
    title: &'static str,
    buffer: usize,
    load: fn(Target, Pace) -> Windows,
) -> Row {
    served(name, title, Work::Echo, ECHO, buffer, load)
}

/// What is measured as it grows, and so only once.
const fn idle(name: &'static str, title: &'static str, load: fn(Target, Pace) -> Windows) -> Row {
    Row {
        name,
        title,
        measures: BYTES_EACH,
        task: Task::Server {
            work: Work::Echo,
            contestants: ECHO,
            buffer: SMALL,
            rounds: 1,
            load,
        },
    }
}

/// An echo with so many connections that their buffers count.
const fn many(name: &'static str, title: &'static str, load: fn(Target, Pace) -> Windows) -> Row {
    served(name, title, Work::Echo, &Contestant::ALL, PAGE, load)
}

/// The same where all connections are read into one buffer, as the bare loop does it.
const fn shared(name: &'static str, title: &'static str, load: fn(Target, Pace) -> Windows) -> Row {
    served(name, title, Work::EchoShared, SHARING, PAGE, load)
}

/// hyper and Node size their buffers themselves.
const fn http(name: &'static str, title: &'static str, load: fn(Target, Pace) -> Windows) -> Row {
    served(name, title, Work::Hello, HTTP, 0, load)
}

const fn served(
    name: &'static str,
    title: &'static str,
    work: Work,
    contestants: &'static [Contestant],
    buffer: usize,
    load: fn(Target, Pace) -> Windows,
) -> Row {
    let task = Task::Server {
        work,
        contestants,
        buffer,
        rounds: ROUNDS,
        load,
    };
    Row {
        name,
        title,
        measures: US_EACH,
        task,
    }
}

impl Row {
    /// Who takes part.
    pub(crate) fn contestants(&self) -> Vec<Contestant> {
        match self.task {
            Task::Op { ops, .. } => ops.iter().map(|(contestant, _)| *contestant).collect(),
            Task::Server { contestants, .. } => contestants.to_vec(),
        }
    }
}
