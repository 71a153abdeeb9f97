//! Where a runtime is and where it is not: what is asked for in the wrong place says where it was asked, and what to do.

mod tools;

use std::future::{Future, pending, poll_fn, ready};
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use tools::{Caught, caught, let_others_run, poll_once, run, watched};
use toque::io::Async;
use toque::net::{TcpListener, TcpStream};
use toque::task::{consume_budget, yield_now};
use toque::time::{self, Instant};
use toque::{Builder, Handle, Runtime, spawn, spawn_blocking};

const OUTSIDE: [&str; 2] = [
    "no toque runtime on this thread",
    "call it inside `block_on`",
];

/// Demands that an action panics where it stands, with these words.
macro_rules! assert_panics_here {
    ($words:expr, $action:expr) => {{
        let (caught, line): (Caught, u32) = (caught(|| $action), line!());
        caught.assert_names(file!(), &$words);
        assert!((line..line + 5).contains(&caught.line), "{caught:?}"); // the call may be broken into lines
    }};
}

#[test]
fn outside_of_a_runtime_everything_panics_where_it_is_called() {
    assert_panics_here!(OUTSIDE, drop(spawn(async {})));
    assert_panics_here!(OUTSIDE, drop(toque::task::spawn_local(async {})));
    assert_panics_here!(OUTSIDE, drop(spawn_blocking(|| ())));
    assert_panics_here!(OUTSIDE, Handle::current());
    assert_panics_here!(OUTSIDE, time::sleep(Duration::ZERO));
    assert_panics_here!(OUTSIDE, time::sleep_until(Instant::now()));
    assert_panics_here!(OUTSIDE, time::timeout(Duration::ZERO, pending::<()>()));
    assert_panics_here!(OUTSIDE, time::timeout_at(Instant::now(), pending::<()>()));
    assert_panics_here!(OUTSIDE, time::interval(Duration::from_secs(1)));
    assert_panics_here!(
        OUTSIDE,
        time::interval_at(Instant::now(), Duration::from_secs(1))
    );
    assert_panics_here!(OUTSIDE, Async::new(UnixStream::pair().unwrap().0));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    assert_panics_here!(OUTSIDE, TcpStream::from_std(stream.try_clone().unwrap()));
    assert_panics_here!(
        OUTSIDE,
        TcpListener::from_std(listener.try_clone().unwrap())
    );
    assert!(Handle::try_current().is_err());
    let error = Handle::try_current().unwrap_err().to_string();
    assert!(OUTSIDE.iter().all(|words| error.contains(words)), "{error}");
}

#[test]
fn an_instant_is_had_outside_of_a_runtime_as_well() {
    let before = std::time::Instant::now();
    let now = Instant::now();
    assert!(before <= now.into_std());
    assert!(now.elapsed() < Duration::from_secs(3600));
}

#[test]
fn block_on_within_block_on_panics_where_it_is_called_and_the_outer_one_goes_on() {
    const WORDS: [&str; 3] = [
        "`block_on` within `block_on`",
        "Await the future",
        "`spawn`",
    ];
    let (one, two) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    one.block_on(async {
        assert_panics_here!(WORDS, one.block_on(async {}));
        assert_panics_here!(WORDS, two.block_on(async {}));
        let task = spawn(async {
            assert_panics_here!(WORDS, Runtime::new().unwrap().block_on(async {}));
            "served"
        });
        assert_eq!(task.await.unwrap(), "served");
        time::sleep(Duration::from_millis(1)).await;
    });
    two.block_on(async {});
}

#[test]
fn a_second_runtime_runs_on_the_same_thread_once_the_first_is_left() {
    let (one, two) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let task = one.spawn(async { 1 });
    two.block_on(let_others_run());
    assert!(!task.is_finished(), "its own runtime has not run");
    let two_is_current = two.block_on(async { format!("{:?}", Handle::current()) });
    assert_eq!(two_is_current, format!("{:?}", two.handle()));
    assert_eq!(one.block_on(task).unwrap(), 1);
}

#[test]
fn a_handle_of_one_runtime_is_awaited_in_another_of_the_same_thread() {
    let (one, two) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let mut task = one.spawn(async { 1 });
    let first = two.block_on(poll_fn(|cx| Poll::Ready(poll_once(&mut task, cx.waker()))));
    assert!(first.is_pending());
    one.block_on(let_others_run());
    assert_eq!(two.block_on(task).unwrap(), 1);
}

