//! Models of the pool's queue and of its end.

use super::*;
use loom::sync::atomic::{AtomicUsize, Ordering};

struct Count(Arc<AtomicUsize>);

impl Job for Count {
    fn run(self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn pool(threads: usize) -> Arc<Pool<Count>> {
    Arc::new(Pool::new(Limits {
        threads,
        keep_alive: Duration::from_secs(1),
        name: String::new(),
        stack_size: None,
    }))
}

fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

/// Every job that was taken is run, or given back by `close`: none is forgotten, and every thread ends.
/// Mutants that fail it: `pool_forgets_the_called` (a called thread looks for the end before its call, and leaves the job
/// behind), `pool_close_keeps_quiet` (`close` wakes nobody).
#[test]
fn a_job_is_run_or_given_back() {
    check(|| {
        let pool = pool(1);
        let runs = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            pool.submit(Count(runs.clone())).unwrap();
        }
        let returned = pool.close().len();
        assert_eq!(pool.wait_until_empty(Duration::MAX), 0);
        assert_eq!(runs.load(Ordering::Relaxed) + returned, 2);
    });
}

/// A job that finds the only thread idle, about to be idle, or at work, is run without `close` having to come.
/// Mutant that fails it: `pool_calls_twice` (`submit` counts an idle thread that was called already).
#[test]
fn a_job_calls_an_idle_thread() {
    check(|| {
        let pool = pool(1);
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
