//! Scopes: children that borrow, and every way in which a scope can end.

mod tools;

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use tools::{CountingWaker, PanickingWaker, hold, on_drop, poll_once, watched};
use toque::task::yield_now;
use toque::time::{sleep, timeout};
use toque::{Runtime, scope};

fn run<T>(future: impl Future<Output = T>) -> T {
    Runtime::new().unwrap().block_on(future)
}

/// Counts how often it is dropped.
struct Drops<'a>(&'a Cell<u32>);

impl Drop for Drops<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn children_borrow_from_outside_and_the_scope_waits_for_them() {
    run(async {
        let counter = Cell::new(0);
        let words = vec![String::from("soup"), String::from("bread")];
        let returned = scope(async |s| {
            for word in &words {
                let counter = &counter;
                s.spawn(async move {
                    yield_now().await;
                    counter.set(counter.get() + word.len());
                });
            }
            assert_eq!(counter.get(), 0, "not polled yet");
            "body"
        })
        .await;
        assert_eq!((returned, counter.get()), ("body", 9));
        drop(words);
    });
}

#[test]
fn a_child_may_change_what_it_borrows() {
    run(async {
        let mut numbers = [1, 2, 3, 4];
        scope(async |s| {
            for number in &mut numbers {
                s.spawn(async move {
                    sleep(Duration::from_millis(1)).await;
                    *number *= 10;
                });
            }
        })
        .await;
        assert_eq!(numbers, [10, 20, 30, 40]);
    });
}

#[test]
fn handles_give_outputs_that_borrow() {
    run(async {
        let text = String::from("soup and bread");
        let longest = scope(async |s| {
            let tasks: Vec<_> = text
                .split(' ')
                .map(|word| s.spawn(async move { word }))
                .collect();
            let mut longest = 0;
            for task in tasks {
                longest = longest.max(task.await.unwrap().len());
            }
            longest
        })
        .await;
        assert_eq!(longest, 5);
    });
}

#[test]
fn a_child_spawns_children_and_scopes_nest() {
    run(async {
        let count = Cell::new(0);
        scope(async |s| {
            let count = &count;
            s.spawn(async move {
                s.spawn(async move { count.set(count.get() + 1) });
                scope(async |inner| {
                    inner.spawn(async { count.set(count.get() + 10) });
                    s.spawn(async move { count.set(count.get() + 100) });
                })
                .await;
            });
        })
        .await;
        assert_eq!(count.get(), 111);
    });
}

#[test]
fn dropped_in_the_middle_it_drops_its_children_before_what_they_borrow() {
    run(async {
        let drops = Cell::new(0);
        let late = timeout(
            Duration::from_millis(5),
            scope(async |s| {
                for _ in 0..3 {
                    let guard = Drops(&drops);
                    s.spawn(async move {
                        let _guard = guard;
                        pending::<()>().await
                    });
                }
                pending::<()>().await
            }),
        )
        .await;
        assert!(late.is_err());
        assert_eq!(drops.get(), 3);
    });
}

#[test]
fn a_scope_that_was_never_polled_spawns_nothing() {
    let spawned = Cell::new(false);
    drop(scope(async |s| {
        s.spawn(async { spawned.set(true) });
    }));
    assert!(!spawned.get());
}

#[test]
fn a_leaked_scope_leaks_its_children_unpolled() {
    run(async {
        let polls = Rc::new(Cell::new(0));
        let mut future = Box::pin(scope(async |s| {
            let polls = polls.clone();
            s.spawn(async move {
                loop {
                    polls.set(polls.get() + 1);
                    sleep(Duration::from_millis(1)).await;
                }
            });
            pending::<()>().await
        }));
        let pending = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await;
        assert!(pending);
        let before = polls.get();
        #[allow(clippy::mem_forget)]
        std::mem::forget(future);
        sleep(Duration::from_millis(5)).await; // its timer fires meanwhile, and wakes nobody
        assert_eq!(polls.get(), before);
    });
}