#[test]
#[expect(clippy::async_yields_async, reason = "the sleep itself is wanted")]
fn a_sleep_is_awaited_by_its_own_runtime_only() {
    const WORDS: [&str; 2] = ["not its runtime's", "`block_on`"];
    let mut nap = run(async { Box::pin(time::sleep(Duration::from_secs(3600))) });
    let nap_ref = &mut nap;
    let outside = caught(|| poll_once(nap_ref, Waker::noop()));
    outside.assert_names(&outside.file, &WORDS);
    let nap_ref = &mut nap;
    let in_another = caught(|| run(nap_ref));
    in_another.assert_names(&in_another.file, &WORDS);
    thread::spawn(move || caught(|| poll_once(&mut nap, Waker::noop())))
        .join()
        .unwrap()
        .assert_names(&outside.file, &WORDS);
}

/// Seen to fail: both hung.
#[test]
fn who_waits_under_the_guard_of_a_runtime_that_has_ended_is_told_so() {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let mut begun = {
        let _inside = runtime.enter();
        Box::pin(time::sleep(Duration::from_secs(3600)))
    };
    runtime.block_on(async { assert!(poll_once(&mut begun, Waker::noop()).is_pending()) });
    let handle = runtime.handle().clone();
    let _guard = handle.enter();
    drop(runtime);
    for accepted in [
        handle.block_on(listener.accept()),
        handle.block_on(poll_fn(|cx| listener.poll_accept(cx))),
    ] {
        let error = accepted.unwrap_err().to_string();
        assert!(error.contains("after its runtime has ended"), "{error}");
    }
    let fresh = Box::pin(time::sleep(Duration::from_millis(1)));
    for sleep in [begun, fresh] {
        let caught = caught(|| handle.block_on(sleep));
        assert!(
            caught.message.contains("after its runtime had ended"),
            "{caught:?}"
        );
    }
}

#[test]
fn on_a_thread_of_the_pool_the_handle_is_that_of_its_employer() {
    let runtime = Runtime::new().unwrap();
    let ours = format!("{:?}", runtime.handle());
    let (theirs, served) = runtime.block_on(async {
        let job = spawn_blocking(|| {
            assert_panics_here!(["pool", "`Handle::current().spawn`"], drop(spawn(async {})));
            assert_panics_here!(["pool"], time::sleep(Duration::ZERO));
            let handle = Handle::current();
            let nested = spawn_blocking(|| 7); // on the same pool
            let task = handle.spawn(async { time::sleep(Duration::from_millis(1)).await });
            (format!("{handle:?}"), task, nested)
        });
        let (theirs, task, nested) = job.await.unwrap();
        task.await.unwrap();
        (theirs, nested.await.unwrap())
    });
    assert_eq!(theirs, ours);
    assert_eq!(served, 7);
}

#[test]
fn a_thread_of_the_pool_may_block_on_a_runtime_of_its_own() {
    watched(|| {
        let outer = Builder::new_current_thread()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        let ours = format!("{:?}", outer.handle());
        outer.block_on(async {
            for _ in 0..2 {
                let ours = ours.clone();
                let job = spawn_blocking(move || {
                    let inner = Runtime::new().unwrap();
                    let (seen, slept) = inner.block_on(async {
                        let start = Instant::now();
                        spawn(time::sleep(Duration::from_millis(2))).await.unwrap();
                        (format!("{:?}", Handle::current()), start.elapsed())
                    });
                    assert_eq!(seen, format!("{:?}", inner.handle()));
                    drop(inner);
                    assert_eq!(format!("{:?}", Handle::current()), ours);
                    slept
                });
                assert!(job.await.unwrap() >= Duration::from_millis(2));
            }
        });
    });
}

#[test]
fn a_task_of_the_outer_runtime_answers_a_job_that_waits_for_it() {
    watched(|| {
        run(async {
            let handle = Handle::current();
            let job = spawn_blocking(move || run(handle.spawn(async { 7 })));
            assert_eq!(job.await.unwrap().unwrap(), 7);
        });
    });
}

#[test]
fn a_thread_that_blocks_on_a_handle_works_for_its_runtime_meanwhile() {
    let runtime = Runtime::new().unwrap();
    let handle = runtime.handle().clone();
    let far = thread::spawn(move || {
        let seen = handle.block_on(async { Handle::current().id() });
        (seen, Handle::try_current().is_err())
    });
    assert_eq!(far.join().unwrap(), (runtime.handle().id(), true));
}

