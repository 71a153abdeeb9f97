//! The end of a runtime: every future is dropped, once, on its own thread, whatever its destructor does; and what outlives the
//! runtime does no harm.

mod tools;

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::io::{Read, Write};
use std::net;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use tools::{
    Count, Drops, counting, hold, let_others_run, on_drop, on_every_reactor, poll_once, run,
    watched,
};
use toque::net::{TcpListener, TcpStream};
use toque::runtime::EnterGuard;
use toque::task::{AbortHandle, yield_now};
use toque::time::{Interval, Sleep, interval, sleep};
use toque::{Builder, Handle, JoinHandle, Runtime, spawn};

fn is_cancelled<T>(task: &mut JoinHandle<T>) -> bool {
    match poll_once(task, Waker::noop()) {
        Poll::Ready(Err(error)) => error.is_cancelled(),
        _ => false,
    }
}

/// tokio-rs/tokio#7056: a task is polled while its runtime ends, and meets what has ended already.
/// Seen to fail with the mark of `cancel` left out.
#[test]
fn no_task_is_polled_once_the_end_has_begun() {
    watched(|| {
        let (polls, over) = (Count::default(), Rc::new(Cell::new(false)));
        let runtime = Runtime::new().unwrap();
        // Ready as soon as it is polled after the beginning of the end.
        let task = |waits: Rc<dyn Fn(&Waker)>| {
            let over = over.clone();
            let poll = poll_fn(move |cx| {
                waits(cx.waker());
                if over.get() {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            });
            counting(polls.clone(), poll)
        };
        let waker = Rc::new(RefCell::new(None::<Waker>));
        let (kept, woken) = (waker.clone(), waker);
        drop(runtime.spawn(task(Rc::new(Waker::wake_by_ref))));
        drop(runtime.spawn(task(Rc::new(move |waker| {
            *kept.borrow_mut() = Some(waker.clone());
        }))));
        let wakes = on_drop(move || woken.borrow().as_ref().unwrap().wake_by_ref());
        let idle = task(Rc::new(|_| {}));
        drop(runtime.spawn(async move {
            let _wakes = wakes;
            idle.await
        }));
        runtime.block_on(let_others_run());
        assert!(format!("{runtime:?}").contains("tasks: 3"));
        let before = polls.get();
        over.set(true);
        drop(runtime);
        assert_eq!(polls.get(), before);
    });
}

/// tokio-rs/tokio#1842: unfinished, never polled, completed but unread.
#[test]
fn tasks_in_every_state_are_dropped_once() {
    let (futures, outputs) = (Drops::default(), Drops::default());
    let runtime = Runtime::new().unwrap();
    let mut waiting = runtime.spawn(hold(futures.guard()));
    drop(runtime.spawn(hold(futures.guard()))); // detached
    let guard = futures.guard();
    let busy = async move {
        let _guard = guard;
        loop {
            yield_now().await;
        }
    };
    let mut busy = runtime.spawn(busy);
    let (future, output) = (futures.guard(), outputs.guard());
    let mut done = runtime.spawn(async move {
        let _future = future;
        output
    });
    runtime.block_on(let_others_run());
    let mut unpolled = runtime.spawn(hold(futures.guard()));
    let guard = futures.guard();
    let mut sent = thread::scope(|scope| {
        let handle = runtime.handle().clone();
        scope
            .spawn(move || handle.spawn(hold(guard)))
            .join()
            .unwrap()
    });
    drop(runtime);
    futures.assert_at_home(6);
    for task in [&mut waiting, &mut busy, &mut unpolled, &mut sent] {
        assert!(task.is_finished());
        assert!(is_cancelled(task));
    }
    assert_eq!(outputs.all.get(), 0, "an output waits for its handle");
    assert!(matches!(
        poll_once(&mut done, Waker::noop()),
        Poll::Ready(Ok(_))
    ));
    outputs.assert_at_home(1);
}

/// What tasks have of one another.
#[derive(Default)]
struct Peers {
    wakers: RefCell<Vec<Waker>>,
    aborts: RefCell<Vec<AbortHandle>>,
    joins: RefCell<Vec<JoinHandle<()>>>,
}

impl Peers {
    fn disturb(&self) {
        self.wakers.borrow().iter().for_each(Waker::wake_by_ref);
        self.aborts.borrow().iter().for_each(AbortHandle::abort);
        for join in self.joins.borrow_mut().iter_mut() {
            if !join.is_finished() {
                assert!(poll_once(join, Waker::noop()).is_pending());
            }
        }
    }
}

/// tokio-rs/tokio#2046, #1948, PR 2082: a destructor that wakes, aborts or joins other tasks while the runtime drops.
#[test]
fn destructors_may_spawn_wake_abort_and_join_while_the_runtime_drops() {
    watched(|| {
        let drops = Drops::default();
        let runtime = Runtime::new().unwrap();
        let peers = Rc::new(Peers::default());
        let spawned = Rc::new(Cell::new(0));
        for _ in 0..8 {
            let peers = peers.clone();
            let last_words = on_drop({
                let (peers, drops, spawned) = (peers.clone(), drops.clone(), spawned.clone());
                move || {
                    peers.disturb();
                    let mut child = spawn(hold(drops.guard()));
                    assert!(is_cancelled(&mut child));
                    drop(Handle::current().spawn(hold(drops.guard())));
                    spawned.set(spawned.get() + 2);
                }
            });
            let (mine, guard) = (peers.clone(), drops.guard());
            let task = runtime.spawn(async move {
                let _both = (guard, last_words);
                poll_fn::<(), _>(|cx| {
                    mine.wakers.borrow_mut().push(cx.waker().clone());
                    Poll::Pending
                })
                .await;
            });
            peers.aborts.borrow_mut().push(task.abort_handle());
            peers.joins.borrow_mut().push(task);
        }
        runtime.block_on(let_others_run());
        drop(runtime);
        assert_eq!(spawned.get(), 16);
        drops.assert_at_home(24);
        assert!(peers.joins.borrow_mut().iter_mut().all(is_cancelled));
    });
}

/// tokio-rs/tokio PR 3870, zbus#380: what is spawned during the end is dropped once, and nobody else is hurt.
#[test]
fn a_task_that_spawns_another_in_its_destructor_for_ever_so_long_ends_with_the_runtime() {
    fn chain(left: usize, drops: Drops) -> impl Future<Output = ()> {
        let guard = drops.guard();
        hold((
            guard,
            on_drop(move || {
                if left > 0 {
                    drop(spawn(chain(left - 1, drops)));
                }
            }),
        ))
    }
    let drops = Drops::default();
    let runtime = Runtime::new().unwrap();
    runtime.spawn(chain(100, drops.clone()));
    runtime.block_on(let_others_run());
    runtime.spawn(chain(100, drops.clone())); // never polled
    drop(runtime);
    drops.assert_at_home(202);
}

#[test]
fn a_destructor_finds_its_runtime_still_there() {
    on_every_reactor(|_| {
        let drops = Drops::default();
        let runtime = Runtime::new().unwrap();
        runtime.spawn(hold(on_drop({
            let guard = drops.guard();
            move || {
                let _guard = guard;
                assert!(Handle::try_current().is_ok());
                let mut nap = Box::pin(sleep(Duration::from_secs(3600)));
                assert!(poll_once(&mut nap, Waker::noop()).is_pending());
                let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
                drop(TcpListener::from_std(listener).unwrap());
                // And may have another one of its own.
                assert_eq!(run(async { spawn(async { 7 }).await.unwrap() }), 7);
                assert!(Handle::try_current().is_ok());
            }
        })));
        runtime.block_on(let_others_run());
        drop(runtime);
        drops.assert_at_home(1);
    });
}

#[test]
fn a_runtime_dropped_by_a_task_of_another_takes_its_own_tasks_only() {
    let drops = Drops::default();
    let inner = Runtime::new().unwrap();
    inner.spawn(hold((
        drops.guard(),
        on_drop(|| drop(spawn(async { unreachable!("spawned at the end") }))),
    )));
    inner.block_on(let_others_run());
    run(async {
        let polls = Count::default();
        let bystander = spawn(counting(polls.clone(), pending::<()>()));
        let_others_run().await;
        spawn(async move { drop(inner) }).await.unwrap();
        drops.assert_at_home(1);
        assert_eq!(
            spawn(async { 7 }).await.unwrap(),
            7,
            "spawned on the outer one"
        );
        let_others_run().await;
        assert!(!bystander.is_finished());
        assert_eq!(polls.get(), 1);
    });
}

/// The end of a runtime, while others send it work: each task is dropped once, and each handle learns of its end.
#[test]
fn threads_that_spawn_while_the_runtime_drops_get_an_answer_for_each_task() {
    const ROUNDS: usize = 30;
    watched(|| {
        for _ in 0..ROUNDS {
            let (drops, made) = (Drops::default(), Count::default());
            let runtime = Runtime::new().unwrap();
            let stop = Arc::new(AtomicBool::new(false));
            let home = thread::current().id();
            let spawners: Vec<_> = (0..2)
                .map(|_| {
                    let (handle, stop) = (runtime.handle().clone(), stop.clone());
                    let (drops, made) = (drops.clone(), made.clone());
                    thread::spawn(move || {
                        let mut tasks = Vec::new();
                        // Bounded, or two who spawn outrun one who polls.
                        while tasks.is_empty()
                            || !stop.load(Ordering::SeqCst) && tasks.len() < 5_000
                        {
                            made.add();
                            tasks.push(handle.spawn(hold(drops.guard_of(home))));
                            if tasks.len() % 16 == 0 {
                                tasks.last().unwrap().abort();
                            }
                        }
                        tasks
                    })
                })
                .collect();
            runtime.block_on(async {
                while made.get() < 16 {
                    yield_now().await;
                }
            });
            drop(runtime);
            stop.store(true, Ordering::SeqCst);
            for spawner in spawners {
                let mut tasks = spawner.join().unwrap();
                assert!(tasks.iter_mut().all(is_cancelled));
            }
            // What came too late was never there: dropped where it was made, and so here or there.
            assert_eq!(drops.all.get(), made.get());
        }
    });
}

/// tokio-rs/tokio#5162: a runtime kept in a thread-local, in both orders of the thread's destructors.
/// Seen to fail (the process aborts) with the current runtime in a thread-local that has a destructor.
#[test]
fn a_runtime_in_a_thread_local_is_dropped_at_the_threads_end() {
    thread_local! {
        static RUNTIME: RefCell<Option<Runtime>> = const { RefCell::new(None) };
    }
    for used_before in [false, true] {
        let drops = Drops::default();
        thread::spawn({
            let drops = drops.clone();
            move || {
                if used_before {
                    run(async {}); // so toque's own thread-locals are older than the test's
                }
                RUNTIME.with_borrow_mut(|runtime| {
                    let runtime = runtime.insert(Runtime::new().unwrap());
                    let last_words = on_drop(|| drop(spawn(async {})));
                    runtime.spawn(hold((drops.guard(), last_words)));
                    runtime.block_on(async {
                        let nap = sleep(Duration::from_secs(3600));
                        drop(spawn(hold((drops.guard(), nap))));
                        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                        let guard = drops.guard();
                        drop(spawn(async move {
                            let _guard = guard;
                            let _ = listener.accept().await;
                        }));
                        let_others_run().await;
                    });
                });
            }
        })
        .join()
        .unwrap();
        drops.assert_at_home(3);
    }
}

/// All that a program may hold of a runtime.
struct Belongings {
    nap: Sleep,
    ticks: Interval,
    stream: TcpStream,
    listener: TcpListener,
    task: JoinHandle<()>,
    abort: AbortHandle,
    handle: Handle,
    waker: Waker,
}

impl Belongings {
    /// Each in use, as far as it can be.
    async fn new() -> (Self, net::TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let far = net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let mut nap = sleep(Duration::from_secs(3600));
        let mut ticks = interval(Duration::from_secs(3600));
        ticks.tick().await;
        let task = spawn(pending());
        let waker = poll_fn(|cx| {
            assert!(poll_once(&mut nap, cx.waker()).is_pending());
            assert!(ticks.poll_tick(cx).is_pending());
            assert!(stream.poll_read_ready(cx).is_pending());
            Poll::Ready(cx.waker().clone())
        })
        .await;
        let abort = task.abort_handle();
        let handle = Handle::current();
        let all = Self {
            nap,
            ticks,
            stream,
            listener,
            task,
            abort,
            handle,
            waker,
        };
        (all, far)
    }

    /// Uses what can be used without a runtime.
    fn touch(&mut self) {
        self.waker.wake_by_ref();
        self.abort.abort();
        self.nap.reset(self.nap.deadline());
        self.ticks.reset_immediately();
        assert!(!self.nap.is_elapsed());
        assert!(self.task.is_finished());
        assert!(self.stream.try_read(&mut [0; 8]).is_err());
        assert!(self.listener.local_addr().is_ok());
        drop(self.handle.spawn(async {}));
        assert!(format!("{:?}{:?}", self.nap, self.handle).len() > 8);
    }
}

#[test]
fn what_outlives_its_runtime_is_dropped_in_peace() {
    on_every_reactor(|_| {
        for abroad in [false, true] {
            let runtime = Runtime::new().unwrap();
            let (mut all, mut far) = runtime.block_on(Belongings::new());
            drop(runtime);
            let drop_all = move || {
                all.touch();
                drop(all);
            };
            if abroad {
                thread::spawn(drop_all).join().unwrap();
            } else {
                drop_all();
            }
            assert_eq!(far.read(&mut [0; 8]).unwrap(), 0, "closed");
        }
    });
}

#[test]
fn what_outlives_its_runtime_may_be_dropped_within_another() {
    let (mut all, mut far) = run(Belongings::new());
    run(async move {
        all.touch();
        drop(all);
    });
    assert_eq!(far.read(&mut [0; 8]).unwrap(), 0, "closed");
}

#[test]
fn what_is_dropped_after_the_threads_locals_is_dropped_in_peace() {
    thread_local! {
        static KEPT: RefCell<Option<Belongings>> = const { RefCell::new(None) };
        static RUNTIME: RefCell<Option<Runtime>> = const { RefCell::new(None) };
    }
    // The one whose destructor is registered first is dropped last, or first: both orders are played.
    for kept_first in [false, true] {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            if kept_first {
                KEPT.set(None);
            } else {
                RUNTIME.set(None);
            }
            let runtime = Runtime::new().unwrap();
            let (all, far) = runtime.block_on(Belongings::new());
            RUNTIME.set(Some(runtime));
            KEPT.set(Some(all));
            sender.send(far).unwrap();
        })
        .join()
        .unwrap();
        let mut far = receiver.recv().unwrap();
        assert_eq!(far.read(&mut [0; 8]).unwrap(), 0, "closed");
    }
}

