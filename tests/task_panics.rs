//! Panics: one ends its task and reaches whoever awaits that, and nobody else.

mod tools;

use std::cell::Cell;
use std::future::pending;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::pin::pin;
use std::process::Command;
use std::rc::Rc;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use tools::{
    Count, CountingWaker, Drops, PanickingWaker, counting, hold, let_others_run, on_drop,
    on_every_reactor, poll_once, run, text_of, watched,
};
use toque::io::Async;
use toque::runtime::UnhandledPanic;
use toque::task::{self, JoinError, yield_now};
use toque::time::sleep;
use toque::{Builder, Runtime, spawn, spawn_blocking};

/// What a bystander of a panic must be able to do: wait, be woken, end.
struct Bystander {
    task: toque::JoinHandle<()>,
    open: toque::sync::oneshot::Sender<()>,
}

impl Bystander {
    fn new() -> Self {
        let (open, door) = toque::sync::oneshot::channel();
        let task = spawn(async move { door.await.unwrap() });
        Self { task, open }
    }

    async fn assert_unhurt(self) {
        assert!(!self.task.is_finished());
        self.open.send(()).unwrap();
        self.task.await.unwrap();
    }
}

#[test]
fn a_panic_reaches_the_tasks_handle_and_nobody_else() {
    run(async {
        let bystander = Bystander::new();
        let task = spawn(async {
            yield_now().await;
            panic!("the soup is {}", "burnt");
        });
        let id = task.id();
        let error: JoinError = task.await.unwrap_err();
        assert!(error.is_panic() && !error.is_cancelled());
        assert_eq!(error.id(), id);
        assert!(error.to_string().contains("the soup is burnt"), "{error}");
        let printed = format!("{error:?}");
        assert!(printed.starts_with("JoinError::Panic(") && printed.contains("the soup is burnt"));
        assert_eq!(text_of(&*error.into_panic()), "the soup is burnt");
        bystander.assert_unhurt().await;
    });
}

#[test]
fn a_panic_in_a_detached_task_hurts_nobody() {
    run(async {
        let bystander = Bystander::new();
        drop(spawn(async { panic!("unheard") }));
        let_others_run().await;
        bystander.assert_unhurt().await;
    });
}

#[test]
fn a_payload_of_any_type_arrives() {
    run(async {
        let error = spawn(async { panic_any(7_u8) }).await.unwrap_err();
        assert_eq!(
            *error.try_into_panic().unwrap().downcast::<u8>().unwrap(),
            7
        );
        let error = spawn(async { resume_unwind(Box::new(8_u8)) })
            .await
            .unwrap_err();
        assert_eq!(*error.into_panic().downcast::<u8>().unwrap(), 8);
    });
}

#[test]
fn a_panic_in_a_futures_destructor_hurts_nobody_whenever_it_comes() {
    let unfinished = on_drop(|| panic!("dropped with the runtime"));
    let runtime = Runtime::new().unwrap();
    let drops = Drops::default();
    runtime.spawn(hold(unfinished));
    runtime.spawn(hold(drops.guard()));
    runtime.block_on(async {
        let bystander = Bystander::new();
        // At its end.
        let done = spawn({
            let burnt = on_drop(|| panic!("dropped at the end"));
            async move {
                let _burnt = &burnt;
                7
            }
        });
        // What an async block drops at its end is part of the poll.
        assert!(done.await.unwrap_err().is_panic());
        // With the future, after its end.
        let done = spawn(WithDestructor(on_drop(|| panic!("dropped after the end"))));
        assert_eq!(done.await.unwrap(), 7);
        // Aborted.
        let aborted = spawn(hold(on_drop(|| panic!("dropped by an abort"))));
        let_others_run().await;
        aborted.abort();
        assert!(aborted.await.unwrap_err().is_panic());
        // Aborted before its first poll.
        let unpolled = spawn(hold(on_drop(|| panic!("dropped unpolled"))));
        unpolled.abort();
        assert!(unpolled.await.unwrap_err().is_panic());
        // Detached.
        drop(spawn(WithDestructor(on_drop(|| {
            panic!("dropped detached")
        }))));
        let_others_run().await;
        bystander.assert_unhurt().await;
    });
    drop(runtime);
    drops.assert_at_home(1);
}

