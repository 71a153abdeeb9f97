//! The figures: what a runtime has to do, seen from its own thread and from others.

mod tools;

use std::future::pending;
use std::sync::mpsc;
use std::thread;

use tools::run;
use toque::task::yield_now;
use toque::{Builder, Handle, Runtime, spawn, spawn_blocking};

#[test]
fn a_task_counts_from_its_spawn_until_its_future_is_dropped() {
    run(async {
        let metrics = Handle::current().metrics();
        assert_eq!(metrics.num_workers(), 1);
        assert_eq!(
            metrics.num_alive_tasks(),
            0,
            "the future of `block_on` is no task"
        );
        let waits = spawn(pending::<()>());
        let ends = spawn(async {});
        assert_eq!(metrics.num_alive_tasks(), 2);
        ends.await.unwrap();
        assert_eq!(metrics.num_alive_tasks(), 1);
        waits.abort();
        assert!(waits.await.unwrap_err().is_cancelled());
        assert_eq!(metrics.num_alive_tasks(), 0);
    });
}

#[test]
fn what_another_thread_sends_is_in_the_queue_until_the_runtime_looks() {
    let runtime = Runtime::new().unwrap();
    let (handle, metrics) = (runtime.handle().clone(), runtime.handle().metrics());
    let told = thread::spawn(move || {
        drop(handle.spawn(pending::<()>()));
        drop(handle.spawn(pending::<()>()));
        (
            handle.metrics().global_queue_depth(),
            handle.metrics().num_alive_tasks(),
        )
    });
    assert_eq!(told.join().unwrap(), (2, 0));
    runtime.block_on(yield_now());
    assert_eq!(
        (metrics.global_queue_depth(), metrics.num_alive_tasks()),
        (0, 2)
    );
    drop(runtime);
    assert_eq!(metrics.num_alive_tasks(), 0, "after its end");
}

#[test]
fn the_pools_threads_and_jobs_are_counted() {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let metrics = runtime.handle().metrics();
    runtime.block_on(async {
        let (begun, has_begun) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let held = spawn_blocking(move || {
            begun.send(()).unwrap();
            let _ = released.recv();
        });
        has_begun.recv().unwrap();
        let queued = spawn_blocking(|| ());
        assert_eq!(
            (
                metrics.num_blocking_threads(),
                metrics.num_idle_blocking_threads()
            ),
            (1, 0)
        );
        assert_eq!(metrics.blocking_queue_depth(), 1);
        assert_eq!(metrics.num_alive_tasks(), 0, "a blocking job is no task");
        drop(release);
        held.await.unwrap();
        queued.await.unwrap();
        assert_eq!(metrics.blocking_queue_depth(), 0);
        while metrics.num_idle_blocking_threads() == 0 {
            thread::yield_now(); // the thread has told the result, and goes to rest
        }
    });
}
