//! Home: a task's future is dropped on its own thread, once, whoever ends it and from wherever.
//! tokio-rs/tokio#3929 and RUSTSEC-2021-0072: a `LocalSet` task aborted from another thread was dropped on that thread.

mod tools;

use std::cell::RefCell;
use std::future::{Future, pending, poll_fn};
use std::rc::Rc;
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::thread;

use tools::{
    Count, CountingWaker, Drops, counting, hold, let_others_run, on_drop, poll_once, run, watched,
};
use toque::task::{AbortHandle, JoinHandle, yield_now};
use toque::{Handle, Runtime, spawn};

/// Runs `action` on another thread, to its end.
fn abroad<R: Send>(action: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| scope.spawn(action).join().unwrap())
}

#[test]
fn a_task_aborted_from_another_thread_is_dropped_at_home() {
    watched(|| {
        run(async {
            let drops = Drops::default();
            let waiting = spawn(hold(drops.guard()));
            let_others_run().await;
            let unpolled = spawn(hold(drops.guard()));
            abroad(|| {
                waiting.abort();
                unpolled.abort_handle().abort();
            });
            assert!(waiting.await.unwrap_err().is_cancelled());
            assert!(unpolled.await.unwrap_err().is_cancelled());
            drops.assert_at_home(2);
        });
    });
}

/// Seen to fail with `AbortHandle::abort` without its errand.
#[test]
fn an_abort_from_another_thread_wakes_a_runtime_that_sleeps() {
    watched(|| {
        run(async {
            let drops = Drops::default();
            let task = spawn(hold(drops.guard()));
            let_others_run().await;
            let aborter = thread::spawn({
                let handle = task.abort_handle();
                move || handle.abort()
            });
            assert!(task.await.unwrap_err().is_cancelled());
            aborter.join().unwrap();
            drops.assert_at_home(1);
        });
    });
}

#[test]
fn a_task_whose_last_waker_and_handle_go_elsewhere_is_dropped_at_home_with_its_runtime() {
    let drops = Drops::default();
    let runtime = Runtime::new().unwrap();
    let waker = Arc::new(Mutex::new(None::<Waker>));
    let task = runtime.spawn({
        let (waker, guard) = (waker.clone(), drops.guard());
        async move {
            let _guard = guard;
            poll_fn::<(), _>(|cx| {
                *waker.lock().unwrap() = Some(cx.waker().clone());
                Poll::Pending
            })
            .await;
        }
    });
    runtime.block_on(let_others_run());
    abroad(|| {
        drop(task);
        drop(waker.lock().unwrap().take());
    });
    runtime.block_on(let_others_run());
    drop(runtime);
    drops.assert_at_home(1);
}

#[test]
fn a_handle_dropped_elsewhere_leaves_its_task_running() {
    run(async {
        let drops = Drops::default();
        let polls = Count::default();
        let (open, mut door) = toque::sync::oneshot::channel();
        let task = spawn(counting(polls.clone(), {
            let guard = drops.guard();
            async move {
                let _guard = guard;
                (&mut door).await
            }
        }));
        let_others_run().await;
        abroad(|| drop(task));
        open.send(()).unwrap();
        let_others_run().await;
        assert_eq!(polls.get(), 2);
        drops.assert_at_home(1);
    });
}

#[test]
fn an_output_goes_with_the_handle_and_the_future_stays() {
    run(async {
        let (futures, outputs) = (Drops::default(), Drops::default());
        let task = spawn({
            let (future, output) = (futures.guard(), outputs.guard());
            async move {
                let _future = future;
                output
            }
        });
        let_others_run().await;
        assert!(task.is_finished());
        futures.assert_at_home(1);
        assert_eq!(outputs.all.get(), 0);
        abroad(|| drop(task));
        assert_eq!((outputs.all.get(), outputs.abroad.get()), (1, 1));
        futures.assert_at_home(1);
    });
}

#[test]
fn a_task_that_panics_is_dropped_at_home() {
    run(async {
        let drops = Drops::default();
        let task = spawn({
            let guard = drops.guard();
            async move {
                let _guard = guard;
                panic!("burnt");
            }
        });
        let error = task.await.unwrap_err();
        assert!(error.is_panic());
        drops.assert_at_home(1);
    });
}

#[test]
fn a_task_spawned_from_another_thread_lives_and_ends_at_home() {
    watched(|| {
        run(async {
            let drops = Drops::default();
            let handle = Handle::current();
            let guards = [drops.guard(), drops.guard(), drops.guard()];
            let [done, aborted, dropped] = abroad(|| guards.map(|guard| handle.spawn(hold(guard))));
            done.abort();
            assert!(done.await.unwrap_err().is_cancelled());
            abroad(|| aborted.abort()); // before or after its first poll
            assert!(aborted.await.unwrap_err().is_cancelled());
            drops.assert_at_home(2);
            drop(dropped);
            let_others_run().await;
            drops.assert_at_home(2);
        });
    });
}

