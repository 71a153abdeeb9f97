//! Wakes: none is lost, from whatever thread, in whatever order, and none does harm when it comes too late.

mod tools;

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;

use tools::{Count, Drops, counting, hold, let_others_run, on_every_reactor, run, watched};
use toque::sync::oneshot;
use toque::task::yield_now;
use toque::{Runtime, spawn};

/// A number of signals, and who waits for the next. The waker is called after the lock is released: at the worst moment.
#[derive(Default)]
struct Signals(Mutex<(usize, Option<Waker>)>);

impl Signals {
    fn send(&self) {
        let mut state = self.0.lock().unwrap();
        state.0 += 1;
        let waker = state.1.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Waits until more than `seen` were sent, and gives their number.
    fn more_than(&self, seen: usize) -> impl Future<Output = usize> + '_ {
        poll_fn(move |cx| {
            let mut state = self.0.lock().unwrap();
            if state.0 > seen {
                return Poll::Ready(state.0);
            }
            state.1 = Some(cx.waker().clone());
            Poll::Pending
        })
    }

    /// The waker of whoever waits, once somebody does.
    fn waker(&self) -> Waker {
        loop {
            if let Some(waker) = self.0.lock().unwrap().1.clone() {
                return waker;
            }
            thread::yield_now();
        }
    }
}

/// Sends signals one by one; each waits for the answer to the one before, so the runtime parks before nearly every one.
fn send_and_await_answers(signals: &Signals, answered: &AtomicUsize, rounds: usize) {
    for round in 1..=rounds {
        signals.send();
        let mut looks = 0;
        while answered.load(Ordering::SeqCst) < round {
            looks += 1;
            // At once, to meet the runtime on its way to its rest; but not for ever, where there is one processor.
            if looks % 1000 == 0 {
                thread::yield_now();
            }
        }
    }
}

/// Answers signals until there were `rounds`.
async fn answer(signals: &Signals, answered: &AtomicUsize, rounds: usize) {
    let mut seen = 0;
    while seen < rounds {
        seen = signals.more_than(seen).await;
        answered.store(seen, Ordering::SeqCst);
    }
}

/// With one sender the runtime is parked, or about to, whenever a wake comes.
/// Seen to fail with the bell left out; the loom models of the injector know the mutants that are harder to meet.
#[test]
fn a_wake_from_another_thread_finds_a_runtime_that_is_about_to_park() {
    const ROUNDS: usize = 10_000;
    watched(|| {
        on_every_reactor(|runtime| {
            let shared = Arc::new((Signals::default(), AtomicUsize::new(0)));
            let sender = thread::spawn({
                let shared = shared.clone();
                move || send_and_await_answers(&shared.0, &shared.1, ROUNDS)
            });
            runtime.block_on(answer(&shared.0, &shared.1, ROUNDS)); // by the waker of `block_on`
            sender.join().unwrap();
        });
    });
}

#[test]
fn no_wake_from_many_threads_is_lost_under_load() {
    const THREADS: usize = 8;
    const ROUNDS: usize = 2_000;
    watched(|| {
        on_every_reactor(|runtime| {
            let (senders, tasks): (Vec<_>, Vec<_>) = (0..THREADS)
                .map(|_| {
                    let shared = Arc::new((Signals::default(), AtomicUsize::new(0)));
                    let theirs = shared.clone();
                    let sender =
                        thread::spawn(move || send_and_await_answers(&theirs.0, &theirs.1, ROUNDS));
                    let task =
                        runtime.spawn(async move { answer(&shared.0, &shared.1, ROUNDS).await });
                    (sender, task)
                })
                .unzip();
            runtime.block_on(async {
                for task in tasks {
                    task.await.unwrap();
                }
            });
            for sender in senders {
                sender.join().unwrap();
            }
        });
    });
}