/// Seen to fail: `Handle::block_on` took its own thread for another one and hung, `Handle::enter` entered nothing, and a runtime that
/// inspects its tasks aborted the process.
#[test]
fn a_runtime_may_be_used_by_its_handle_at_the_threads_end() {
    struct LastWords(Runtime);
    impl Drop for LastWords {
        fn drop(&mut self) {
            let handle = self.0.handle().clone();
            handle.block_on(async {
                sleep(Duration::from_millis(1)).await;
                spawn(async {}).await.unwrap();
            });
            let _entered = handle.enter();
            drop(spawn(async {}));
        }
    }
    thread_local! {
        static KEPT: RefCell<Option<LastWords>> = const { RefCell::new(None) };
    }
    watched(|| {
        let thread = thread::spawn(|| {
            KEPT.set(None); // so its destructor is registered before any of toque's, and called after them
            let mut builder = Builder::new_current_thread();
            let runtime = builder.enable_task_inspection().build().unwrap();
            runtime.block_on(yield_now());
            KEPT.set(Some(LastWords(runtime)));
        });
        thread.join().unwrap();
    });
}

/// tokio-rs/tokio#5902: a guard that a thread-local kept was dropped after the thread's context: the process aborted.
#[test]
fn a_guard_dropped_after_the_threads_locals_is_dropped_in_peace() {
    static HANDLES: [OnceLock<Handle>; 2] = [const { OnceLock::new() }; 2];
    thread_local! {
        static GUARD: RefCell<Option<EnterGuard<'static>>> = const { RefCell::new(None) };
        static RUNTIME: RefCell<Option<Runtime>> = const { RefCell::new(None) };
    }
    for (handle, guard_first) in HANDLES.iter().zip([false, true]) {
        thread::spawn(move || {
            if guard_first {
                GUARD.set(None);
            } else {
                RUNTIME.set(None);
            }
            let runtime = Runtime::new().unwrap();
            let handle = handle.get_or_init(|| runtime.handle().clone());
            RUNTIME.set(Some(runtime));
            GUARD.set(Some(handle.enter()));
            assert!(Handle::try_current().is_ok());
        })
        .join()
        .unwrap();
    }
}