/// It was never there, so it is dropped where it was spawned.
#[test]
fn a_task_spawned_after_the_runtime_is_cancelled_on_the_spot() {
    let handle = Runtime::new().unwrap().handle().clone();
    abroad(|| {
        let drops = Drops::default();
        let mut task = handle.spawn(hold(drops.guard()));
        drops.assert_at_home(1);
        assert!(task.is_finished());
        let Poll::Ready(outcome) = poll_once(&mut task, Waker::noop()) else {
            panic!("pending");
        };
        assert!(outcome.unwrap_err().is_cancelled());
        let job = handle.spawn_blocking(|| ());
        assert!(job.is_finished());
    });
}

/// DataDog/glommio#379, monoio-rs/monoio#292: a join handle dropped elsewhere while the task completes.
#[test]
fn a_handle_dropped_elsewhere_while_its_task_ends_drops_one_output() {
    const ROUNDS: usize = 2_000;
    watched(|| {
        let (futures, outputs) = (Drops::default(), Drops::default());
        let (to_dropper, handles) =
            mpsc::sync_channel::<(JoinHandle<tools::HomeBound>, Arc<Barrier>)>(1);
        let dropper = thread::spawn(move || {
            for (handle, start) in handles {
                start.wait();
                drop(handle);
            }
        });
        run(async {
            for _ in 0..ROUNDS {
                let (future, output) = (futures.guard(), outputs.guard());
                let start = Arc::new(Barrier::new(2));
                let task = spawn({
                    let start = start.clone();
                    async move {
                        let _future = future;
                        start.wait();
                        output
                    }
                });
                to_dropper.send((task, start)).unwrap();
                yield_now().await;
            }
        });
        drop(to_dropper);
        dropper.join().unwrap();
        futures.assert_at_home(ROUNDS);
        assert_eq!(outputs.all.get(), ROUNDS);
    });
}

/// The same with an abort: the outcome is one of two, and all is dropped once.
#[test]
fn an_abort_from_elsewhere_while_its_task_ends_is_in_time_or_too_late() {
    const ROUNDS: usize = 2_000;
    watched(|| {
        let (futures, outputs) = (Drops::default(), Drops::default());
        let (to_aborter, handles) = mpsc::sync_channel::<(AbortHandle, Arc<Barrier>)>(1);
        let aborter = thread::spawn(move || {
            for (handle, start) in handles {
                start.wait();
                handle.abort();
            }
        });
        let ended = run(async {
            let mut ended = 0;
            for _ in 0..ROUNDS {
                let (future, output) = (futures.guard(), outputs.guard());
                let start = Arc::new(Barrier::new(2));
                let task = spawn({
                    let start = start.clone();
                    async move {
                        let _future = future;
                        yield_now().await;
                        start.wait();
                        yield_now().await;
                        output
                    }
                });
                to_aborter.send((task.abort_handle(), start)).unwrap();
                match task.await {
                    Ok(output) => {
                        ended += 1;
                        drop(output);
                    }
                    Err(error) => assert!(error.is_cancelled()),
                }
            }
            ended
        });
        drop(to_aborter);
        aborter.join().unwrap();
        futures.assert_at_home(ROUNDS);
        assert!(ended <= ROUNDS);
        // An output that was not made is dropped with its future.
        outputs.assert_at_home(ROUNDS);
    });
}

#[test]
fn a_task_aborted_before_its_first_poll_is_never_polled() {
    run(async {
        let polls = Count::default();
        let task = spawn(counting(polls.clone(), pending::<()>()));
        task.abort();
        task.abort(); // twice is once
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(polls.get(), 0);
    });
}

/// It needs no errand: the mark and the wake are made on the spot.
/// Seen to fail with every abort sent home.
#[test]
fn a_task_aborted_at_home_is_dropped_with_the_next_turn_of_the_queue() {
    run(async {
        let drops = Drops::default();
        let task = spawn(hold(drops.guard()));
        let_others_run().await;
        let handle = task.abort_handle();
        assert!(!task.is_finished() && !handle.is_finished());
        handle.abort();
        assert!(!task.is_finished() && !handle.is_finished(), "not yet");
        yield_now().await;
        drops.assert_at_home(1);
        assert!(task.is_finished() && handle.is_finished());
    });
}

#[test]
fn a_task_that_aborts_itself_in_its_first_poll_is_not_polled_again() {
    watched(|| {
        run(async {
            let (polls, drops) = (Count::default(), Drops::default());
            let own = Rc::new(RefCell::new(None::<AbortHandle>));
            let task = spawn(counting(polls.clone(), {
                let (own, guard) = (own.clone(), drops.guard());
                async move {
                    own.borrow().as_ref().unwrap().abort();
                    hold(guard).await;
                }
            }));
            own.replace(Some(task.abort_handle()));
            assert!(task.await.unwrap_err().is_cancelled());
            assert_eq!(polls.get(), 1);
            drops.assert_at_home(1);
        });
    });
}

#[test]
fn a_task_that_aborts_itself_in_a_later_poll_is_not_polled_again() {
    watched(|| {
        run(async {
            let polls = Count::default();
            let own = Rc::new(RefCell::new(None::<AbortHandle>));
            let task = spawn(counting(polls.clone(), {
                let own = own.clone();
                async move {
                    yield_now().await;
                    own.borrow().as_ref().unwrap().abort();
                    pending::<()>().await;
                }
            }));
            own.replace(Some(task.abort_handle()));
            assert!(task.await.unwrap_err().is_cancelled());
            assert_eq!(polls.get(), 2);
        });
    });
}

