//! `JoinSet`: tasks awaited as they end, none of them lost, and each wake at the same price.

mod tools;

use std::cell::Cell;
use std::collections::HashSet;
use std::future::{Future, pending, poll_fn};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tools::{
    Count, CountingWaker, Drops, PanickingWaker, caught, counting, hold, let_others_run, on_drop,
    run, watched,
};
use toque::runtime::UnhandledPanic;
use toque::sync::oneshot;
use toque::task::{AbortHandle, Id, JoinError, JoinSet, yield_now};
use toque::{Builder, Handle, Runtime, spawn};

fn poll_set<T: 'static>(set: &mut JoinSet<T>, waker: &Waker) -> Poll<Option<Result<T, JoinError>>> {
    set.poll_join_next(&mut Context::from_waker(waker))
}

#[test]
fn tasks_come_out_in_the_order_in_which_they_end() {
    run(async {
        let mut set = JoinSet::new();
        let mut doors = Vec::new();
        for n in 0..4 {
            let (open, door) = oneshot::channel();
            set.spawn(async move {
                door.await.unwrap();
                n
            });
            doors.push(Some(open));
        }
        for n in [2, 0, 3, 1] {
            doors[n].take().unwrap().send(()).unwrap();
            assert_eq!(set.join_next().await.unwrap().unwrap(), n);
        }
        assert!(set.join_next().await.is_none());
    });
}

#[test]
fn neither_futures_nor_outputs_need_be_send() {
    run(async {
        let mut set = JoinSet::new();
        let order = Rc::new(Cell::new(7));
        set.spawn_local(std::future::ready(order.clone()));
        assert!(Rc::ptr_eq(&set.join_next().await.unwrap().unwrap(), &order));
    });
}

#[test]
fn a_task_runs_though_nobody_polls_the_set() {
    run(async {
        let ran = Count::default();
        let mut set = JoinSet::new();
        set.spawn(counting(ran.clone(), async {}));
        let_others_run().await;
        assert_eq!((ran.get(), set.len()), (1, 1));
    });
}

#[test]
fn a_set_polls_none_of_its_tasks() {
    run(async {
        let polls = Count::default();
        let mut set = JoinSet::new();
        set.spawn(counting(polls.clone(), pending::<()>()));
        for _ in 0..10 {
            assert!(poll_set(&mut set, Waker::noop()).is_pending());
            let_others_run().await;
        }
        assert_eq!(polls.get(), 1);
    });
}

#[test]
fn a_dropped_join_next_loses_nothing() {
    run(async {
        let mut set = JoinSet::new();
        set.spawn(async { "soup" });
        for _ in 0..3 {
            let mut join_next = Box::pin(set.join_next());
            let poll = poll_fn(|cx| Poll::Ready(join_next.as_mut().poll(cx))).await;
            assert!(poll.is_pending());
        }
        let_others_run().await; // ended, and nobody was waiting
        assert_eq!(set.join_next().await.unwrap().unwrap(), "soup");
    });
}

/// The end comes between the wake and the drop of the future that was woken.
#[test]
fn a_join_next_that_is_woken_and_dropped_leaves_the_outcome() {
    run(async {
        let waker = Arc::new(CountingWaker::default());
        let mut set = JoinSet::new();
        set.spawn(async { 1 });
        assert!(poll_set(&mut set, &waker.clone().into()).is_pending());
        let_others_run().await;
        assert_eq!(waker.wakes(), 1);
        assert_eq!(set.try_join_next().unwrap().unwrap(), 1);
    });
}

#[test]
fn many_ends_before_one_look_are_one_wake() {
    run(async {
        let waker = Arc::new(CountingWaker::default());
        let mut set: JoinSet<_> = (0..100).map(|n| async move { n }).collect();
        assert!(poll_set(&mut set, &waker.clone().into()).is_pending());
        let_others_run().await;
        assert_eq!(waker.wakes(), 1);
        assert_eq!(set.join_all().await, (0..100).collect::<Vec<_>>());
    });
}

#[test]
fn a_task_spawned_while_somebody_waits_wakes_him_when_it_ends() {
    run(async {
        let waker = Arc::new(CountingWaker::default());
        let mut set = JoinSet::new();
        set.spawn(pending::<()>());
        assert!(poll_set(&mut set, &waker.clone().into()).is_pending());
        set.spawn(async {});
        assert_eq!(waker.wakes(), 0);
        let_others_run().await;
        assert_eq!(waker.wakes(), 1);
        assert!(poll_set(&mut set, Waker::noop()).is_ready());
    });
}