/// Many threads call one waker as fast as they can: the last call is seen, whatever it fell together with.
#[test]
fn threads_that_wake_one_task_at_once_do_not_hide_each_others_signals() {
    const THREADS: usize = 4;
    const SIGNALS: usize = 5_000;
    watched(|| {
        let signals = Arc::new(Signals::default());
        let senders: Vec<_> = (0..THREADS)
            .map(|_| {
                let signals = signals.clone();
                thread::spawn(move || (0..SIGNALS).for_each(|_| signals.send()))
            })
            .collect();
        run(async {
            let mut seen = 0;
            while seen < THREADS * SIGNALS {
                seen = signals.more_than(seen).await;
            }
        });
        senders
            .into_iter()
            .for_each(|sender| sender.join().unwrap());
    });
}

#[test]
fn a_thousand_wakes_before_a_poll_are_one_poll() {
    run(async {
        let signals = Arc::new(Signals::default());
        let polls = Count::default();
        let task = spawn(counting(polls.clone(), {
            let signals = signals.clone();
            async move { signals.more_than(0).await }
        }));
        let_others_run().await;
        let waker = signals.waker();
        (0..1000).for_each(|_| waker.wake_by_ref());
        let_others_run().await;
        assert_eq!(polls.get(), 2);
        thread::spawn(move || (0..1000).for_each(|_| waker.wake_by_ref()))
            .join()
            .unwrap();
        let_others_run().await;
        assert_eq!(polls.get(), 3);
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(polls.get(), 3, "an aborted task is not polled");
    });
}

#[test]
fn woken_tasks_run_in_the_order_of_their_wakes() {
    run(async {
        let order = Rc::new(RefCell::new(Vec::new()));
        let doors: Vec<_> = (0..4).map(|_| Rc::new(Signals::default())).collect();
        let tasks: Vec<_> = doors
            .iter()
            .cloned()
            .enumerate()
            .map(|(number, door)| {
                let order = order.clone();
                spawn(async move {
                    door.more_than(0).await;
                    order.borrow_mut().push(number);
                })
            })
            .collect();
        let_others_run().await;
        for number in [2, 0, 3, 1] {
            doors[number].send();
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.borrow(), [2, 0, 3, 1]);
    });
}

/// What can happen to a task's ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    WakeByRef,
    DropWaker,
    DropHandle,
    Complete,
}

/// All orders of four events.
fn every_order() -> Vec<[Event; 4]> {
    use Event::{Complete, DropHandle, DropWaker, WakeByRef};
    let all = [WakeByRef, DropWaker, DropHandle, Complete];
    let mut orders = Vec::new();
    for code in 0..256 {
        let order = [0, 2, 4, 6].map(|shift| all[code >> shift & 3]);
        if all.iter().all(|event| order.contains(event)) {
            orders.push(order);
        }
    }
    assert_eq!(orders.len(), 24);
    orders
}

/// DataDog/glommio#379: a task was freed when a waker was dropped after `wake_by_ref`, with the handle alive.
#[test]
fn a_task_outlives_its_ends_in_every_order_of_their_going() {
    for abroad in [false, true] {
        for order in every_order() {
            run(play(order, abroad));
        }
    }
}

/// Plays one order on one task, at home or on another thread, and counts what is dropped.
async fn play(order: [Event; 4], abroad: bool) {
    let (futures, outputs) = (Drops::default(), Drops::default());
    let door = Arc::new(Signals::default());
    let task = spawn({
        let (door, future, output) = (door.clone(), futures.guard(), outputs.guard());
        async move {
            let _future = future;
            door.more_than(0).await;
            output
        }
    });
    let_others_run().await;
    let mut waker = Some(door.waker());
    let mut handle = Some(task);
    for event in order {
        let mut act = || match event {
            Event::WakeByRef => waker.iter().for_each(Waker::wake_by_ref),
            Event::DropWaker => drop(waker.take()),
            Event::DropHandle => drop(handle.take()),
            Event::Complete => door.send(),
        };
        if abroad {
            thread::scope(|scope| scope.spawn(act).join().unwrap());
        } else {
            act();
        }
        let_others_run().await;
    }
    futures.assert_at_home(1);
    assert_eq!(outputs.all.get(), 1, "{order:?}");
}