/// Ready at once; what it holds is dropped with it, after its last poll.
struct WithDestructor<T>(#[allow(dead_code)] T);

impl<T> std::future::Future for WithDestructor<T> {
    type Output = u32;

    fn poll(self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> std::task::Poll<u32> {
        std::task::Poll::Ready(7)
    }
}

/// Seen to fail (the process aborts) with the outcome not wrapped in its guard.
#[test]
fn a_panic_in_an_outputs_destructor_hurts_nobody() {
    run(async {
        let bystander = Bystander::new();
        let output = || on_drop(|| panic!("an output"));
        drop(spawn(async move { output() })); // dropped at its end
        let unread = spawn(async move { output() });
        let_others_run().await;
        drop(unread); // dropped with the handle
        let read = spawn(async move { output() }).await.unwrap();
        assert!(
            catch_unwind(AssertUnwindSafe(|| drop(read))).is_err(),
            "ours to drop"
        );
        bystander.assert_unhurt().await;
    });
}

#[test]
fn a_payload_that_panics_when_it_is_dropped_hurts_nobody() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a payload");
        }
    }
    run(async {
        let bystander = Bystander::new();
        drop(spawn(async { panic_any(Bomb) }));
        let unread = spawn(async { panic_any(Bomb) });
        let_others_run().await;
        drop(unread);
        drop(spawn(hold(on_drop(|| panic_any(Bomb)))));
        let in_destructor = spawn(hold(on_drop(|| panic_any(Bomb))));
        let_others_run().await;
        in_destructor.abort();
        Box::leak(in_destructor.await.unwrap_err().into_panic()); // ours not to drop
        drop(spawn_blocking(|| panic_any(Bomb)));
        bystander.assert_unhurt().await;
    });
}

#[test]
fn a_panic_in_a_blocking_job_reaches_its_handle_and_leaves_the_pool_working() {
    let runtime = toque::Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    runtime.block_on(async {
        let error = spawn_blocking(|| panic!("burnt")).await.unwrap_err();
        assert!(error.is_panic());
        drop(spawn_blocking(|| panic!("unheard")));
        assert_eq!(spawn_blocking(|| 7).await.unwrap(), 7);
    });
}

#[test]
fn after_a_panic_of_block_ons_own_future_the_tasks_go_on_with_the_next() {
    let runtime = Runtime::new().unwrap();
    let polls = Count::default();
    let task = runtime.spawn(counting(polls.clone(), async {
        yield_now().await;
        yield_now().await;
        "served"
    }));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            yield_now().await;
            panic!("burnt");
        })
    }));
    assert!(panicked.is_err());
    assert!(
        toque::Handle::try_current().is_err(),
        "the runtime was left"
    );
    assert_eq!(runtime.block_on(task).unwrap(), "served");
    assert_eq!(polls.get(), 3);
}

#[test]
fn a_runtime_dropped_by_a_panic_drops_every_future() {
    let drops = Drops::default();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let runtime = Runtime::new().unwrap();
        runtime.spawn(hold(drops.guard()));
        runtime.block_on(async {
            spawn(hold(drops.guard()));
            let_others_run().await;
            spawn(hold(drops.guard()));
            panic!("burnt");
        })
    }));
    assert_eq!(text_of(&*panicked.unwrap_err()), "burnt");
    drops.assert_at_home(3);
}