/// Sockets and sleeps go home to be taken out, also by the thousand while the runtime is at its end.
#[test]
fn handles_dropped_elsewhere_while_the_runtime_drops_are_dropped_in_peace() {
    watched(|| {
        for _ in 0..50 {
            let runtime = Runtime::new().unwrap();
            let (mut all, fars): (Vec<_>, Vec<_>) = runtime.block_on(async {
                let mut pairs = Vec::new();
                for _ in 0..8 {
                    pairs.push(Belongings::new().await);
                }
                pairs.into_iter().unzip()
            });
            let half = all.split_off(4);
            let droppers = [all, half].map(|all| thread::spawn(move || drop(all)));
            drop(runtime);
            droppers
                .into_iter()
                .for_each(|dropper| dropper.join().unwrap());
            for mut far in fars {
                assert_eq!(far.read(&mut [0; 8]).unwrap(), 0, "closed");
            }
        }
    });
}

#[test]
fn a_runtime_that_was_never_used_is_dropped_in_peace() {
    on_every_reactor(|_| ());
    drop(Builder::new_current_thread().build().unwrap());
    let first = Runtime::new().unwrap();
    let second = Runtime::new().unwrap();
    drop(first);
    second.block_on(async {});
}

#[test]
fn a_runtime_gives_its_descriptors_back() {
    fn open() -> usize {
        std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
    }
    // Others tests open descriptors at the same time, so the least of many counts is compared.
    let least = || (0..50).map(|_| open()).min().unwrap();
    let before = least();
    for _ in 0..100 {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async { drop(Belongings::new().await) });
    }
    assert!(least() < before + 100, "{before} before, {} after", open());
}