/// sammhicks/nostd_async#4, and issue 4.
#[test]
fn a_waker_called_after_its_task_does_nothing() {
    run(async {
        let signals = Arc::new(Signals::default());
        let polls = Count::default();
        let task = spawn(counting(polls.clone(), {
            let signals = signals.clone();
            async move { signals.more_than(0).await }
        }));
        let_others_run().await;
        let waker = signals.waker();
        signals.send();
        task.await.unwrap();
        let before = polls.get();
        waker.wake_by_ref();
        let clone = waker.clone();
        assert!(clone.will_wake(&waker));
        thread::spawn(move || clone.wake()).join().unwrap();
        let_others_run().await;
        waker.wake();
        assert_eq!(polls.get(), before);
    });
}

#[test]
fn a_waker_called_after_its_runtime_is_gone_does_nothing() {
    let (of_task, of_main) = (Arc::new(Signals::default()), Signals::default());
    let drops = Drops::default();
    let runtime = Runtime::new().unwrap();
    runtime.spawn(hold(drops.guard()));
    runtime.spawn({
        let (of_task, guard) = (of_task.clone(), drops.guard());
        async move {
            let _guard = guard;
            of_task.more_than(0).await;
        }
    });
    runtime.block_on(async {
        // Polled once for its waker.
        let mut wait = std::pin::pin!(of_main.more_than(0));
        poll_fn(|cx| Poll::Ready(wait.as_mut().poll(cx).is_pending())).await;
        let_others_run().await;
    });
    drop(runtime);
    drops.assert_at_home(2);
    for waker in [of_task.waker(), of_main.waker()] {
        waker.wake_by_ref();
        thread::spawn({
            let waker = waker.clone();
            move || waker.wake()
        })
        .join()
        .unwrap();
        // Also with another runtime in the dead one's place.
        run(async { waker.wake() });
    }
    drops.assert_at_home(2);
}

#[test]
fn a_waker_of_an_earlier_block_on_does_not_disturb_the_next() {
    let runtime = Runtime::new().unwrap();
    let signals = Signals::default();
    let polls = Count::default();
    runtime.block_on(async {
        let mut wait = std::pin::pin!(signals.more_than(0));
        poll_fn(|cx| Poll::Ready(wait.as_mut().poll(cx).is_pending())).await;
    });
    let stale = signals.waker();
    stale.wake_by_ref();
    runtime.block_on(counting(polls.clone(), async {
        stale.wake_by_ref();
        yield_now().await;
    }));
    assert_eq!(polls.get(), 2, "the first, and the one after the yield");
}

/// smol-rs/async-executor#163: a wake from another thread at any point of the runtime's drop.
#[test]
fn threads_that_wake_while_the_runtime_drops_find_a_whole_task_or_none() {
    const ROUNDS: usize = 300;
    const TASKS: usize = 4;
    watched(|| {
        for _ in 0..ROUNDS {
            let drops = Drops::default();
            let stop = Arc::new(AtomicBool::new(false));
            let runtime = Runtime::new().unwrap();
            let doors: Vec<_> = (0..TASKS).map(|_| Arc::new(Signals::default())).collect();
            for door in &doors {
                let (door, guard) = (door.clone(), drops.guard());
                runtime.spawn(async move {
                    let _guard = guard;
                    let mut seen = 0;
                    loop {
                        seen = door.more_than(seen).await;
                    }
                });
            }
            runtime.block_on(let_others_run());
            let threads: Vec<_> = doors
                .iter()
                .map(|door| {
                    let (waker, stop) = (door.waker(), stop.clone());
                    thread::spawn(move || {
                        while !stop.load(Ordering::SeqCst) {
                            waker.wake_by_ref();
                        }
                    })
                })
                .collect();
            runtime.block_on(let_others_run());
            drop(runtime);
            drops.assert_at_home(TASKS);
            stop.store(true, Ordering::SeqCst);
            threads
                .into_iter()
                .for_each(|thread| thread.join().unwrap());
        }
    });
}