#[test]
fn tasks_that_ended_before_the_first_look_come_out_in_that_order_too() {
    run(async {
        let mut set = JoinSet::new();
        set.spawn(async {
            let_others_run().await;
            2
        });
        set.spawn(async { 1 });
        let_others_run().await;
        let_others_run().await;
        assert_eq!(set.join_all().await, [1, 2]);
    });
}

#[test]
fn ids_are_those_of_the_abort_handles() {
    run(async {
        let mut set = JoinSet::new();
        let served = set.spawn(async { "soup" });
        let aborted = set.spawn(pending());
        aborted.abort();
        let (id, output) = set.join_next_with_id().await.unwrap().unwrap();
        assert_eq!((id, output), (served.id(), "soup"));
        let error = set.join_next_with_id().await.unwrap().unwrap_err();
        assert_eq!(error.id(), aborted.id());
        assert!(set.try_join_next_with_id().is_none());
        let served = set.spawn(async { "salad" });
        let_others_run().await;
        let (id, output) = set.try_join_next_with_id().unwrap().unwrap();
        assert_eq!((id, output), (served.id(), "salad"));
    });
}

#[test]
fn a_panic_is_the_outcome_of_its_task_alone() {
    run(async {
        let mut set = JoinSet::new();
        set.spawn(async { panic!("burnt") });
        set.spawn(async { 1 });
        assert!(set.join_next().await.unwrap().unwrap_err().is_panic());
        assert_eq!(set.join_next().await.unwrap().unwrap(), 1);
    });
}

#[test]
fn join_all_goes_on_with_the_panic_and_aborts_the_others() {
    let drops = Drops::default();
    let panic = caught(|| {
        run(async {
            let mut set = JoinSet::new();
            set.spawn(hold(drops.guard()));
            set.spawn(async { panic!("burnt") });
            set.join_all().await
        })
    });
    assert_eq!(panic.message, "burnt");
    drops.assert_at_home(1);
}

#[test]
fn join_all_of_an_aborted_task_says_so() {
    let panic = caught(|| {
        run(async {
            let mut set = JoinSet::new();
            set.spawn(pending::<()>()).abort();
            set.join_all().await
        })
    });
    panic.assert_names("src/join_set/mod.rs", &["was cancelled", "join_next"]);
}

#[test]
fn a_dropped_set_takes_its_tasks_along() {
    run(async {
        let drops = Drops::default();
        let mut set = JoinSet::new();
        set.spawn(hold(drops.guard()));
        let_others_run().await;
        set.spawn(hold(drops.guard())); // never polled
        drop(set);
        let_others_run().await;
        drops.assert_at_home(2);
    });
}

/// tokio-rs/tokio#1842: a set dropped with tasks in every state.
#[test]
fn a_set_may_be_dropped_with_unread_outcomes() {
    run(async {
        let outputs = Drops::default();
        let mut set = JoinSet::new();
        let output = outputs.guard();
        set.spawn(async move { Some(output) });
        set.spawn(async { panic!("burnt") });
        let_others_run().await;
        set.spawn(pending());
        drop(set);
        let_others_run().await;
        outputs.assert_at_home(1);
    });
}

#[test]
fn shutdown_waits_until_all_are_dropped_and_the_set_goes_on() {
    run(async {
        let drops = Drops::default();
        let mut set = JoinSet::new();
        for _ in 0..3 {
            set.spawn(hold(drops.guard()));
        }
        set.shutdown().await;
        drops.assert_at_home(3);
        assert!(set.is_empty());
        set.spawn(async {});
        assert!(set.join_next().await.unwrap().is_ok());
    });
}

#[test]
fn a_detached_task_runs_on_and_wakes_nobody_by_its_end() {
    run(async {
        let waker = Arc::new(CountingWaker::default());
        let ran = Count::default();
        let mut set = JoinSet::new();
        set.spawn(counting(ran.clone(), yield_now()));
        assert!(poll_set(&mut set, &waker.clone().into()).is_pending());
        set.detach_all();
        assert_eq!(
            (set.len(), waker.wakes()),
            (0, 1),
            "nothing is left to wait for"
        );
        let_others_run().await;
        assert_eq!((ran.get(), waker.wakes()), (2, 1));
        assert!(set.join_next().await.is_none());
        drop(set);
    });
}