/// tokio-rs/tokio PR 4055: one waker that panics keeps the others from being woken. Here the panic comes out of `block_on`,
/// after the last was woken, and nothing is poisoned.
#[test]
fn a_waker_that_panics_among_sleepers_keeps_no_other_from_being_woken() {
    let runtime = Runtime::new().unwrap();
    let count = Arc::new(CountingWaker::default());
    let wakers: [Waker; 3] = [
        count.clone().into(),
        Arc::new(PanickingWaker).into(),
        count.clone().into(),
    ];
    let mut sleeps = Vec::new();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            let deadline = toque::time::Instant::now() + Duration::from_millis(1);
            for waker in &wakers {
                let mut sleep = Box::pin(toque::time::sleep_until(deadline));
                assert!(poll_once(&mut sleep, waker).is_pending());
                sleeps.push(sleep);
            }
            pending::<()>().await;
        });
    }));
    assert_eq!(text_of(&*panicked.unwrap_err()), "a waker that panics");
    assert_eq!(count.wakes(), 2);
    runtime.block_on(async {
        sleep(Duration::from_millis(1)).await;
        Bystander::new().assert_unhurt().await;
        for mut sleep in sleeps {
            assert!(poll_once(&mut sleep, Waker::noop()).is_ready());
        }
    });
}

#[test]
fn a_waker_that_panics_among_readers_keeps_no_other_from_being_woken() {
    on_every_reactor(|runtime| {
        let (near, mut far) = UnixStream::pair().unwrap();
        let near = runtime.block_on(async { Async::new(near).unwrap() });
        let count = Arc::new(CountingWaker::default());
        let wakers: [Waker; 3] = [
            count.clone().into(),
            Arc::new(PanickingWaker).into(),
            count.clone().into(),
        ];
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                let read = || near.read_with(|mut io| io.read(&mut [0; 8]));
                let (mut one, mut two, mut three) = (pin!(read()), pin!(read()), pin!(read()));
                let [first, second, third] = &wakers;
                assert!(poll_once(&mut one, first).is_pending());
                assert!(poll_once(&mut two, second).is_pending());
                assert!(poll_once(&mut three, third).is_pending());
                far.write_all(b"soup").unwrap();
                pending::<()>().await;
            });
        }));
        assert_eq!(text_of(&*panicked.unwrap_err()), "a waker that panics");
        assert_eq!(count.wakes(), 2);
        runtime.block_on(async {
            assert_eq!(
                near.read_with(|mut io| io.read(&mut [0; 8])).await.unwrap(),
                4
            );
        });
    });
}

/// Seen to fail: `async-task`, which calls and drops this waker, aborted the process.
#[test]
fn a_waker_that_panics_at_a_tasks_end_or_in_its_own_hurts_nobody() {
    struct PanicsInItsEnd;
    impl Wake for PanicsInItsEnd {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for PanicsInItsEnd {
        fn drop(&mut self) {
            panic!("a waker that panics when it is dropped");
        }
    }

    run(async {
        let wakers: [Waker; 2] = [
            Arc::new(PanickingWaker).into(),
            Arc::new(PanicsInItsEnd).into(),
        ];
        for waker in wakers {
            let bystander = Bystander::new();
            let mut task = spawn(async { 1 });
            let (open, door) = mpsc::channel();
            let mut job = spawn_blocking(move || door.recv());
            assert!(poll_once(&mut task, &waker).is_pending());
            assert!(poll_once(&mut job, &waker).is_pending());
            drop(waker);
            open.send(2).unwrap();
            let_others_run().await;
            assert_eq!(task.await.unwrap(), 1);
            assert_eq!(job.await.unwrap(), Ok(2));
            bystander.assert_unhurt().await;
        }
    });
}

/// A waker is called by whoever wakes: there the panic belongs to that task.
#[test]
fn a_waker_that_panics_in_a_channel_ends_the_sender_only() {
    run(async {
        let bystander = Bystander::new();
        let (sender, mut receiver) = toque::sync::oneshot::channel::<()>();
        assert!(poll_once(&mut receiver, &Arc::new(PanickingWaker).into()).is_pending());
        let task = spawn(async move { sender.send(()) });
        assert!(task.await.unwrap_err().is_panic());
        bystander.assert_unhurt().await;
    });
}

/// A task that panics leaves its budget and its place to others: a thousand of them are as good as one.
#[test]
fn a_thousand_panics_leave_no_trace() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let ended = Rc::new(Cell::new(0));
        for _ in 0..1000 {
            let guard = on_drop({
                let ended = ended.clone();
                move || ended.set(ended.get() + 1)
            });
            let task = spawn(async move {
                let _guard = guard;
                yield_now().await;
                resume_unwind(Box::new(())); // without the hook's many lines
            });
            assert!(task.await.unwrap_err().is_panic());
        }
        assert_eq!(ended.get(), 1000);
    });
    assert!(format!("{runtime:?}").contains("tasks: 0"), "{runtime:?}");
}