/// tokio-rs/tokio#1768: a wake was lost between mutex, oneshot and join under load.
#[test]
fn mutex_oneshot_and_join_together_lose_no_wake() {
    const ROUNDS: usize = 20_000;
    watched(|| {
        run(async {
            let lock = Rc::new(toque::sync::Mutex::new(0));
            for _ in 0..ROUNDS {
                let (sender, receiver) = oneshot::channel();
                let child = spawn({
                    let lock = lock.clone();
                    async move {
                        *lock.lock().await += 1;
                        let _ = sender.send(());
                    }
                });
                let guard = lock.lock().await;
                yield_now().await;
                drop(guard);
                receiver.await.unwrap();
                child.await.unwrap();
            }
            assert_eq!(*lock.lock().await, ROUNDS);
        });
    });
}

/// The same across two threads: each signal of one runtime's task wakes one of the other's.
/// Seen to fail with `parked` set after the look at the queue.
#[test]
fn two_runtimes_play_ping_pong_without_losing_the_ball() {
    const ROUNDS: usize = 10_000;
    watched(|| {
        let courts = Arc::new((Signals::default(), Signals::default()));
        let far = thread::spawn({
            let courts = courts.clone();
            move || {
                run(async {
                    for round in 0..ROUNDS {
                        courts.0.more_than(round).await;
                        courts.1.send();
                    }
                });
            }
        });
        run(async {
            for round in 0..ROUNDS {
                courts.0.send();
                courts.1.more_than(round).await;
            }
        });
        far.join().unwrap();
    });
}

/// A wake at home needs no other thread, and the task it wakes may wake the one that woke it.
#[test]
fn two_tasks_that_wake_each_other_take_turns() {
    run(async {
        let turn = Rc::new(Cell::new(0));
        let doors = Rc::new([Signals::default(), Signals::default()]);
        let players: Vec<_> = (0..2)
            .map(|me| {
                let (turn, doors) = (turn.clone(), doors.clone());
                spawn(async move {
                    for round in 0..100 {
                        doors[me].more_than(round).await;
                        assert_eq!(turn.get() % 2, me);
                        turn.set(turn.get() + 1);
                        doors[1 - me].send();
                    }
                })
            })
            .collect();
        doors[0].send();
        for player in players {
            player.await.unwrap();
        }
        assert_eq!(turn.get(), 200);
    });
}

#[test]
fn a_late_abort_wakes_no_stranger_in_the_same_place() {
    run(async {
        let first = spawn(async { yield_now().await });
        let late = first.abort_handle();
        first.await.unwrap();

        let polls = Rc::new(Cell::new(0));
        let counter = polls.clone();
        let _stranger = spawn(poll_fn(move |_| {
            counter.set(counter.get() + 1);
            Poll::<()>::Pending
        }));
        let_others_run().await;
        late.abort();
        let_others_run().await;
        assert_eq!(polls.get(), 1);
    });
}

/// compio-rs/compio#1044: a wake from another thread waits for room in a bounded queue, under whatever lock it is called.
#[test]
fn a_wake_from_another_thread_waits_for_no_room() {
    const TASKS: usize = 10_000;
    watched(|| {
        run(async {
            let wakers = Arc::new(Mutex::new(Some(Vec::new())));
            let waits = || {
                let wakers = wakers.clone();
                poll_fn(move |cx| match &mut *wakers.lock().unwrap() {
                    Some(wakers) => {
                        wakers.push(cx.waker().clone());
                        Poll::Pending
                    }
                    None => Poll::Ready(()),
                })
            };
            let tasks: Vec<_> = (0..TASKS).map(|_| spawn(waits())).collect();
            let_others_run().await;
            // The runtime's thread takes nothing in meanwhile: it waits for the one that wakes.
            let ringer = thread::spawn(move || {
                let rung = wakers.lock().unwrap().take().unwrap();
                assert_eq!(rung.len(), TASKS);
                rung.into_iter().for_each(Waker::wake);
            });
            ringer.join().unwrap();
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
}