#[test]
fn an_aborted_task_stays_until_it_is_joined() {
    run(async {
        let mut set = JoinSet::new();
        set.spawn(pending::<()>());
        set.spawn(async {});
        let_others_run().await;
        set.abort_all();
        let_others_run().await;
        assert_eq!(set.len(), 2);
        assert!(set.join_next().await.unwrap().is_ok());
        assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
        assert_eq!(set.len(), 0);
    });
}

#[test]
fn a_task_of_another_threads_runtime_rings_across() {
    watched(|| {
        let (give, take) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let far = std::thread::spawn(move || {
            run(async move {
                give.send(Handle::current()).unwrap();
                stopped.await.unwrap();
            });
        });
        let handle = take.recv().unwrap();
        run(async {
            let home = std::thread::current().id();
            let mut set = JoinSet::new();
            for _ in 0..100 {
                set.spawn_on(async { std::thread::current().id() }, &handle);
            }
            assert!(set.join_all().await.iter().all(|id| *id != home));
        });
        stop.send(()).unwrap();
        far.join().unwrap();
    });
}

#[test]
fn blocking_jobs_are_joined_like_tasks() {
    watched(|| {
        run(async {
            let mut set = JoinSet::new();
            for n in 0..20 {
                set.spawn_blocking(move || n);
            }
            set.spawn_blocking_on(|| 20, &Handle::current());
            let all: HashSet<_> = set.join_all().await.into_iter().collect();
            assert_eq!(all, (0..21).collect());
        });
    });
}

#[test]
fn a_set_outlives_its_tasks_runtime() {
    let mut set = JoinSet::new();
    let runtime = Runtime::new().unwrap();
    set.spawn_on(async { 1 }, runtime.handle());
    set.spawn_local_on(async { 2 }, &runtime);
    drop(runtime);
    run(async {
        while let Some(outcome) = set.join_next().await {
            assert!(outcome.unwrap_err().is_cancelled());
        }
    });
}

#[test]
fn a_built_task_has_its_name() {
    run(async {
        let mut set = JoinSet::new();
        let builder = set.build_task().name("soup");
        assert!(format!("{builder:?}").contains("soup"));
        builder.spawn(async { 1 }).unwrap();
        let unnamed = set.build_task();
        unnamed.spawn_blocking(|| 2).unwrap();
        let handle = Handle::current();
        set.build_task().spawn_on(async { 3 }, &handle).unwrap();
        assert_eq!(set.join_all().await.iter().sum::<i32>(), 6);
    });
}

#[test]
fn spawning_outside_of_a_runtime_names_the_caller_and_the_remedy() {
    let panic = caught(|| JoinSet::new().spawn(async {}));
    panic.assert_names(file!(), &["no toque runtime", "block_on"]);
}

#[test]
fn a_waker_that_panics_leaves_the_outcome_in_the_set() {
    run(async {
        let mut set = JoinSet::new();
        set.spawn(async { 1 });
        let waker = Arc::new(PanickingWaker).into();
        assert!(poll_set(&mut set, &waker).is_pending());
        let_others_run().await; // the task's end calls it
        assert_eq!(set.try_join_next().unwrap().unwrap(), 1);
    });
}

/// Seen to fail: the set had taken the outcome from the task already, and threw it away in silence.
#[test]
fn the_panic_of_a_task_that_has_ended_before_its_set_has_it_is_told() {
    let told = Count::default();
    let hook = {
        let told = told.clone();
        UnhandledPanic::Hook(Arc::new(move |_| told.add()))
    };
    let runtime = Builder::new_current_thread()
        .unhandled_panic(hook)
        .build()
        .unwrap();
    // In the runtime's end a task ends as it is spawned.
    let last_words = on_drop(|| {
        let mut set = JoinSet::new();
        set.spawn(hold(on_drop(|| panic!("the soup boils over"))));
        drop(set);
    });
    runtime.spawn(hold(last_words));
    drop(runtime);
    assert_eq!(told.get(), 1);
}

/// tokio-rs/tokio#2390, #2462: a set of always-ready children starves its neighbours, or livelocks.
#[test]
fn a_set_whose_tasks_are_all_ready_gives_way() {
    const TASKS: usize = 1_000;

    run(async {
        let mut set: JoinSet<_> = (0..TASKS).map(|_| async {}).collect();
        let_others_run().await;
        let neighbour = Count::default();
        let task = spawn(counting(neighbour.clone(), async {
            loop {
                yield_now().await;
            }
        }));
        let joiner = spawn(async move {
            let mut joined = 0;
            while set.join_next().await.is_some() {
                joined += 1;
            }
            joined
        });
        assert_eq!(joiner.await.unwrap(), TASKS);
        task.abort();
        assert!(neighbour.get() >= TASKS / 128, "{} turns", neighbour.get());
    });
}

