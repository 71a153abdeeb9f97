//! Blocking jobs: on threads of a bounded pool, awaited like tasks; and what becomes of them at the runtime's end.

mod tools;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use tools::{Count, Drops, PATIENCE, caught, counting, run, watched};
use toque::task::yield_now;
use toque::{Builder, Handle, JoinHandle, Runtime, spawn, spawn_blocking};

fn with_threads(threads: usize) -> Runtime {
    Builder::new_current_thread()
        .max_blocking_threads(threads)
        .build()
        .unwrap()
}

/// A job that runs until it is let go.
struct Held {
    task: JoinHandle<()>,
    /// Dropped or used, it lets the job go.
    release: mpsc::Sender<()>,
}

/// Returns when the job runs.
fn hold_a_thread(runtime: &Runtime) -> Held {
    let (release, released) = mpsc::channel();
    let (begun, has_begun) = mpsc::channel();
    let task = runtime.spawn_blocking(move || {
        begun.send(()).unwrap();
        let _ = released.recv();
    });
    has_begun.recv().unwrap();
    Held { task, release }
}

#[test]
fn a_job_runs_elsewhere_and_its_result_wakes_a_runtime_that_sleeps() {
    watched(|| {
        run(async {
            let here = thread::current().id();
            let polls = Count::default();
            let job = counting(
                polls.clone(),
                spawn_blocking(move || thread::current().id()),
            );
            assert_ne!(job.await.unwrap(), here);
            assert!(polls.get() <= 2, "polled {} times", polls.get());
        });
    });
}

#[test]
fn no_result_of_ten_thousand_is_lost() {
    watched(|| {
        with_threads(4).block_on(async {
            let jobs: Vec<_> = (0..10_000).map(|n| spawn_blocking(move || n)).collect();
            for (n, job) in jobs.into_iter().enumerate() {
                assert_eq!(job.await.unwrap(), n);
            }
        });
    });
}

#[test]
fn results_that_come_one_by_one_wake_a_runtime_about_to_park() {
    watched(|| {
        with_threads(1).block_on(async {
            for n in 0..5_000 {
                assert_eq!(spawn_blocking(move || n).await.unwrap(), n);
            }
        });
    });
}

#[test]
fn no_more_jobs_run_at_once_than_the_pool_has_threads() {
    const THREADS: usize = 3;
    watched(|| {
        with_threads(THREADS).block_on(async {
            let running = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
            let all_at_once = Arc::new(Barrier::new(THREADS));
            let jobs: Vec<_> = (0..30)
                .map(|_| {
                    let (running, all_at_once) = (running.clone(), all_at_once.clone());
                    spawn_blocking(move || {
                        let now = running.0.fetch_add(1, Ordering::SeqCst) + 1;
                        running.1.fetch_max(now, Ordering::SeqCst);
                        all_at_once.wait(); // as many as the pool has threads must be here together
                        running.0.fetch_sub(1, Ordering::SeqCst);
                    })
                })
                .collect();
            for job in jobs {
                job.await.unwrap();
            }
            assert_eq!(running.1.load(Ordering::SeqCst), THREADS);
        });
    });
}

#[test]
fn jobs_begin_in_the_order_they_were_spawned() {
    with_threads(1).block_on(async {
        let order = Arc::new(Mutex::new(Vec::new()));
        let jobs: Vec<_> = (0..20)
            .map(|n| {
                let order = order.clone();
                spawn_blocking(move || order.lock().unwrap().push(n))
            })
            .collect();
        for job in jobs {
            job.await.unwrap();
        }
        assert!(order.lock().unwrap().iter().copied().eq(0..20));
    });
}

#[test]
fn a_thread_that_is_idle_is_used_again_and_leaves_when_its_time_is_up() {
    watched(|| {
        let kept = with_threads(8);
        let ids: HashSet<_> = (0..20)
            .map(|_| {
                kept.block_on(kept.spawn_blocking(|| thread::current().id()))
                    .unwrap()
            })
            .collect();
        // A job may come while its thread is still on its way to its rest.
        assert!(
            ids.len() < 8,
            "{} threads for 20 jobs, one after the other",
            ids.len()
        );

        let hasty = Builder::new_current_thread()
            .thread_keep_alive(Duration::ZERO)
            .build()
            .unwrap();
        thread_local! {
            static LEAVING: std::cell::RefCell<Option<mpsc::Sender<()>>> = const { std::cell::RefCell::new(None) };
        }
        let (leaving, left) = mpsc::channel();
        hasty
            .block_on(hasty.spawn_blocking(|| LEAVING.set(Some(leaving))))
            .unwrap();
        // The sender goes with the thread.
        assert_eq!(
            left.recv_timeout(PATIENCE),
            Err(mpsc::RecvTimeoutError::Disconnected)
        );
        hasty.block_on(hasty.spawn_blocking(|| ())).unwrap();
    });
}

