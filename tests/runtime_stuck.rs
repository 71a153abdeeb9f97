//! The hint for a deadlock: `block_on` panics with the dump when nothing will wake it, and never while something may.

mod tools;

use std::future::pending;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use tools::caught;
use toque::sync::{Mutex, oneshot};
use toque::time::sleep;
use toque::{Builder, Handle, Runtime, spawn};

/// The tests run on threads of one process, so what is not stuck can be told only by waiting.
const PATIENCE: Duration = Duration::from_millis(60);
/// Longer than that, for what comes in the end.
const LATER: Duration = Duration::from_millis(200);

fn impatient() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.panic_when_stuck(PATIENCE).build().unwrap()
}

/// Two tasks that take two locks, each the other's first.
async fn dine() {
    let (fork, knife) = (Rc::new(Mutex::new(())), Rc::new(Mutex::new(())));
    let eat = |one: &Rc<Mutex<()>>, two: &Rc<Mutex<()>>| {
        let (one, two) = (one.clone(), two.clone());
        async move {
            let _one = one.lock().await;
            toque::task::yield_now().await;
            drop(two.lock().await);
        }
    };
    let (first, second) = (eat(&fork, &knife), eat(&knife, &fork));
    let first = toque::task::Builder::new().name("left").spawn(first);
    let second = toque::task::Builder::new().name("right").spawn(second);
    first.unwrap().await.unwrap();
    second.unwrap().await.unwrap();
}

#[test]
fn a_deadlock_is_told_with_who_waits_for_what() {
    let begin = Instant::now();
    let panic = caught(|| impatient().block_on(dine()));
    assert!(begin.elapsed() >= PATIENCE, "other threads have their time");
    panic.assert_names(
        file!(),
        &[
            "`block_on` is stuck",
            "no other thread has woken it for 60ms",
            "\"left\", spawned at tests/runtime_stuck.rs",
            "waits for Mutex::lock at tests/runtime_stuck.rs",
            "block_on, called at tests/runtime_stuck.rs",
        ],
    );
}

#[test]
fn one_that_waits_for_itself_is_told() {
    drop(caught(|| {
        impatient().block_on(async {
            let (_send, receive) = oneshot::channel::<()>();
            receive.await.unwrap();
        });
    }));
    drop(caught(|| impatient().block_on(pending::<()>())));
}

#[test]
fn so_it_is_under_a_paused_clock_when_the_last_timer_has_gone() {
    let mut builder = Builder::new_current_thread();
    let builder = builder.panic_when_stuck(PATIENCE).start_paused(true);
    let runtime = builder.build().unwrap();
    drop(caught(|| {
        runtime.block_on(async {
            sleep(Duration::from_secs(86_400)).await;
            pending::<()>().await;
        });
    }));
}

#[test]
fn the_runtime_can_be_used_again() {
    let runtime = impatient();
    drop(caught(|| runtime.block_on(pending::<()>())));
    runtime.block_on(async {
        sleep(Duration::from_millis(1)).await;
        assert_eq!(spawn(async { 1 }).await.unwrap(), 1);
    });
    drop(caught(|| runtime.block_on(pending::<()>())));
}

#[test]
fn a_timer_is_waited_for() {
    impatient().block_on(async { sleep(LATER).await });
}

#[test]
fn a_blocking_job_is_waited_for() {
    let job = || thread::sleep(LATER);
    impatient().block_on(async { toque::spawn_blocking(job).await.unwrap() });
}

#[test]
fn a_blocking_job_that_nobody_awaits_ends_the_wait_in_time() {
    drop(caught(|| {
        impatient().block_on(async {
            drop(toque::spawn_blocking(|| thread::sleep(LATER)));
            pending::<()>().await;
        });
    }));
}

#[test]
fn a_socket_is_waited_for() {
    impatient().block_on(async {
        let socket = toque::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let own = socket.local_addr().unwrap();
        thread::spawn(move || {
            thread::sleep(LATER);
            let other = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            other.send_to(b"soup", own).unwrap();
        });
        socket.recv(&mut [0; 8]).await.unwrap();
    });
}

#[test]
fn a_handle_may_spawn() {
    impatient().block_on(async {
        let (send, receive) = oneshot::channel();
        let handle = Handle::current();
        thread::spawn(move || {
            thread::sleep(LATER);
            drop(handle.spawn(async { send.send(()).unwrap() }));
        });
        receive.await.unwrap();
    });
}

#[test]
fn when_the_last_handle_has_gone_it_may_not() {
    drop(caught(|| {
        impatient().block_on(async {
            let handle = Handle::current();
            thread::spawn(move || {
                thread::sleep(LATER);
                drop(handle);
            });
            pending::<()>().await;
        });
    }));
}

#[test]
fn other_threads_have_all_the_time_that_they_are_given() {
    let mut builder = Builder::new_current_thread();
    let builder = builder.panic_when_stuck(Duration::MAX);
    builder.build().unwrap().block_on(async {
        let (send, receive) = oneshot::channel();
        thread::spawn(move || {
            thread::sleep(LATER);
            send.send(()).unwrap();
        });
        receive.await.unwrap();
    });
}

#[test]
fn each_wake_begins_the_patience_anew() {
    // Long, so that a slow machine has time for one wake, and short enough for all of them together to take longer.
    let patience = Duration::from_secs(2);
    let mut builder = Builder::new_current_thread();
    let builder = builder.panic_when_stuck(patience);
    builder.build().unwrap().block_on(async {
        let (send, mut receive) = toque::sync::mpsc::channel(1);
        thread::spawn(move || {
            for _ in 0..10 {
                thread::sleep(patience / 8);
                send.blocking_send(()).unwrap();
            }
        });
        while receive.recv().await.is_some() {}
    });
}