#[test]
fn a_handle_reaches_a_runtime_that_is_parked() {
    watched(|| {
        let runtime = Runtime::new().unwrap();
        let handle = runtime.handle().clone();
        let (sender, receiver) = toque::sync::oneshot::channel();
        let far = thread::spawn(move || handle.spawn(async move { sender.send(7).unwrap() }));
        assert_eq!(runtime.block_on(receiver).unwrap(), 7);
        runtime.block_on(far.join().unwrap()).unwrap();
    });
}

/// The budget is a task's: what is polled on the thread after `block_on` has none, since nobody would fill it again.
/// Seen to fail with the last poll's budget left in place.
#[test]
fn what_is_polled_after_block_on_is_not_short_of_budget() {
    const MORE_THAN_ONE_BUDGET: usize = 1000;
    watched(|| {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            for _ in 0..127 {
                consume_budget().await;
            }
        });
        let polled = (0..MORE_THAN_ONE_BUDGET)
            .map(|_| poll_once(&mut Box::pin(consume_budget()), Waker::noop()))
            .filter(Poll::is_ready)
            .count();
        assert_eq!(polled, MORE_THAN_ONE_BUDGET);
    });
}

/// A future with a borrow, not `Send`, on the stack.
#[test]
fn block_on_takes_futures_that_stay_where_they_are() {
    let runtime = Runtime::new().unwrap();
    let mut order = String::from("soup");
    let len = runtime.block_on(async {
        yield_now().await;
        order.push_str(", bread");
        order.len()
    });
    assert_eq!(len, order.len());
    assert_eq!(runtime.block_on(ready(7)), 7);
}

#[test]
fn a_joined_handle_polled_again_says_so() {
    run(async {
        let mut task = spawn(async {});
        poll_fn(|cx| Pin::new(&mut task).poll(cx)).await.unwrap();
        let again = caught(|| poll_once(&mut task, Waker::noop()));
        again.assert_names(&again.file, &["`JoinHandle` polled after completion"]);
    });
}

#[test]
fn settings_that_make_no_sense_are_refused_where_they_are_made() {
    let mut builder = Builder::new_current_thread();
    assert_panics_here!(["event_interval"], drop(builder.event_interval(0).build()));
    assert_panics_here!(
        ["max_blocking_threads"],
        drop(builder.max_blocking_threads(0).build())
    );
    assert_panics_here!(["period"], time::interval(Duration::ZERO));
}

#[test]
fn the_event_interval_may_be_as_short_and_as_long_as_it_can() {
    watched(|| {
        for interval in [1, 2, u32::MAX] {
            let runtime = Builder::new_current_thread()
                .event_interval(interval)
                .build()
                .unwrap();
            runtime.block_on(async {
                let (sender, receiver) = mpsc::channel();
                let task = spawn_blocking(move || sender.send(7).unwrap());
                let waits = spawn(async { time::sleep(Duration::from_millis(1)).await });
                task.await.unwrap();
                waits.await.unwrap();
                assert_eq!(receiver.recv().unwrap(), 7);
            });
        }
    });
}

/// The auto traits that the documentation promises.
#[test]
fn what_may_cross_threads_and_what_may_not() {
    fn send_and_sync<T: Send + Sync>() {}
    send_and_sync::<Handle>();
    send_and_sync::<toque::task::AbortHandle>();
    send_and_sync::<toque::JoinError>();
    send_and_sync::<time::Sleep>();
    send_and_sync::<time::Interval>();
    send_and_sync::<time::Timeout<time::Sleep>>();
    send_and_sync::<TcpStream>();
    send_and_sync::<TcpListener>();
    send_and_sync::<Async<UnixStream>>();
    send_and_sync::<Builder>();
    fn send<T: Send>() {}
    send::<toque::JoinHandle<Arc<u8>>>();
}

#[test]
fn a_task_is_aborted_from_afar_while_another_holds_the_guard_of_another_runtime() {
    let (ours, other) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let victim = ours.spawn(pending::<()>());
    let handle = victim.abort_handle();
    let error = ours.block_on(async {
        let _entered = other.enter(); // and kept over the await
        spawn_elsewhere(move || handle.abort()).await;
        victim.await.unwrap_err()
    });
    assert!(error.is_cancelled());
}

/// Calls a function on another thread, and waits for its end.
async fn spawn_elsewhere(action: impl FnOnce() + Send + 'static) {
    let (done, end) = toque::sync::oneshot::channel();
    thread::spawn(move || {
        action();
        done.send(()).unwrap();
    });
    end.await.unwrap();
}
