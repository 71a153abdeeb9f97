//! Models of the pool's queue and of its end.

use super::*;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Condvar as LoomCondvar, Mutex as LoomMutex};

/// loom has no clock: with this much patience an idle thread waits until it is called.
const FOR_EVER: Duration = Duration::from_secs(1);
/// With this much it leaves at once, unless it is called while it does.
const NOT_AT_ALL: Duration = Duration::ZERO;

fn pool<J: Job>(threads: usize, keep_alive: Duration) -> Arc<Pool<J>> {
    Arc::new(Pool::new(Limits {
        threads,
        keep_alive,
        name: String::new(),
        stack_size: None,
    }))
}

struct Count(Arc<AtomicUsize>);

impl Job for Count {
    fn run(self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// One that has to be done.
struct Mandatory(Count);

impl Job for Mandatory {
    fn run(self) {
        self.0.run();
    }

    fn is_mandatory(&self) -> bool {
        true
    }
}

/// Jobs of which one needs the other, and one that needs nobody.
enum Step {
    Warm,
    Wait(Arc<Gate>),
    Open(Arc<Gate>),
}

#[derive(Default)]
struct Gate {
    open: LoomMutex<bool>,
    opened: LoomCondvar,
}

impl Job for Step {
    fn run(self) {
        match self {
            Self::Warm => {}
            Self::Wait(gate) => {
                let mut open = gate.open.lock().unwrap();
                while !*open {
                    open = gate.opened.wait(open).unwrap();
                }
            }
            Self::Open(gate) => {
                *gate.open.lock().unwrap() = true;
                gate.opened.notify_one();
            }
        }
    }
}

fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

/// Every job that was taken is run, or given back by `close`: none is forgotten, and every thread ends.
/// Mutants that fail it: `pool_close_keeps_quiet` (`close` wakes nobody), `pool_last_leaves_in_silence` (the last thread does
/// not tell that it was the last).
#[test]
fn a_job_is_run_or_given_back() {
    check(|| {
        let pool = pool(1, FOR_EVER);
        let runs = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            pool.submit(Count(runs.clone())).unwrap();
        }
        let returned = pool.close().len();
        assert_eq!(pool.wait_until_empty(Duration::MAX), 0);
        assert_eq!(runs.load(Ordering::Relaxed) + returned, 2);
    });
}

/// Once the last thread of a closed pool has left, no job is begun any more.
/// Mutant that fails it: `pool_looks_whether_it_is_closed_too_early`.
#[test]
fn no_job_is_begun_after_the_end() {
    check(|| {
        let pool = pool(1, FOR_EVER);
        let runs = Arc::new(AtomicUsize::new(0));
        let submitter = {
            let (pool, job) = (pool.clone(), Count(runs.clone()));
            loom::thread::spawn(move || pool.submit(job).is_ok())
        };
        let returned = pool.close().len();
        assert_eq!(pool.wait_until_empty(Duration::MAX), 0);
        let run = runs.load(Ordering::Relaxed);
        let taken = submitter.join().unwrap();
        assert_eq!(run + returned, usize::from(taken));
    });
}

/// A job that finds the only thread idle, about to be idle, or at work, is run without `close` having to come.
/// Mutants that fail it: `pool_calls_nobody` (`submit` counts the call and does not make it), `pool_waits_without_a_look` (a
/// thread lets the lock go between its last look into the queue and its wait).
#[test]
fn a_job_calls_an_idle_thread() {
    check(|| {
        let pool = pool(1, FOR_EVER);
        let runs = Arc::new(AtomicUsize::new(0));
        pool.submit(Count(runs.clone())).unwrap();
        pool.submit(Count(runs.clone())).unwrap();
        while runs.load(Ordering::Relaxed) < 2 {
            thread::yield_now();
        }
        pool.close();
        assert_eq!(pool.wait_until_empty(Duration::MAX), 0);
    });
}

/// A job never queues behind one that waits for it while another thread may be started.
/// Mutants that fail it: `pool_calls_twice` (`submit` counts an idle thread that was called already), `pool_starts_one_only`
/// (`submit` starts a thread if there is none).
#[test]
fn a_job_may_wait_for_the_next() {
    check(|| {
        let pool = pool(2, FOR_EVER);
        let gate = Arc::new(Gate::default());
        for step in [Step::Warm, Step::Wait(gate.clone()), Step::Open(gate)] {
            pool.submit(step).unwrap();
        }
        while !pool.state.lock().queue.is_empty() {
            thread::yield_now();
        }
        pool.close();
        assert_eq!(pool.wait_until_empty(Duration::MAX), 0);
    });
}

/// A thread whose patience has ended leaves no job behind: it was called before it left, and comes; or it has left, and the
/// job starts another.
/// Mutants that fail it: `pool_forgets_the_called` (a thread that is late leaves, called or not), `pool_leaves_unseen` (who
/// leaves still counts as idle).
#[test]
fn a_thread_that_leaves_leaves_no_job_behind() {
    check(|| {
        let pool = pool(1, NOT_AT_ALL);
        let runs = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            pool.submit(Count(runs.clone())).unwrap();
        }
        assert_eq!(pool.wait_until_empty(Duration::MAX), 0);
        assert_eq!(runs.load(Ordering::Relaxed), 2);
    });
}

/// A mandatory job that was taken is run, however soon the pool is closed.
/// Mutants that fail it: `pool_close_gives_all_back` (`close` makes no difference), `pool_leaves_at_the_close` (a thread that was
/// called does not come if the pool is closed).
#[test]
fn a_mandatory_job_is_run_whatever_comes() {
    check(|| {
        let pool = pool(1, FOR_EVER);
        let runs = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            pool.submit(Mandatory(Count(runs.clone()))).unwrap();
        }
        assert_eq!(pool.close().len(), 0);
        assert_eq!(pool.wait_until_empty(Duration::MAX), 0);
        assert_eq!(runs.load(Ordering::Relaxed), 2);
    });
}
