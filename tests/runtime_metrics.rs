//! The figures: what a runtime has to do, seen from its own thread and from others.

mod tools;

use std::future::pending;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tools::{caught, run};
use toque::net::UdpSocket;
use toque::runtime::{RuntimeMetrics, prometheus};
use toque::sync::oneshot;
use toque::task::yield_now;
use toque::time::sleep;
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

#[test]
fn polls_and_wakes_are_counted_where_they_come_from() {
    let runtime = Runtime::new().unwrap();
    let metrics = runtime.handle().metrics();
    let counts = || {
        let polls = metrics.worker_poll_count(0);
        let here = metrics.worker_local_schedule_count(0);
        (polls, here, metrics.remote_schedule_count())
    };
    runtime.block_on(async {
        assert_eq!(counts(), (1, 1, 0), "the first poll of `block_on`'s future");
        let task = spawn(async {
            yield_now().await;
            yield_now().await;
        });
        assert_eq!(metrics.worker_local_queue_depth(0), 1);
        task.await.unwrap();
        assert_eq!(counts(), (5, 5, 0), "three of the task, one more of ours");
        assert_eq!(metrics.worker_local_queue_depth(0), 0);
    });
    let handle = runtime.handle().clone();
    let task = thread::spawn(move || handle.spawn(async {}))
        .join()
        .unwrap();
    runtime.block_on(task).unwrap();
    let (polls, here, elsewhere) = counts();
    assert_eq!(
        (polls, elsewhere),
        (here + elsewhere, 1),
        "what was queued was polled"
    );
    assert_eq!(metrics.spawned_tasks_count(), 2);
}

/// A runtime that sleeps on a thread of its own, and its figures.
fn asleep(metrics: &RuntimeMetrics) {
    while metrics.worker_park_unpark_count(0) % 2 == 0 {
        thread::yield_now();
    }
}

#[test]
fn another_thread_sees_the_loop_sleep_and_wake() {
    let (give, take) = mpsc::channel();
    let chef = thread::spawn(move || {
        let runtime = Runtime::new().unwrap();
        let (send, receive) = oneshot::channel::<()>();
        give.send((runtime.handle().metrics(), send)).unwrap();
        runtime.block_on(receive).unwrap();
        runtime.handle().metrics().worker_poll_count(0)
    });
    let (metrics, send) = take.recv().unwrap();
    asleep(&metrics);
    let (parks, turns) = (metrics.worker_park_count(0), metrics.turn_count());
    assert_eq!((parks, turns), (1, 1));
    assert_eq!(metrics.worker_poll_count(0), 1, "as of before the sleep");
    send.send(()).unwrap();
    assert_eq!(chef.join().unwrap(), 2);
    assert_eq!(metrics.worker_park_unpark_count(0) % 2, 0);
    assert_eq!(metrics.turn_count(), turns, "the last did not look");
    assert_eq!(metrics.worker_poll_count(0), 2, "its last batch too");
    assert_eq!(metrics.worker_noop_count(0), 0);
}

#[test]
fn a_sleep_that_ends_for_nothing_is_counted() {
    let (give, take) = mpsc::channel();
    let chef = thread::spawn(move || {
        let runtime = Runtime::new().unwrap();
        let (send, receive) = oneshot::channel::<()>();
        // A handle that is dropped elsewhere sends an errand home, and wakes no task.
        let socket = runtime.block_on(UdpSocket::bind("127.0.0.1:0")).unwrap();
        give.send((runtime.handle().metrics(), send, socket))
            .unwrap();
        runtime.block_on(receive).unwrap();
    });
    let (metrics, send, socket) = take.recv().unwrap();
    asleep(&metrics);
    let before = metrics.worker_noop_count(0);
    drop(socket);
    while metrics.worker_noop_count(0) == before {
        thread::yield_now();
    }
    send.send(()).unwrap();
    chef.join().unwrap();
    assert_eq!(metrics.worker_noop_count(0), before + 1);
}

#[test]
fn sources_events_and_timers_are_counted() {
    run(async {
        let metrics = Handle::current().metrics();
        let sources = || {
            let gone = metrics.io_driver_fd_deregistered_count();
            (metrics.io_driver_fd_registered_count(), gone)
        };
        assert_eq!(sources(), (0, 0));
        let one = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let two = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        assert_eq!(sources(), (2, 0));
        let to = one.local_addr().unwrap();
        let receives = spawn(async move { one.recv(&mut [0; 8]).await });
        yield_now().await;
        two.send_to(b"soup", to).await.unwrap();
        assert_eq!(receives.await.unwrap().unwrap(), 4);
        assert!(metrics.io_driver_ready_count() > 0);
        drop(two);
        assert_eq!(sources(), (2, 2));

        assert_eq!(metrics.num_timers(), 0);
        let sleeps = spawn(sleep(Duration::from_secs(3600)));
        yield_now().await;
        assert_eq!(metrics.num_timers(), 1);
        sleeps.abort();
        assert!(sleeps.await.is_err());
        assert_eq!(metrics.num_timers(), 0);
    });
}

/// What a poll blocks for.
const BLOCKED: Duration = Duration::from_millis(30);