#[test]
fn a_panic_that_nobody_awaits_is_told_to_the_hook_by_name_and_place() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let note = told.clone();
    let hook = UnhandledPanic::Hook(Arc::new(move |panic| {
        note.lock().unwrap().push(panic.to_string());
    }));
    let runtime = Builder::new_current_thread()
        .unhandled_panic(hook)
        .build()
        .unwrap();
    let (line, id) = runtime.block_on(async {
        let heard = spawn(async { panic!("heard") });
        assert!(heard.await.unwrap_err().is_panic());
        let soup = task::Builder::new().name("soup");
        let (line, soup) = (line!(), soup.spawn(async { panic!("burnt") }));
        let id = format!("{:?}", soup.unwrap().id()); // and the handle is gone
        let_others_run().await;
        (line, id)
    });
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    let number = id.trim_matches(|c: char| !c.is_ascii_digit());
    let who = format!(r#"task {number} "soup", spawned at tests/task_panics.rs:{line}:"#);
    assert!(told[0].starts_with(&who), "{told:?}");
    assert!(told[0].ends_with(", panicked: burnt"), "{told:?}");
}

#[test]
fn a_panic_that_nobody_awaits_ends_the_runtime_if_it_is_set_to() {
    watched(|| {
        let runtime = Builder::new_current_thread()
            .unhandled_panic(UnhandledPanic::ShutdownRuntime)
            .build()
            .unwrap();
        let heard = runtime.block_on(async { spawn(async { panic!("heard") }).await });
        assert!(heard.unwrap_err().is_panic(), "that one does not");
        let end = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                drop(spawn(async { panic!("burnt") }));
                pending::<()>().await;
            });
        }));
        let text = text_of(&*end.unwrap_err());
        assert!(text.contains("burnt; nobody awaits it"), "{text}");
    });
}

/// Set where this program is its own child.
const ROLE: &str = "TOQUE_TASK_PANICS_ROLE";

/// Not a test: what this program is as a child.
#[test]
fn the_child() {
    if std::env::var_os(ROLE).is_some() {
        run(async {
            let soup = task::Builder::new().name("soup");
            drop(soup.spawn(async { panic!("burnt") }).unwrap());
            let_others_run().await;
        });
    }
}

#[test]
fn a_panic_that_nobody_awaits_is_told_on_standard_error() {
    // This file may be a module of a larger program (`scripts/mutants-cargo`).
    let child = match module_path!().split_once("::") {
        Some((_, module)) => format!("{module}::the_child"),
        None => "the_child".to_owned(),
    };
    let output = Command::new(std::env::current_exe().unwrap())
        .args([&child, "--exact", "--nocapture"])
        .env(ROLE, "")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let is_told = |line: &str| {
        line.starts_with("toque: task ")
            && line.contains(r#""soup", spawned at tests/task_panics.rs:"#)
            && line.ends_with(", panicked: burnt; nobody awaits it")
    };
    assert!(told.lines().any(is_told), "{told}");
}