/// An abort is no more than a mark while the task runs: what it finishes in that poll counts.
#[test]
fn a_task_that_aborts_itself_and_ends_has_ended() {
    run(async {
        let own = Rc::new(RefCell::new(None::<AbortHandle>));
        let task = spawn({
            let own = own.clone();
            async move {
                own.borrow().as_ref().unwrap().abort();
                "served"
            }
        });
        own.replace(Some(task.abort_handle()));
        assert_eq!(task.await.unwrap(), "served");
    });
}

#[test]
fn a_task_that_aborts_itself_in_its_own_destructor_is_cancelled_once() {
    run(async {
        let drops = Drops::default();
        let own = Rc::new(RefCell::new(None::<AbortHandle>));
        let task = spawn({
            let own = own.clone();
            let guard = drops.guard();
            let again = on_drop(move || own.borrow().as_ref().unwrap().abort());
            hold((guard, again))
        });
        own.replace(Some(task.abort_handle()));
        let_others_run().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        drops.assert_at_home(1);
    });
}

#[test]
fn an_abort_after_the_end_changes_nothing() {
    run(async {
        let task = spawn(async { 7 });
        let handle = task.abort_handle();
        assert_eq!(handle.id(), task.id());
        let_others_run().await;
        assert!(handle.is_finished() && task.is_finished());
        handle.abort();
        task.abort();
        assert_eq!(task.await.unwrap(), 7);
        handle.abort();
    });
}

/// A place in the table of those who wait is used again: an old abort handle must not reach the new tenant.
#[test]
fn an_old_abort_handle_does_not_reach_the_task_that_came_after() {
    run(async {
        let (open, door) = toque::sync::oneshot::channel::<()>();
        let first = spawn(door);
        let (old, older) = (first.abort_handle(), first.abort_handle());
        let_others_run().await;
        open.send(()).unwrap();
        first.await.unwrap().unwrap();
        let polls = Count::default();
        let second = spawn(counting(polls.clone(), pending::<()>()));
        let_others_run().await;
        old.abort();
        abroad(|| older.abort());
        let_others_run().await;
        assert!(!second.is_finished());
        assert_eq!(polls.get(), 1);
    });
}

#[test]
fn an_abort_between_two_block_ons_is_seen_by_the_second() {
    watched(|| {
        let drops = Drops::default();
        let runtime = Runtime::new().unwrap();
        let task = runtime.spawn(hold(drops.guard()));
        runtime.block_on(let_others_run());
        task.abort();
        assert_eq!(
            drops.all.get(),
            0,
            "dropped at its next turn, and not before"
        );
        let outcome = runtime.block_on(task);
        assert!(outcome.unwrap_err().is_cancelled());
        drops.assert_at_home(1);
    });
}

/// Issue 4.
#[test]
fn a_handle_is_awaited_on_another_threads_runtime() {
    watched(|| {
        let drops = Drops::default();
        run(async {
            let (sender, receiver) = toque::sync::oneshot::channel::<u32>();
            let guard = drops.guard();
            let task = spawn(async move {
                let _guard = guard;
                receiver.await.unwrap() + 1
            });
            let far = thread::spawn(move || run(task));
            let_others_run().await;
            sender.send(41).unwrap();
            while !far.is_finished() {
                yield_now().await;
            }
            assert_eq!(far.join().unwrap().unwrap(), 42);
        });
        drops.assert_at_home(1);
    });
}

#[test]
fn a_handle_awaited_on_another_threads_runtime_learns_of_the_end_of_its_own() {
    watched(|| {
        let runtime = Runtime::new().unwrap();
        let task = runtime.spawn(pending::<()>());
        runtime.block_on(let_others_run());
        let (polled, was_polled) = mpsc::channel();
        let far = thread::spawn(move || {
            let mut task = task;
            run(poll_fn(move |cx| {
                let poll = std::pin::Pin::new(&mut task).poll(cx);
                let _ = polled.send(());
                poll
            }))
        });
        was_polled.recv().unwrap();
        drop(runtime);
        assert!(far.join().unwrap().unwrap_err().is_cancelled());
    });
}

/// tokio-rs/tokio#1842: handles of every state, dropped with work unfinished.
#[test]
fn a_handle_is_woken_once_and_by_the_last_waker_that_polled_it() {
    run(async {
        let (open, door) = toque::sync::oneshot::channel::<()>();
        let mut task = spawn(door);
        let (first, second) = (
            Arc::new(CountingWaker::default()),
            Arc::new(CountingWaker::default()),
        );
        assert!(poll_once(&mut task, &first.clone().into()).is_pending());
        assert!(poll_once(&mut task, &second.clone().into()).is_pending());
        open.send(()).unwrap();
        let_others_run().await;
        assert_eq!((first.wakes(), second.wakes()), (0, 1));
        assert!(poll_once(&mut task, Waker::noop()).is_ready());
    });
}