/// The stated order: futures first, then the pool. A task can still wait for its job when it is dropped.
#[test]
fn futures_are_dropped_before_the_runtime_waits_for_its_jobs() {
    watched(|| {
        let (release, wait) = mpsc::channel::<()>();
        let dropped = Arc::new(Mutex::new(false));
        let runtime = Runtime::new().unwrap();
        runtime.spawn(hold(on_drop({
            let dropped = dropped.clone();
            move || {
                *dropped.lock().unwrap() = true;
                release.send(()).unwrap(); // the job ends by this, or the runtime waits for it in vain
            }
        })));
        let (begun, has_begun) = mpsc::channel();
        let job = runtime.spawn_blocking(move || {
            begun.send(()).unwrap();
            wait.recv().is_ok()
        });
        has_begun.recv().unwrap();
        drop(runtime);
        assert!(*dropped.lock().unwrap());
        assert!(run(job).unwrap());
    });
}

#[test]
fn bytes_written_before_the_end_arrive() {
    let mut far = {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let (all, far) = Belongings::new().await;
            assert_eq!(all.stream.try_write(b"soup").unwrap(), 4);
            drop(spawn(hold(all)));
            far
        })
    };
    let mut got = String::new();
    far.read_to_string(&mut got).unwrap();
    assert_eq!(got, "soup");
    let _ = far.write(b"bread");
}