#[test]
fn an_exhausted_budget_wakes_once_and_is_pending_once() {
    run(async {
        let mut set: JoinSet<_> = (0..300).map(|_| async {}).collect();
        let_others_run().await;
        let polls = Count::default();
        let joiner = counting(polls.clone(), async move {
            let mut joined = 0;
            while set.join_next().await.is_some() {
                joined += 1;
            }
            joined
        });
        let joined = spawn(joiner).await.unwrap();
        assert_eq!((joined, polls.get()), (300, 3)); // 128, 128 and 44
    });
}

/// A wake asks nobody but the one who rang. Where it asks all, the large set takes 1,000 times as long as the small one.
#[test]
fn a_wake_costs_the_same_among_100_000_as_among_100() {
    let few = time_of_wakes_among(100);
    let many = time_of_wakes_among(100_000);
    assert!(many < few * 50, "{few:?} among few, {many:?} among many");
}

/// The best of several, since the machine has other things to do.
fn time_of_wakes_among(tasks: usize) -> Duration {
    const ROUNDS: u32 = 200;

    run(async {
        let mut set: JoinSet<_> = (0..tasks).map(|_| pending()).collect();
        let_others_run().await;
        assert!(poll_set(&mut set, Waker::noop()).is_pending());
        let mut best = Duration::MAX;
        for _ in 0..10 {
            let start = Instant::now();
            for n in 0..ROUNDS {
                set.spawn(async move { n });
                assert_eq!(set.join_next().await.unwrap().unwrap(), n);
            }
            best = best.min(start.elapsed());
        }
        best
    })
}

/// Random operations, with a model beside: who is in the set, and what is to become of him.
#[test]
fn random_operations_agree_with_a_model() {
    for seed in 1..=40 {
        run(async {
            let mut random = Random(seed);
            let mut set = JoinSet::new();
            let mut model = Vec::<Member>::new();
            for n in 0..400_u64 {
                match random.below(8) {
                    0..=2 => model.push(spawn_member(&mut set, n)),
                    3 => pick(&mut random, &mut model, |member| {
                        drop(member.open.take());
                    }),
                    4 => pick(&mut random, &mut model, |member| {
                        member.abort.abort();
                        member.aborted = true;
                    }),
                    5 => yield_now().await,
                    6 if random.below(20) == 0 => {
                        set.detach_all();
                        model.clear();
                    }
                    _ => {
                        let joined = set.try_join_next_with_id();
                        joined
                            .into_iter()
                            .for_each(|outcome| leave(&mut model, outcome));
                    }
                }
                assert_eq!(set.len(), model.len());
            }
            model.iter_mut().for_each(|member| drop(member.open.take()));
            while let Some(outcome) = set.join_next_with_id().await {
                leave(&mut model, outcome);
            }
            assert!(model.is_empty());
        });
    }
}

struct Member {
    n: u64,
    abort: AbortHandle,
    /// Dropped, it lets the task end.
    open: Option<oneshot::Sender<()>>,
    aborted: bool,
}

fn spawn_member(set: &mut JoinSet<u64>, n: u64) -> Member {
    let (open, door) = oneshot::channel();
    let abort = set.spawn(async move {
        let _ = door.await;
        n
    });
    Member {
        n,
        abort,
        open: Some(open),
        aborted: false,
    }
}

fn pick(random: &mut Random, model: &mut [Member], action: impl FnOnce(&mut Member)) {
    if !model.is_empty() {
        let index = random.below(model.len());
        action(&mut model[index]);
    }
}

/// Finds who has come out, and demands that it is him.
fn leave(model: &mut Vec<Member>, outcome: Result<(Id, u64), JoinError>) {
    let id = outcome.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
    let index = model.iter().position(|member| member.abort.id() == id);
    let member = model.swap_remove(index.expect("in the set"));
    match outcome {
        Ok((_, n)) => assert!(member.open.is_none() && n == member.n),
        Err(error) => assert!(error.is_cancelled() && member.aborted),
    }
}

/// xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}
