//! `AbortOnDropHandle` and `AbortOnDrop`: the handle and its task end together, unless it is let go.
//! tokio-rs/tokio#1830, #6160: that a plain handle detaches when it is dropped surprised many.

mod tools;

use tools::{Drops, hold, let_others_run, run};
use toque::spawn;
use toque::task::{AbortOnDrop, AbortOnDropHandle};

#[test]
fn a_dropped_handle_takes_its_task_along() {
    run(async {
        let drops = Drops::default();
        let polled = AbortOnDropHandle::new(spawn(hold(drops.guard())));
        let_others_run().await;
        let unpolled = AbortOnDropHandle::new(spawn(hold(drops.guard())));
        drop((polled, unpolled));
        let_others_run().await;
        drops.assert_at_home(2);
    });
}

#[test]
fn a_future_that_awaits_the_handle_takes_the_task_along() {
    run(async {
        let drops = Drops::default();
        let inner = AbortOnDropHandle::new(spawn(hold(drops.guard())));
        let outer = spawn(inner);
        let_others_run().await;
        outer.abort();
        assert!(outer.await.unwrap_err().is_cancelled());
        let_others_run().await;
        drops.assert_at_home(1);
    });
}

#[test]
fn an_awaited_handle_gives_the_output() {
    run(async {
        let mut handle = AbortOnDropHandle::new(spawn(async { 42 }));
        assert_eq!((&mut handle).await.unwrap(), 42);
        assert!(handle.is_finished());
        drop(handle);
    });
}

#[test]
fn a_detached_task_goes_on() {
    run(async {
        let drops = Drops::default();
        let handle = AbortOnDropHandle::new(spawn(hold(drops.guard())));
        let task = handle.detach();
        let_others_run().await;
        assert!(!task.is_finished());
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        drops.assert_at_home(1);
    });
}

#[test]
fn a_handle_aborts_by_itself_and_by_its_abort_handle() {
    run(async {
        let one = AbortOnDropHandle::new(spawn(std::future::pending::<()>()));
        let two = AbortOnDropHandle::new(spawn(std::future::pending::<()>()));
        assert_eq!(one.abort_handle().id(), one.as_ref().id());
        assert!(!one.is_finished());
        one.abort();
        two.abort_handle().abort();
        assert!(one.await.unwrap_err().is_cancelled());
        assert!(two.await.unwrap_err().is_cancelled());
    });
}

#[test]
fn a_handle_without_a_claim_to_the_output_aborts_as_well() {
    run(async {
        let [dropped, aborted, detached] = [(); 3].map(|()| spawn(std::future::pending::<()>()));
        drop(AbortOnDrop::new(dropped.abort_handle()));
        let handle = AbortOnDrop::new(aborted.abort_handle());
        assert!(!handle.is_finished());
        handle.abort();
        drop(AbortOnDrop::new(detached.abort_handle()).detach());
        assert!(dropped.await.unwrap_err().is_cancelled());
        assert!(aborted.await.unwrap_err().is_cancelled());
        assert!(handle.is_finished());
        let_others_run().await;
        assert!(!detached.is_finished());
    });
}