#[test]
fn the_pools_threads_have_the_name_and_the_stack_they_were_given() {
    let runtime = Builder::new_current_thread()
        .thread_name("kitchen hand")
        .thread_stack_size(16 << 20)
        .build()
        .unwrap();
    let name = runtime.block_on(runtime.spawn_blocking(|| {
        let large = std::hint::black_box([1_u8; 3 << 20]); // more than the default
        assert_eq!(large[large.len() - 1], 1);
        thread::current().name().map(str::to_owned)
    }));
    assert_eq!(name.unwrap().as_deref(), Some("kitchen hand"));
}

#[test]
fn a_name_that_no_thread_can_have_is_refused_where_it_is_given() {
    caught(|| {
        Builder::new_current_thread().thread_name("a\0b");
    })
    .assert_names(file!(), &["NUL"]);
}

#[test]
fn a_job_that_has_not_begun_can_be_aborted_and_never_runs() {
    watched(|| {
        let runtime = with_threads(1);
        let held = hold_a_thread(&runtime);
        let ran = Arc::new(AtomicBool::new(false));
        let drops = Drops::default();
        let job = runtime.spawn_blocking({
            let (ran, guard) = (ran.clone(), drops.guard());
            move || {
                let _guard = guard;
                ran.store(true, Ordering::SeqCst);
            }
        });
        job.abort();
        drop(held.release);
        runtime.block_on(async {
            assert!(job.await.unwrap_err().is_cancelled());
            held.task.await.unwrap();
        });
        assert!(!ran.load(Ordering::SeqCst));
        assert_eq!(drops.all.get(), 1);
    });
}

#[test]
fn a_job_that_has_begun_is_not_ended_by_an_abort() {
    watched(|| {
        let runtime = with_threads(1);
        let held = hold_a_thread(&runtime);
        held.task.abort();
        assert!(!held.task.is_finished());
        drop(held.release);
        runtime.block_on(held.task).unwrap();
    });
}

#[test]
fn a_detached_job_runs_to_its_end() {
    watched(|| {
        let (done, is_done) = mpsc::channel();
        run(async move {
            let (begun, has_begun) = toque::sync::oneshot::channel();
            drop(spawn_blocking(move || {
                begun.send(()).unwrap();
                done.send(7).unwrap();
            }));
            has_begun.await.unwrap();
        }); // the runtime waits for it
        assert_eq!(is_done.try_recv(), Ok(7));
    });
}

#[test]
fn the_end_of_the_runtime_cancels_jobs_that_wait_and_waits_for_those_that_run() {
    watched(|| {
        let runtime = with_threads(1);
        let held = hold_a_thread(&runtime);
        let drops = Drops::default();
        let waiting: Vec<_> = (0..10)
            .map(|_| {
                let guard = drops.guard();
                runtime.spawn_blocking(move || drop(guard))
            })
            .collect();
        let done = Arc::new(AtomicBool::new(false));
        let releaser = thread::spawn({
            let (done, cancelled) = (done.clone(), drops.all.clone());
            move || {
                // Not before the end has begun, or the thread would take the next job; and so the drop has to wait.
                while cancelled.get() < 10 {
                    thread::yield_now();
                }
                done.store(true, Ordering::SeqCst);
                held.release.send(()).unwrap();
            }
        });
        drop(runtime);
        assert!(done.load(Ordering::SeqCst), "did not wait");
        releaser.join().unwrap();
        drops.assert_at_home(10);
        for job in waiting {
            assert!(run(job).unwrap_err().is_cancelled());
        }
        assert!(held.task.is_finished());
    });
}

#[test]
fn a_job_spawned_after_the_end_of_the_runtime_is_cancelled() {
    let runtime = Runtime::new().unwrap();
    let handle = runtime.handle().clone();
    drop(runtime);
    let job = handle.spawn_blocking(|| unreachable!("there is nobody to do it"));
    assert!(run(job).unwrap_err().is_cancelled());
}

/// tokio-rs/tokio#5338, #1923: dropping the runtime waits for blocking work for ever.
#[test]
fn the_end_of_the_runtime_waits_no_longer_than_it_says() {
    watched(|| {
        let limit = Duration::from_millis(50);
        let runtime = Builder::new_current_thread()
            .shutdown_timeout(limit)
            .build()
            .unwrap();
        let held = hold_a_thread(&runtime);
        let start = Instant::now();
        drop(runtime);
        assert!(start.elapsed() >= limit);
        assert!(!held.task.is_finished());
        // Its end, later, finds nobody and does no harm; its handle still learns of it.
        let handle = thread::spawn(move || run(held.task));
        drop(held.release);
        handle.join().unwrap().unwrap();
    });
}