#[test]
fn a_runtime_dropped_by_its_own_task_goes_on_until_its_block_on_returns() {
    let drops = Drops::default();
    let runtime = Runtime::new().unwrap();
    let handle = runtime.handle().clone();
    let left = drops.guard();
    let answer = handle.block_on(async move {
        spawn(hold(left));
        spawn(async move { drop(runtime) }).await.unwrap();
        sleep(Duration::from_millis(1)).await;
        spawn(async { 1 }).await
    });
    assert_eq!(answer.unwrap(), 1);
    drops.assert_at_home(1); // it has ended with `block_on`
    assert!(is_cancelled(&mut handle.spawn(async {})));
}

#[test]
fn a_runtime_dropped_within_its_block_on_ends_if_that_panics() {
    let drops = Drops::default();
    let runtime = Runtime::new().unwrap();
    let handle = runtime.handle().clone();
    let left = drops.guard();
    let main = async move {
        spawn(hold(left));
        drop(runtime);
        panic!("burnt");
    };
    let result = catch_unwind(AssertUnwindSafe(|| handle.block_on::<_>(main)));
    assert!(result.is_err());
    drops.assert_at_home(1);
}

#[test]
fn shutdown_within_its_own_block_on_panics_and_the_runtime_goes_on() {
    let runtime = Runtime::new().unwrap();
    let handle = runtime.handle().clone();
    let error = handle.block_on(async move {
        let shutdown = async move { runtime.shutdown(Duration::ZERO) };
        spawn(shutdown).await.unwrap_err()
    });
    assert!(error.is_panic());
}