#[test]
fn an_aborted_child_is_dropped_and_its_siblings_are_not() {
    run(async {
        let drops = Cell::new(0);
        scope(async |s| {
            let guard = Drops(&drops);
            let idle = s.spawn(async move {
                let _guard = guard;
                pending::<()>().await
            });
            let busy = s.spawn(async {
                yield_now().await;
                yield_now().await;
                7
            });
            yield_now().await;
            idle.abort();
            assert!(idle.await.unwrap_err().is_cancelled());
            assert_eq!(drops.get(), 1);
            assert_eq!(busy.await.unwrap(), 7);
        })
        .await;
    });
}

#[test]
fn a_child_aborts_a_sibling_that_is_woken_already() {
    run(async {
        let went_on = Cell::new(false);
        scope(async |s| {
            let sibling = s.spawn(async {
                yield_now().await;
                went_on.set(true);
            });
            s.spawn(async move {
                sibling.abort(); // it has woken itself, and comes after this one
                assert!(sibling.await.unwrap_err().is_cancelled());
            });
        })
        .await;
        assert!(!went_on.get());
    });
}

#[test]
fn a_panic_goes_to_the_handle() {
    run(async {
        scope(async |s| {
            let child = s.spawn(async { panic!("burnt") });
            let error: toque::JoinError = child.await.unwrap_err();
            assert!(error.is_panic());
            assert!(error.to_string().contains("burnt"), "{error}");
        })
        .await;
    });
}

#[test]
fn without_a_handle_a_panic_ends_the_scope_and_drops_the_siblings_first() {
    let drops = Cell::new(0);
    let result = catch_unwind(AssertUnwindSafe(|| {
        run(scope(async |s| {
            let guard = Drops(&drops);
            s.spawn(async move {
                let _guard = guard;
                pending::<()>().await
            });
            drop(s.spawn(async { panic!("burnt") }));
            pending::<()>().await
        }))
    }));
    assert_eq!(*result.unwrap_err().downcast::<&str>().unwrap(), "burnt");
    assert_eq!(drops.get(), 1);
}

#[test]
fn a_panic_whose_handle_is_dropped_unread_is_not_silent() {
    let result = catch_unwind(|| {
        run(scope(async |s| {
            let child = s.spawn(async { panic!("burnt") });
            while !child.is_finished() {
                yield_now().await;
            }
            let _: &toque::ScopedJoinHandle<'_, ()> = &child;
        }))
    });
    assert!(result.is_err());
}

#[test]
fn a_body_that_panics_drops_the_children() {
    let drops = Cell::new(0);
    let result = catch_unwind(AssertUnwindSafe(|| {
        run(scope(async |s| {
            let guard = Drops(&drops);
            s.spawn(async move {
                let _guard = guard;
                pending::<()>().await
            });
            yield_now().await;
            panic!("body");
        }))
    }));
    assert!(result.is_err());
    assert_eq!(drops.get(), 1);
}

#[test]
fn destructors_that_panic_end_after_all_children_are_dropped() {
    struct Panics<'a>(#[expect(dead_code, reason = "held to be dropped")] Drops<'a>);
    impl Drop for Panics<'_> {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                panic!("in a destructor");
            }
        }
    }
    let drops = Cell::new(0);
    let result = catch_unwind(AssertUnwindSafe(|| {
        run(async {
            let kitchen = scope(async |s| {
                for _ in 0..3 {
                    let guard = Panics(Drops(&drops));
                    s.spawn(async move {
                        let _guard = guard;
                        pending::<()>().await
                    });
                }
                pending::<()>().await
            });
            timeout(Duration::from_millis(1), kitchen).await
        })
    }));
    assert!(result.is_err());
    assert_eq!(drops.get(), 3);
}

