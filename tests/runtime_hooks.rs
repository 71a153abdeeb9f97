//! The hooks: when they are called, with what, and what they may do.

mod tools;

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use tools::{Count, let_others_run};
use toque::runtime::TaskMeta;
use toque::sync::Notify;
use toque::task::yield_now;
use toque::time::sleep;
use toque::{Builder, Handle, Runtime, spawn};

/// What hooks have said, in order.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    /// A hook that notes its name and the task's.
    fn hook(&self, what: &'static str) -> impl Fn(&TaskMeta<'_>) + Send + Sync + 'static {
        let this = self.clone();
        move |task| this.note(format!("{what} {}", task.name().unwrap_or("nameless")))
    }

    fn note(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// A runtime whose task hooks all write into the diary.
fn observed(diary: &Diary) -> Runtime {
    Builder::new_current_thread()
        .on_task_spawn(diary.hook("spawn"))
        .on_before_task_poll(diary.hook("before"))
        .on_after_task_poll(diary.hook("after"))
        .on_task_terminate(diary.hook("terminate"))
        .build()
        .unwrap()
}

fn named(name: &str) -> toque::task::Builder<'_> {
    toque::task::Builder::new().name(name)
}

#[test]
fn a_task_is_told_of_from_its_spawn_to_its_end() {
    let diary = Diary::default();
    observed(&diary).block_on(async {
        let soup = named("soup").spawn(async { yield_now().await }).unwrap();
        assert_eq!(diary.take(), ["spawn soup"]);
        soup.await.unwrap();
        let polls = ["before soup", "after soup", "before soup"];
        assert_eq!(
            diary.take(),
            [&polls[..], &["terminate soup", "after soup"]].concat()
        );
    });
    assert_eq!(diary.take(), [""; 0], "the future of `block_on` is no task");
}

#[test]
fn every_kind_of_end_is_told_once_and_no_poll_with_it() {
    let diary = Diary::default();
    let runtime = observed(&diary);
    runtime.block_on(async {
        let panics = named("panics").spawn(async { panic!("no salt") }).unwrap();
        assert!(panics.await.unwrap_err().is_panic());
        let told = [
            "spawn panics",
            "before panics",
            "terminate panics",
            "after panics",
        ];
        assert_eq!(diary.take(), told);

        let aborted = named("aborted").spawn(pending::<()>()).unwrap();
        let_others_run().await;
        diary.take();
        aborted.abort();
        assert!(aborted.await.unwrap_err().is_cancelled());
        let mut told = diary.take();
        told.retain(|line| line.starts_with("terminate"));
        assert_eq!(told, ["terminate aborted"]);

        drop(named("left").spawn(pending::<()>()).unwrap());
        diary.take();
    });
    drop(runtime);
    assert_eq!(diary.take(), ["terminate left"]);
}

#[test]
fn a_hook_of_polls_needs_no_other() {
    let diary = Diary::default();
    let one_hook = [
        Builder::new_current_thread()
            .on_before_task_poll(diary.hook("before"))
            .build(),
        Builder::new_current_thread()
            .on_after_task_poll(diary.hook("after"))
            .build(),
    ];
    for runtime in one_hook {
        let runtime = runtime.unwrap();
        runtime.block_on(async { named("soup").spawn(async {}).unwrap().await.unwrap() });
    }
    assert_eq!(diary.take(), ["before soup", "after soup"]);
}

#[test]
fn a_task_from_another_thread_is_told_of_at_home() {
    let home = thread::current().id();
    let (said, told) = mpsc::channel();
    let runtime = Builder::new_current_thread()
        .on_task_spawn(move |task| {
            let here = thread::current().id();
            said.send((here, task.id(), task.spawned_at().file()))
                .unwrap();
        })
        .build()
        .unwrap();
    let handle = runtime.handle().clone();
    let task = thread::spawn(move || handle.spawn(async {}))
        .join()
        .unwrap();
    assert!(told.try_recv().is_err(), "it has not arrived yet");
    let id = task.id();
    runtime.block_on(task).unwrap();
    assert_eq!(told.recv().unwrap(), (home, id, file!()));
}

#[test]
fn a_hook_may_spawn_and_is_called_for_that_too() {
    thread_local! {
        static DEPTH: Cell<u32> = const { Cell::new(0) };
    }
    let calls = Count::default();
    let count = calls.clone();
    let runtime = Builder::new_current_thread()
        .on_task_spawn(move |_| {
            count.add();
            DEPTH.set(DEPTH.get() + 1);
            if DEPTH.get() < 3 {
                drop(spawn(async {}));
            }
            DEPTH.set(DEPTH.get() - 1);
        })
        .build()
        .unwrap();
    runtime.block_on(async {
        spawn(async {}).await.unwrap();
        let_others_run().await;
        assert_eq!(calls.get(), 3);
        assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
    });
}