#[test]
fn block_on_by_a_handle_after_the_end_is_woken_from_another_thread() {
    let runtime = Runtime::new().unwrap();
    let handle = runtime.handle().clone();
    let _entered = handle.enter(); // it keeps the executor
    drop(runtime);
    let (sender, receiver) = toque::sync::oneshot::channel();
    let mut sender = Some(sender);
    let mut thread = None;
    let mut receiver = std::pin::pin!(receiver);
    let answer = handle.block_on(poll_fn(|cx| {
        let answer = receiver.as_mut().poll(cx);
        if let Some(sender) = sender.take() {
            thread = Some(thread::spawn(|| sender.send("soup")));
        }
        answer
    }));
    assert_eq!(answer.unwrap(), "soup");
    thread.unwrap().join().unwrap().unwrap();
}

#[test]
fn the_report_names_a_task_that_was_spawned_elsewhere_and_has_not_arrived() {
    let mut plain = Builder::new_current_thread();
    let mut attended = Builder::new_current_thread();
    attended.on_task_spawn(|_| {});
    for builder in [&mut plain, &mut attended] {
        let runtime = builder.build().unwrap();
        let handle = runtime.handle().clone();
        let task = thread::spawn(move || handle.spawn(pending::<()>()).id());
        let id = task.join().unwrap();
        let report = runtime.shutdown(Duration::ZERO);
        let ids: Vec<_> = report.tasks.iter().map(|task| task.id).collect();
        assert_eq!(ids, [id]);
    }
}
