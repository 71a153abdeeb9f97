//! `TaskTracker`: whoever waits learns of the moment in which it was closed and empty.

mod by_hand;
mod tools;

use std::rc::Rc;
use std::sync::mpsc;
use std::thread;

use by_hand::{ByHand, now};
use tools::{hold, let_others_run, on_drop, run, watched};
use toque::task::TaskTracker;
use toque::{Handle, Runtime};

#[test]
fn only_what_is_closed_and_empty_is_done() {
    let tracker = TaskTracker::new();
    assert!(!tracker.is_closed());
    drop(ByHand::waiting(tracker.wait()));
    let token = tracker.token();
    assert!(tracker.close());
    assert!(!tracker.close());
    let waiting = ByHand::waiting(tracker.wait());
    drop(token);
    waiting.ready_after_a_wake();
    now(tracker.wait());
    assert!(tracker.reopen());
    assert!(!tracker.reopen());
    drop(ByHand::waiting(tracker.wait()));
}

#[test]
fn closing_what_is_empty_wakes_all_who_wait() {
    let tracker = TaskTracker::new();
    let waiting = [tracker.wait(), tracker.wait()].map(ByHand::waiting);
    tracker.close();
    waiting.into_iter().for_each(ByHand::ready_after_a_wake);
}

#[test]
fn a_moment_that_has_passed_counts() {
    let tracker = TaskTracker::new();
    let unpolled = tracker.wait();
    let waiting = ByHand::waiting(tracker.wait());
    tracker.close();
    let token = tracker.token();
    now(unpolled);
    waiting.ready_after_a_wake();
    drop(ByHand::waiting(tracker.wait()));
    drop(token);
}

#[test]
fn a_moment_before_the_first_poll_counts() {
    let tracker = TaskTracker::new();
    tracker.close();
    let wait = tracker.wait();
    tracker.reopen();
    now(wait);
}

#[test]
fn an_empty_moment_of_an_open_tracker_is_none() {
    let tracker = TaskTracker::new();
    drop(tracker.token());
    let waiting = ByHand::waiting(tracker.wait());
    drop(tracker.token());
    assert!(!waiting.is_woken());
}

#[test]
fn clones_are_one_tracker_and_cloned_tokens_are_two() {
    let tracker = TaskTracker::new();
    let same = tracker.clone();
    let token = tracker.token();
    let second = token.clone();
    assert!(TaskTracker::ptr_eq(token.task_tracker(), &same));
    assert!(!TaskTracker::ptr_eq(&tracker, &TaskTracker::default()));
    assert_eq!(same.len(), 2);
    drop((token, second));
    assert!(same.is_empty());
    tracker.close();
    assert!(same.is_closed());
}

#[test]
fn every_way_to_spawn_is_tracked() {
    watched(|| {
        let runtime = Runtime::new().unwrap();
        let tracker = TaskTracker::new();
        let before = tracker.spawn_local_on(async { Rc::new(0) }, &runtime);
        runtime.block_on(async {
            let local = tracker.spawn(async { Rc::new(1) });
            let second = tracker.spawn_local(async { Rc::new(2) });
            let sent = tracker.spawn_on(async { 3 }, &Handle::current());
            let job = tracker.spawn_blocking(|| 4);
            let other_job = tracker.spawn_blocking_on(|| 5, &Handle::current());
            tracker.close();
            assert!(!tracker.is_empty());
            tracker.wait().await;
            assert!(tracker.is_empty());
            let rcs = [before, local, second].map(|task| async { *task.await.unwrap() });
            let mut sum = 0;
            for rc in rcs {
                sum += rc.await;
            }
            for task in [sent, job, other_job] {
                sum += task.await.unwrap();
            }
            assert_eq!(sum, 15);
        });
    });
}

#[test]
fn an_aborted_and_a_panicked_task_are_counted_out() {
    run(async {
        let tracker = TaskTracker::new();
        let unpolled = tracker.spawn(std::future::pending::<()>());
        unpolled.abort();
        let panicked = tracker.spawn(async { panic!("burnt") });
        let job = tracker.spawn_blocking(|| panic!("burnt"));
        tracker.close();
        tracker.wait().await;
        assert!(unpolled.await.is_err() && panicked.await.is_err() && job.await.is_err());
    });
}

#[test]
fn a_future_is_dropped_before_it_is_counted_out() {
    run(async {
        let tracker = TaskTracker::new();
        let (tell, told) = mpsc::channel();
        let same = tracker.clone();
        let guard = on_drop(move || tell.send(same.len()).unwrap());
        let task = tracker.spawn(hold(guard));
        let_others_run().await;
        task.abort();
        tracker.close();
        tracker.wait().await;
        assert_eq!((told.try_recv(), tracker.len()), (Ok(1), 0));
    });
}

/// A closure that is never called is dropped before it is counted out, too.
#[test]
fn a_cancelled_job_is_dropped_before_it_is_counted_out() {
    let tracker = TaskTracker::new();
    let gone = Runtime::new().unwrap().handle().clone();
    let (tell, told) = mpsc::channel();
    let same = tracker.clone();
    let guard = on_drop(move || tell.send(same.len()).unwrap());
    let job = tracker.spawn_blocking_on(move || drop(guard), &gone);
    assert!(job.is_finished());
    assert_eq!((told.try_recv(), tracker.len()), (Ok(1), 0));
}

#[test]
fn a_dropped_tracker_leaves_its_tasks_alone() {
    run(async {
        let tracker = TaskTracker::new();
        let task = tracker.spawn(async { 1 });
        drop(tracker);
        assert_eq!(task.await.unwrap(), 1);
    });
}

#[test]
fn tokens_are_dropped_on_any_thread() {
    watched(|| {
        let tracker = TaskTracker::new();
        let tokens: Vec<_> = (0..4).map(|_| tracker.token()).collect();
        tracker.close();
        let waiter = thread::spawn({
            let tracker = tracker.clone();
            move || run(tracker.wait())
        });
        for token in tokens {
            thread::spawn(move || drop(token));
        }
        waiter.join().unwrap();
    });
}
