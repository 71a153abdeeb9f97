//! Wakes from another thread: to a runtime that is parked (how long until the task is polled), and to one that is busy
//! (how many wakes a second it takes in). The work uses std's `Waker` alone, so all contestants do the very same.
//!
//! monoio is absent: without its feature `sync` its tasks cannot be woken from elsewhere, and with it all else it does
//! is slower. The bare loop's bell is an eventfd.

use std::future::{Future, poll_fn};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, eventfd};

use super::Op;
use crate::contestant::Contestant::{self, Bare, Smol, Tokio, TokioLocal, Toque};
use crate::epoll::{Epoll, EventFlags};
use crate::figures::{Figures, figure, nanoseconds, quantile, time_each};
use crate::runtimes;

/// Time enough for a runtime to go to sleep again.
const NAP: Duration = Duration::from_micros(200);
/// Tasks that are woken in turn.
const TASKS: u64 = 64;

pub(crate) const PARKED: &[(Contestant, Op)] = &[
    (Toque, |n| latencies(runtimes::toque(parked(n)))),
    (Tokio, |n| latencies(runtimes::tokio(parked(n)))),
    (TokioLocal, |n| latencies(runtimes::tokio_local(parked(n)))),
    (Smol, |n| latencies(runtimes::smol(|_| parked(n)))),
    (Bare, |n| latencies(bare_parked(n))),
];

pub(crate) const BUSY: &[(Contestant, Op)] = &[
    (Toque, toque_busy),
    (Tokio, tokio_busy),
    (TokioLocal, tokio_local_busy),
    (Smol, smol_busy),
];

fn latencies(mut latencies: Vec<f64>) -> Figures {
    latencies.sort_by(f64::total_cmp);
    vec![
        figure("p50", quantile(&latencies, 0.5)),
        figure("p99", quantile(&latencies, 0.99)),
    ]
}

/// One task, and one thread that wakes it for as long as the task holds its end.
#[derive(Default)]
struct Bell {
    /// The task's waker, left here at its first poll.
    waker: OnceLock<Waker>,
    /// When the bell was rung; taken by the task.
    rung: Mutex<Option<Instant>>,
}

impl Bell {
    /// Starts the thread: it calls `wake` after each nap.
    fn hang(wake: impl Fn(&Bell) + Send + 'static) -> Arc<Bell> {
        let bell = Arc::new(Bell::default());
        let task = Arc::clone(&bell);
        thread::spawn(move || {
            while Arc::strong_count(&bell) > 1 {
                thread::sleep(NAP);
                *bell.rung.lock().expect("the task panicked") = Some(Instant::now());
                wake(&bell);
            }
        });
        task
    }

    /// Nanoseconds since the bell was rung, if it was.
    fn answer(&self) -> Option<f64> {
        let rung = self.rung.lock().expect("the ringer panicked").take()?;
        Some(nanoseconds(rung.elapsed()))
    }
}

/// Is woken `n` times while its runtime sleeps; how long each wake took, in nanoseconds.
fn parked(n: u64) -> impl Future<Output = Vec<f64>> + Send {
    let bell = Bell::hang(|bell| {
        if let Some(waker) = bell.waker.get() {
            waker.wake_by_ref();
        }
    });
    async move {
        let mut latencies = Vec::new();
        poll_fn(|cx| {
            bell.waker.get_or_init(|| cx.waker().clone());
            latencies.extend(bell.answer());
            if latencies.len() as u64 == n {
                return Poll::Ready(());
            }
            Poll::Pending
        })
        .await;
        latencies
    }
}

/// The same by hand: the thread writes to an eventfd, the loop reads it.
fn bare_parked(n: u64) -> Vec<f64> {
    let eventfd = Arc::new(eventfd(0, EventfdFlags::NONBLOCK).expect("no eventfd"));
    let mut events = Epoll::new();
    events.add(&eventfd, 0, EventFlags::IN);
    let ours = Arc::clone(&eventfd);
    let bell = Bell::hang(move |_| {
        rustix::io::write(&*ours, &1_u64.to_ne_bytes()).expect("the bell is full");
    });
    let mut latencies = Vec::new();
    while (latencies.len() as u64) < n {
        events.wait(|_, _, _| {
            rustix::io::read(&*eventfd, &mut [0; 8]).expect("the bell was not rung");
            latencies.extend(bell.answer());
        });
    }
    latencies
}

/// One of the tasks that are woken in turn.
#[derive(Default)]
struct Guest {
    waker: OnceLock<Waker>,
    /// Set by the ringer before the wake, cleared by the task when it is polled.
    called: AtomicBool,
}

/// What the ringer and the tasks share.
#[derive(Default)]
struct Table {
    guests: Vec<Guest>,
    /// Calls answered by all tasks.
    answered: AtomicU64,
}

impl Table {
    fn new() -> Arc<Table> {
        Arc::new(Table {
            guests: (0..TASKS).map(|_| Guest::default()).collect(),
            answered: AtomicU64::new(0),
        })
    }

    /// Wakes each task in turn until `n` calls are answered. A task is called again only after it has answered.
    fn ring(&self, n: u64) {
        while self.answered.load(Ordering::Acquire) < n {
            for guest in &self.guests {
                let Some(waker) = guest.waker.get() else {
                    continue;
                };
                // AcqRel: with the task's swap; it sees the call when it sees the flag.
                if !guest.called.swap(true, Ordering::AcqRel) {
                    waker.wake_by_ref();
                }
            }
        }
    }

    /// The guest's life: answers each call, for ever.
    async fn answer(self: Arc<Table>, guest: u64) {
        poll_fn(|cx| {
            let guest = &self.guests[guest as usize];
            guest.waker.get_or_init(|| cx.waker().clone());
            // AcqRel: with the ringer's swap.
            if guest.called.swap(false, Ordering::AcqRel) {
                self.answered.fetch_add(1, Ordering::Release);
            }
            Poll::<()>::Pending
        })
        .await;
    }

    /// The busy task: yields until `n` calls are answered, so that the runtime never sleeps.
    async fn busy(self: Arc<Table>, n: u64) -> Duration {
        let start = Instant::now();
        let ringer = {
            let table = Arc::clone(&self);
            thread::spawn(move || table.ring(n))
        };
        while self.answered.load(Ordering::Acquire) < n {
            smol::future::yield_now().await;
        }
        let took = start.elapsed();
        ringer.join().expect("the ringer panicked");
        took
    }
}

/// Spawns the guests, then keeps the runtime busy until they have answered `$n` calls.
macro_rules! busy {
    ($n:ident, |$guest:ident| $spawn:expr) => {
        async move {
            let table = Table::new();
            for number in 0..TASKS {
                let $guest = Arc::clone(&table).answer(number);
                $spawn;
            }
            table.busy($n).await
        }
    };
}

fn toque_busy(n: u64) -> Figures {
    time_each(
        n,
        runtimes::toque(busy!(n, |guest| drop(toque::spawn(guest)))),
    )
}

fn tokio_busy(n: u64) -> Figures {
    time_each(
        n,
        runtimes::tokio(busy!(n, |guest| drop(tokio::spawn(guest)))),
    )
}

fn tokio_local_busy(n: u64) -> Figures {
    let work = busy!(n, |guest| drop(tokio::task::spawn_local(guest)));
    time_each(n, runtimes::tokio_local(work))
}

fn smol_busy(n: u64) -> Figures {
    let work = |executor: runtimes::SmolExecutor| busy!(n, |guest| executor.spawn(guest).detach());
    time_each(n, runtimes::smol(work))
}