#[test]
fn a_destructor_may_use_the_scope_in_vain() {
    struct Spawns<'scope, 'env>(&'scope toque::Scope<'scope, 'env, ()>, &'env Cell<u32>);
    impl<'scope, 'env> Drop for Spawns<'scope, 'env> {
        fn drop(&mut self) {
            let late = Drops(self.1);
            let handle = self.0.spawn(async move {
                let _late = late;
            });
            assert!(handle.is_finished());
        }
    }
    run(async {
        let drops = Cell::new(0);
        let _ = timeout(
            Duration::from_millis(1),
            scope(async |s| {
                let spawns = Spawns(s, &drops);
                s.spawn(async move {
                    let _spawns = spawns;
                    pending::<()>().await
                });
                pending::<()>().await
            }),
        )
        .await;
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn terminate_ends_the_scope_with_a_value_and_drops_the_rest() {
    run(async {
        let drops = Cell::new(0);
        let value = scope(async |s| {
            let guard = Drops(&drops);
            s.spawn(async move {
                let _guard = guard;
                pending::<()>().await
            });
            s.spawn(async move {
                yield_now().await;
                s.terminate(7).await
            });
            pending().await
        })
        .await;
        assert_eq!((value, drops.get()), (7, 1));
    });
}

#[test]
fn the_first_error_of_try_spawn_cancels_the_siblings() {
    run(async {
        let drops = Cell::new(0);
        let result = scope(async |s: &toque::Scope<'_, '_, Result<(), &str>>| {
            let guard = Drops(&drops);
            s.try_spawn(async move {
                let _guard = guard;
                pending::<Result<(), &str>>().await
            });
            let fine = s.try_spawn(ready(Ok(3)));
            assert_eq!(fine.await.unwrap(), 3);
            s.try_spawn(async { Err::<(), _>("no bread") });
            pending().await
        })
        .await;
        assert_eq!((result, drops.get()), (Err("no bread"), 1));
    });
}

#[test]
fn a_wake_polls_the_woken_child_only() {
    run(async {
        let polls = Cell::new(0);
        let wakers = RefCell::new(Vec::new());
        scope(async |s| {
            for _ in 0..100 {
                let mut woken = false;
                let (polls, wakers) = (&polls, &wakers);
                s.spawn(poll_fn(move |cx| {
                    polls.set(polls.get() + 1);
                    if std::mem::replace(&mut woken, true) {
                        return Poll::Ready(());
                    }
                    wakers.borrow_mut().push(cx.waker().clone());
                    Poll::Pending
                }));
            }
            yield_now().await;
            while let Some(waker) = { wakers.borrow_mut().pop() } {
                let before = polls.get();
                waker.wake();
                yield_now().await;
                assert_eq!(polls.get(), before + 1);
            }
        })
        .await;
    });
}

#[test]
fn a_child_is_woken_from_another_thread() {
    run(async {
        let (sender, receiver) = toque::sync::oneshot::channel();
        let order = String::from("soup");
        let thread = std::thread::spawn(move || sender.send(5).unwrap());
        let sum = scope(async |s| {
            s.spawn(async { receiver.await.unwrap() + order.len() })
                .await
                .unwrap()
        })
        .await;
        assert_eq!(sum, 9);
        thread.join().unwrap();
    });
}

#[test]
fn greedy_children_starve_neither_their_siblings_nor_other_tasks() {
    run(async {
        let turns: [Cell<u32>; 3] = Default::default();
        let outside = Rc::new(Cell::new(0));
        let task = toque::spawn({
            let outside = outside.clone();
            async move {
                loop {
                    outside.set(outside.get() + 1);
                    yield_now().await;
                }
            }
        });
        scope(async |s| {
            for turn in &turns {
                s.spawn(async move {
                    for _ in 0..1000 {
                        toque::task::consume_budget().await;
                        turn.set(turn.get() + 1);
                    }
                });
            }
            let mut seen = [0; 3];
            while turns.iter().any(|turn| turn.get() < 1000) {
                yield_now().await;
                let now = turns.each_ref().map(Cell::get);
                seen = now;
                let spread = now.iter().max().unwrap() - now.iter().min().unwrap();
                assert!(spread <= 2 * 128, "{now:?}");
            }
            assert_eq!(seen, [1000; 3]);
        })
        .await;
        assert!(outside.get() >= 10, "{}", outside.get());
        task.abort();
    });
}

#[test]
fn it_needs_no_runtime() {
    let word = String::from("soup");
    let len = futures_lite::future::block_on(scope(async |s| {
        s.spawn(async { word.len() }).await.unwrap()
    }));
    assert_eq!(len, 4);
}

#[test]
fn a_future_may_be_polled_by_hand_and_moved_while_it_is_unpolled() {
    futures_lite::future::block_on(async {
        let word = String::from("soup");
        let future = Box::new(scope(async |s| {
            s.spawn(async { word.len() }).await.unwrap()
        }));
        let mut future = pin!(*future);
        let len = poll_fn(|cx| future.as_mut().poll(cx)).await;
        assert_eq!(len, 4);
    });
}

#[test]
fn the_panic_of_an_aborted_childs_destructor_goes_to_its_handle() {
    let error = run(toque::scope(async |s| {
        let burnt = on_drop(|| panic!("burnt"));
        let handle = s.spawn(hold(burnt));
        s.spawn(async {}); // the scope goes on for others
        yield_now().await;
        handle.abort();
        handle.await.unwrap_err()
    }));
    assert!(error.is_panic());
    assert_eq!(error.into_panic().downcast_ref(), Some(&"burnt"));
}

#[test]
fn the_panic_of_a_dropped_childs_destructor_ends_a_scope_without_its_handle() {
    let scope = toque::scope(async |s| {
        let burnt = on_drop(|| panic!("burnt"));
        let handle = s.spawn(hold(burnt));
        yield_now().await;
        handle.abort();
    });
    let payload = catch_unwind(AssertUnwindSafe(|| run(scope))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"burnt"));
}

#[test]
fn a_childs_waker_that_is_kept_does_not_keep_the_parents() {
    let kept = Cell::new(None);
    let parent = Arc::new(CountingWaker::default());
    let waker = Waker::from(Arc::clone(&parent));
    let mut scope = Box::pin(toque::scope(async |s| {
        let keep = poll_fn(|cx| {
            kept.set(Some(cx.waker().clone()));
            Poll::Ready(())
        });
        s.spawn(keep).await.unwrap();
        yield_now().await;
    }));
    while poll_once(&mut scope, &waker).is_pending() {}
    drop((scope, waker));
    assert_eq!(Arc::strong_count(&parent), 1);
    kept.take().unwrap().wake(); // in vain
}

#[test]
fn the_first_of_two_verdicts_counts() {
    let verdict = run(toque::scope(async |s| {
        let (mut first, mut second) = (Box::pin(s.terminate(1)), Box::pin(s.terminate(2)));
        let _ = poll_once(&mut first, Waker::noop());
        let _ = poll_once(&mut second, Waker::noop());
        pending().await
    }));
    assert_eq!(verdict, 1);
}

/// Nobody else wakes the scope: the child that has spent the budget is done.
#[test]
fn a_child_that_spends_the_last_of_the_budget_and_ends_leaves_its_siblings_to_the_next_poll() {
    watched(|| {
        let bell = Rc::new(toque::sync::Notify::new());
        run(toque::scope(async |s| {
            s.spawn(async {
                bell.notified().await;
                let spend =
                    || poll_once(&mut Box::pin(toque::task::consume_budget()), Waker::noop());
                while spend().is_ready() {}
            });
            s.spawn(bell.notified());
            let same = bell.clone();
            toque::spawn(async move { same.notify_waiters() });
        }));
    });
}

/// Here the parent's wake is the wake of another child.
#[test]
fn the_parents_waker_may_wake_a_child() {
    #[derive(Default)]
    struct Passes(Mutex<Vec<Waker>>);
    impl Wake for Passes {
        fn wake(self: Arc<Self>) {
            let child = self.0.lock().unwrap().pop();
            if let Some(child) = child {
                child.wake();
            }
        }
    }
    let parent = Arc::<Passes>::default();
    let mut scope = Box::pin(toque::scope(async |s| {
        for _ in 0..2 {
            s.spawn(poll_fn(|cx| {
                parent.0.lock().unwrap().push(cx.waker().clone());
                Poll::<()>::Pending
            }));
        }
    }));
    let waker = Waker::from(parent.clone());
    assert!(poll_once(&mut scope, Waker::noop()).is_pending());
    assert!(poll_once(&mut scope, &waker).is_pending());
    assert_eq!(parent.0.lock().unwrap().len(), 2);
    parent.clone().wake(); // one child rings for the parent, whose wake rings for the other
    assert!(parent.0.lock().unwrap().is_empty());
}

#[test]
fn a_handle_wakes_the_last_task_that_has_asked() {
    watched(|| {
        run(toque::scope(async |s| {
            let mut first = s.spawn(yield_now());
            s.spawn(async move {
                assert!(poll_once(&mut first, Waker::noop()).is_pending());
                first.await.unwrap();
            });
        }));
    });
}

#[test]
fn the_panic_of_a_finished_childs_destructor_goes_to_its_handle() {
    let error = run(toque::scope(async |s| {
        let burnt = on_drop(|| panic!("burnt"));
        let done = poll_fn(move |_| {
            let _ = &burnt;
            Poll::Ready(())
        });
        s.spawn(done).await.unwrap_err()
    }));
    assert_eq!(error.into_panic().downcast_ref(), Some(&"burnt"));
}

#[test]
fn an_aborted_childs_destructor_may_use_the_scope() {
    let ran = Cell::new(false);
    run(toque::scope(async |s| {
        let child = s.spawn(hold(on_drop(|| drop(s.spawn(async { ran.set(true) })))));
        yield_now().await;
        assert!(!child.is_finished());
        child.abort();
        yield_now().await;
        assert!(child.is_finished());
        assert!(child.await.unwrap_err().is_cancelled());
    }));
    assert!(ran.get());
}

/// Each child's end wakes somebody who panics. The first panic goes on, when all are gone.
#[test]
fn wakers_that_panic_at_the_end_keep_no_child_from_being_dropped() {
    let drops = Cell::new(0);
    let waker = Waker::from(Arc::new(PanickingWaker));
    let scope = toque::scope(async |s| {
        for _ in 0..4 {
            let mut child = s.spawn(hold(Drops(&drops)));
            assert!(poll_once(&mut child, &waker).is_pending());
        }
        yield_now().await;
        s.terminate(()).await
    });
    assert!(catch_unwind(AssertUnwindSafe(|| run(scope))).is_err());
    assert_eq!(drops.get(), 4);
}

/// The children are gone by then: nothing unwinds past them.
#[test]
fn the_parents_waker_is_dropped_after_the_children() {
    struct Fragile;
    impl Wake for Fragile {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for Fragile {
        fn drop(&mut self) {
            panic!("a waker of which the drop panics");
        }
    }
    let unwinding = Cell::new(None);
    let mut scope = Box::pin(toque::scope(async |s| {
        s.spawn(hold(on_drop(|| unwinding.set(Some(thread::panicking())))));
        pending::<()>().await;
    }));
    assert!(poll_once(&mut scope, Waker::noop()).is_pending()); // the children's spawns have woken this one, and let it go
    assert!(poll_once(&mut scope, &Waker::from(Arc::new(Fragile))).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(scope))).is_err());
    assert_eq!(unwinding.get(), Some(false));
}