/// Seen to fail: in the runtime's end the hook was called for what it had spawned itself, until the stack overflowed.
#[test]
fn a_hook_that_replaces_each_task_that_ends_does_not_keep_the_runtime_from_ending() {
    let (spawned, ended) = (Count::default(), Count::default());
    let (arrives, leaves) = (spawned.clone(), ended.clone());
    let runtime = Builder::new_current_thread()
        .on_task_spawn(move |_| arrives.add())
        .on_task_terminate(move |_| {
            leaves.add();
            drop(spawn(pending::<()>()));
        })
        .build()
        .unwrap();
    runtime.block_on(async {
        spawn(async {}).await.unwrap();
        let_others_run().await;
        assert_eq!((spawned.get(), ended.get()), (2, 1));
    });
    drop(runtime);
    assert_eq!((spawned.get(), ended.get()), (2, 2));
}

#[test]
fn the_panic_of_a_hook_ends_with_it() {
    let calls = Count::default();
    let hook = |calls: Count| {
        move |_: &TaskMeta<'_>| {
            calls.add();
            panic!("a hook that panics");
        }
    };
    let runtime = Builder::new_current_thread()
        .on_task_spawn(hook(calls.clone()))
        .on_before_task_poll(hook(calls.clone()))
        .on_after_task_poll(hook(calls.clone()))
        .on_task_terminate(hook(calls.clone()))
        .on_thread_park(|| panic!("so does this one"))
        .on_thread_unpark(|| panic!("and this one"))
        .build()
        .unwrap();
    let (handle, (send, receive)) = (runtime.handle().clone(), toque::sync::oneshot::channel());
    let waits = runtime.spawn(receive);
    let sender = thread::spawn(move || {
        // Two parts: the runtime sleeps for the first, most likely.
        handle.block_on(handle.spawn(async {})).unwrap();
        send.send(7).unwrap();
    });
    assert_eq!(runtime.block_on(waits).unwrap(), Ok(7));
    sender.join().unwrap();
    assert!(calls.get() >= 8, "{}", calls.get());
}

#[test]
fn what_a_park_hook_wakes_keeps_the_thread_awake() {
    thread_local! {
        static WAITS: RefCell<Option<toque::sync::oneshot::Sender<&'static str>>> = const { RefCell::new(None) };
    }
    // No timer, no socket, no other thread: if the runtime's slept, nothing would wake it.
    tools::watched(|| {
        let runtime = Builder::new_current_thread()
            .on_thread_park(|| {
                if let Some(waits) = WAITS.take() {
                    waits.send("woken by the hook").unwrap();
                }
            })
            .build()
            .unwrap();
        let (send, receive) = toque::sync::oneshot::channel();
        WAITS.set(Some(send));
        assert_eq!(runtime.block_on(receive), Ok("woken by the hook"));
    });
}

/// tokio-rs/tokio#8212: the driver is never looked at, since the hook's wake ends each `block_on` before.
#[test]
fn a_park_hook_that_ends_each_block_on_keeps_no_timer_from_firing() {
    tools::watched(|| {
        let bell = Arc::new(Notify::new());
        let hook = bell.clone();
        let runtime = Builder::new_current_thread()
            .on_thread_park(move || hook.notify_waiters())
            .build()
            .unwrap();
        let sleeper = runtime.spawn(async { sleep(Duration::from_millis(1)).await });
        while !sleeper.is_finished() {
            runtime.block_on(bell.notified());
        }
    });
}

#[test]
fn parks_and_unparks_come_in_pairs() {
    let (parks, unparks) = (Count::default(), Count::default());
    let (count_parks, count_unparks) = (parks.clone(), unparks.clone());
    let runtime = Builder::new_current_thread()
        .on_thread_park(move || count_parks.add())
        .on_thread_unpark(move || count_unparks.add())
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        for n in 1..=3 {
            toque::time::sleep(std::time::Duration::from_secs(1)).await;
            assert!(parks.get() >= n);
            assert_eq!(unparks.get(), parks.get());
        }
    });
}

#[test]
fn a_hook_may_drop_the_runtime_that_calls_it() {
    thread_local! {
        static RUNTIME: RefCell<Option<Runtime>> = const { RefCell::new(None) };
        static GUARD: RefCell<Option<toque::runtime::EnterGuard<'static>>> = const { RefCell::new(None) };
    }
    let calls = Count::default();
    let count = calls.clone();
    let runtime = Builder::new_current_thread()
        .on_task_spawn(move |_| {
            count.add();
            drop(RUNTIME.take());
            drop(GUARD.take()); // the last that keeps the runtime's memory
        })
        .build()
        .unwrap();
    let handle: &'static Handle = Box::leak(Box::new(runtime.handle().clone()));
    GUARD.set(Some(handle.enter()));
    RUNTIME.set(Some(runtime));
    let task = spawn(async {});
    assert!(task.is_finished(), "its runtime has ended");
    assert_eq!(calls.get(), 1);
}