#[test]
fn a_poll_that_blocks_is_in_its_bucket_and_in_the_lag() {
    let runtime = Builder::new_current_thread()
        .enable_metrics_poll_time_histogram()
        .enable_metrics_loop_lag()
        .build()
        .unwrap();
    let metrics = runtime.handle().metrics();
    runtime.block_on(async {
        for _ in 0..200 {
            yield_now().await;
        }
        spawn(async { thread::sleep(BLOCKED) }).await.unwrap();
    });
    let buckets = metrics.poll_time_histogram_num_buckets();
    let polls: u64 = (0..buckets)
        .map(|bucket| metrics.poll_time_histogram_bucket_count(0, bucket))
        .sum();
    assert_eq!(polls, metrics.worker_poll_count(0));
    let blocked = (0..buckets)
        .filter(|bucket| metrics.poll_time_histogram_bucket_range(*bucket).end > BLOCKED)
        .map(|bucket| metrics.poll_time_histogram_bucket_count(0, bucket))
        .sum::<u64>();
    assert!(blocked >= 1, "{blocked}");
    assert!(metrics.loop_lag_max() >= BLOCKED);
    assert!(metrics.loop_lag_quantile(1.0) >= BLOCKED);
    assert!(metrics.loop_lag_quantile(0.0) <= metrics.loop_lag_quantile(0.5));
    assert!(metrics.worker_total_busy_duration(0) >= metrics.loop_lag_max());
}

#[test]
fn sleep_is_parked_time_and_no_lag() {
    let runtime = Builder::new_current_thread()
        .enable_metrics_loop_lag()
        .build()
        .unwrap();
    let metrics = runtime.handle().metrics();
    let slept = Duration::from_millis(50);
    runtime.block_on(async { sleep(slept).await });
    let (busy, parked) = (
        metrics.worker_total_busy_duration(0),
        metrics.worker_total_parked_duration(0),
    );
    assert!(metrics.worker_park_count(0) >= 1 && parked > Duration::ZERO);
    assert!(busy + parked >= slept, "{busy:?} and {parked:?}");

    thread::sleep(BLOCKED); // between two calls of `block_on` it is neither
    let begin = Instant::now();
    runtime.block_on(async {});
    assert!(metrics.worker_total_busy_duration(0) - busy <= begin.elapsed());
}

#[test]
fn what_is_not_enabled_is_empty() {
    run(async {
        let metrics = Handle::current().metrics();
        assert!(!metrics.poll_time_histogram_enabled() && !metrics.loop_lag_enabled());
        assert_eq!(metrics.poll_time_histogram_num_buckets(), 0);
        assert_eq!(metrics.loop_lag_quantile(0.5), Duration::ZERO);
        let panic = caught(|| metrics.poll_time_histogram_bucket_count(0, 0));
        panic.assert_names(file!(), &["0 buckets"]);
        let panic = caught(|| metrics.worker_poll_count(1));
        panic.assert_names(file!(), &["one worker, number 0"]);
    });
}

/// Each line is a comment, or a name with perhaps labels, a space and a number; each name has one head, before it.
fn check_text(text: &str) {
    let mut typed = Vec::new();
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("# TYPE ") {
            let (name, kind) = head.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(!typed.contains(&name), "{name} has two heads");
            typed.push(name);
        } else if !line.starts_with("# HELP ") {
            let (series, value) = line.rsplit_once(' ').unwrap();
            value.parse::<f64>().unwrap();
            let name = series.split('{').next().unwrap();
            assert!(name.starts_with(typed.last().unwrap()), "{line}");
        }
    }
}

#[test]
fn the_text_for_prometheus_has_a_line_for_each_runtime() {
    let build = || {
        Builder::new_current_thread()
            .enable_metrics_poll_time_histogram()
            .enable_metrics_loop_lag()
            .build()
            .unwrap()
    };
    let runtimes = [build(), build()];
    runtimes[1].block_on(async {
        drop(spawn(pending::<()>()));
        yield_now().await;
    });
    let metrics = runtimes.each_ref().map(|one| one.handle().metrics());
    let text = prometheus(&metrics);
    check_text(&text);
    for line in [
        "toque_tasks{runtime=\"0\"} 0",
        "toque_tasks{runtime=\"1\"} 1",
        "toque_polls_total{runtime=\"1\"} 3",
        "toque_poll_time_seconds_count{runtime=\"1\"} 3",
        "toque_poll_time_seconds_bucket{runtime=\"1\",le=\"+Inf\"} 3",
    ] {
        assert!(text.lines().any(|it| it == line), "no {line} in {text}");
    }
    assert!(text.contains("toque_loop_lag_seconds_bucket{runtime=\"0\",le=\"0.001048576\"} 0\n"));

    let alone = metrics[1].prometheus();
    check_text(&alone);
    assert!(alone.contains("\ntoque_tasks 1\n") && !alone.contains("runtime="));
    let plain = Runtime::new().unwrap().handle().metrics().prometheus();
    check_text(&plain);
    assert!(!plain.contains("seconds"), "it takes no times");
}

#[test]
fn another_thread_sees_what_waits_behind_a_task_that_blocks() {
    let runtime = Runtime::new().unwrap();
    let metrics = runtime.handle().metrics();
    let (ask, asked) = mpsc::channel();
    let (answer, answered) = mpsc::channel();
    let looker = thread::spawn(move || {
        asked.recv().unwrap();
        answer.send(metrics.worker_local_queue_depth(0)).unwrap();
    });
    let blocks = runtime.spawn(async move {
        ask.send(()).unwrap();
        answered.recv().unwrap()
    });
    for _ in 0..3 {
        drop(runtime.spawn(async {}));
    }
    let depth = runtime.block_on(blocks).unwrap();
    assert!(depth >= 3, "{depth}");
    looker.join().unwrap();
}