#[test]
fn a_limit_of_nothing_waits_for_nobody() {
    watched(|| {
        let runtime = Builder::new_current_thread()
            .shutdown_timeout(Duration::ZERO)
            .build()
            .unwrap();
        let held = hold_a_thread(&runtime);
        drop(runtime); // or the test hangs: the job is let go after it only
        drop(held.release);
        run(held.task).unwrap();
    });
}

#[test]
fn a_limit_without_end_is_no_overflow() {
    watched(|| {
        let runtime = Builder::new_current_thread()
            .shutdown_timeout(Duration::MAX)
            .thread_keep_alive(Duration::MAX)
            .build()
            .unwrap();
        runtime.block_on(runtime.spawn_blocking(|| ())).unwrap();
        drop(runtime); // the idle thread is told to leave
    });
}

/// Jobs at the end of their runtime: each is run or cancelled, and each handle says which.
#[test]
fn at_the_end_every_job_is_either_run_or_cancelled() {
    watched(|| {
        for _ in 0..50 {
            let runtime = with_threads(2);
            let (ran, drops) = (Count::default(), Drops::default());
            let jobs: Vec<_> = (0..50)
                .map(|_| {
                    let (ran, guard) = (ran.clone(), drops.guard());
                    runtime.spawn_blocking(move || {
                        let _guard = guard;
                        ran.add();
                    })
                })
                .collect();
            drop(runtime);
            let outcomes: Vec<_> = jobs.into_iter().map(run).collect();
            let served = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
            assert_eq!(served, ran.get());
            assert_eq!(drops.all.get(), 50);
            assert!(
                outcomes
                    .into_iter()
                    .filter_map(Result::err)
                    .all(|error| error.is_cancelled())
            );
        }
    });
}

/// While a job blocks, the chef does not.
#[test]
fn tasks_go_on_while_jobs_block() {
    watched(|| {
        let runtime = with_threads(1);
        let held = hold_a_thread(&runtime);
        runtime.block_on(async {
            let counter = spawn(async {
                for _ in 0..1000 {
                    yield_now().await;
                }
                toque::time::sleep(Duration::from_millis(1)).await;
                "served"
            });
            assert_eq!(counter.await.unwrap(), "served");
            assert!(!held.task.is_finished());
            drop(held.release);
            held.task.await.unwrap();
        });
    });
}

/// tokio-rs/tokio#8406, smol-rs/blocking#24: a job for which no thread could be started stayed in the queue, or locked the pool for
/// all that came later. Two submit at once, so that each may count on the other's thread.
#[test]
fn where_no_thread_can_be_started_no_job_waits_for_one() {
    const NO_SYSTEM_HAS_THAT_MUCH: usize = isize::MAX as usize;
    fn submit(handle: &Handle) -> Option<JoinHandle<()>> {
        let job = || unreachable!("there is no thread");
        catch_unwind(AssertUnwindSafe(|| handle.spawn_blocking(job))).ok()
    }
    watched(|| {
        for _ in 0..200 {
            let runtime = Builder::new_current_thread()
                .thread_stack_size(NO_SYSTEM_HAS_THAT_MUCH)
                .build()
                .unwrap();
            let (handle, barrier) = (runtime.handle(), Barrier::new(2));
            let accepted = thread::scope(|scope| {
                let one = || {
                    barrier.wait();
                    submit(handle)
                };
                let threads = [scope.spawn(one), scope.spawn(one)];
                threads.map(|thread| thread.join().unwrap())
            });
            runtime.block_on(async {
                for job in accepted.into_iter().flatten() {
                    assert!(job.await.unwrap_err().is_cancelled());
                }
                assert!(toque::fs::read("/").await.is_err());
            });
        }
    });
}

#[test]
fn shutdown_waits_as_long_as_it_is_told_and_no_longer() {
    let runtime = Builder::new_current_thread()
        .shutdown_timeout(Duration::from_secs(3600)) // for a drop, which this is not
        .max_blocking_threads(1)
        .build()
        .unwrap();
    runtime.block_on(runtime.spawn_blocking(|| {})).unwrap();
    let held = hold_a_thread(&runtime); // the same one, which is done with the other job
    let report = runtime.shutdown(Duration::ZERO);
    assert_eq!(report.running_jobs.len(), 1);
    drop(held);
}
