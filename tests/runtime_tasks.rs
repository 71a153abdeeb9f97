//! The inspection of tasks: who lives, how each stands, and what it waits for.

mod tools;

use std::future::pending;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tools::{caught, let_others_run, run};
use toque::net::UdpSocket;
use toque::runtime::{TaskInfo, TaskState, Wait};
use toque::sync::{Mutex, Notify, oneshot};
use toque::time::{Instant, sleep_until};
use toque::{Builder, Handle, Runtime, spawn};

fn inspected() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_task_inspection().build().unwrap()
}

fn tasks() -> Vec<TaskInfo> {
    Handle::current().tasks().unwrap()
}

fn named<F: Future<Output = ()> + 'static>(name: &str, future: F) -> toque::JoinHandle<()> {
    toque::task::Builder::new()
        .name(name)
        .spawn(future)
        .unwrap()
}

/// What the task of this name waits for.
#[track_caller]
fn waits(name: &str) -> Vec<Wait> {
    let task = tasks()
        .into_iter()
        .find(|task| task.name.as_deref() == Some(name));
    match task.expect("it lives").state {
        TaskState::Waiting(waits) => waits,
        state => panic!("{name}: {state:?}"),
    }
}

#[test]
fn each_leaf_says_what_it_waits_for() {
    inspected().block_on(async {
        let deadline = Instant::now() + Duration::from_secs(3600);
        drop(named("timer", async move { sleep_until(deadline).await }));
        #[cfg(unix)]
        let descriptor = {
            use std::os::fd::AsRawFd;
            let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let descriptor = i64::from(socket.as_raw_fd());
            drop(named("socket", async move {
                drop(socket.recv(&mut [0; 8]).await)
            }));
            descriptor
        };
        let never = spawn(pending::<()>());
        let id = never.id();
        drop(named("join", async move { drop(never.await) }));
        let (send, receive) = oneshot::channel::<()>();
        drop(named("channel", async move { drop(receive.await) }));
        let lock = std::rc::Rc::new(Mutex::new(()));
        let held = lock.lock().await;
        drop(named("lock", {
            let lock = lock.clone();
            async move { drop(lock.lock().await) }
        }));
        drop(named("notify", async { Notify::new().notified().await }));
        drop(named("foreign", pending()));
        let_others_run().await;

        assert_eq!(waits("timer"), [Wait::Timer(deadline)]);
        #[cfg(unix)]
        assert_eq!(waits("socket"), [Wait::Read(descriptor)]);
        assert_eq!(waits("join"), [Wait::Task(id)]);
        for name in ["channel", "lock", "notify"] {
            assert!(matches!(waits(name)[..], [Wait::Sync(_)]), "{name}");
        }
        assert_eq!(waits("foreign"), []);
        drop((send, held));
    });
}

#[test]
fn a_task_that_waits_for_two_things_names_both() {
    inspected().block_on(async {
        let deadline = Instant::now() + Duration::from_secs(3600);
        let (send, receive) = oneshot::channel::<()>();
        drop(named("both", async move {
            toque::select! {
                _ = sleep_until(deadline) => {}
                _ = receive => {}
            }
        }));
        let_others_run().await;
        let waits = waits("both");
        assert!(
            waits.contains(&Wait::Timer(deadline)) && waits.len() == 2,
            "{waits:?}"
        );
        drop(send);
    });
}

#[test]
fn a_task_is_ready_then_running_then_waiting_then_gone() {
    inspected().block_on(async {
        let state = |id| {
            tasks()
                .into_iter()
                .find(|task| task.id == id)
                .map(|task| task.state)
        };
        let (send, receive) = oneshot::channel::<()>();
        let task = spawn(async move {
            let running = state(toque::task::id());
            receive.await.unwrap();
            running
        });
        let id = task.id();
        assert_eq!(state(id), Some(TaskState::Ready));
        let_others_run().await;
        assert!(matches!(state(id), Some(TaskState::Waiting(_))));
        send.send(()).unwrap();
        assert_eq!(state(id), Some(TaskState::Ready), "woken");
        assert_eq!(task.await.unwrap(), Some(TaskState::Running));
        assert_eq!(state(id), None);
    });
}

#[test]
fn polls_and_their_time_are_noted() {
    const BLOCKED: Duration = Duration::from_millis(20);
    inspected().block_on(async {
        drop(spawn(async {
            thread::sleep(BLOCKED);
            toque::task::yield_now().await;
            pending::<()>().await;
        }));
        let_others_run().await;
        let task = &tasks()[0];
        assert_eq!(task.polls, 2);
        assert!(task.busy >= BLOCKED, "{:?}", task.busy);
        assert_eq!(task.location.file(), file!());
    });
}

#[test]
fn another_thread_may_ask_while_a_task_blocks_the_loop() {
    let runtime = inspected();
    let handle = runtime.handle().clone();
    runtime.block_on(async {
        drop(named("waits", pending()));
        let_others_run().await;
        let (give, take) = mpsc::channel();
        let asks = thread::spawn(move || give.send(handle.dump()).unwrap());
        named("blocks", async move {
            drop(named("behind", async {}));
            asks.join().unwrap(); // never do that
        })
        .await
        .unwrap();
        let dump = take.recv().unwrap();
        let states = |name: &str| {
            let mut tasks = dump.tasks().iter();
            tasks
                .find(|task| task.name.as_deref() == Some(name))
                .map(|task| task.state.clone())
        };
        assert_eq!(states("waits"), Some(TaskState::Waiting(Vec::new())));
        assert!(matches!(
            states("blocks"),
            None | Some(TaskState::Ready | TaskState::Running)
        ));
    });
}

#[test]
fn the_dump_is_text_and_json() {
    let runtime = inspected();
    let dump = runtime.block_on(async {
        let never = named("a \"quoted\" name\n", pending());
        let id = never.id();
        drop(named("join", async move { drop(never.await) }));
        let_others_run().await;
        let text = toque::dump().to_string();
        assert!(text.starts_with("2 tasks\ntask "), "{text}");
        assert!(
            text.contains(&format!("waits for the end of task {id}; 1 polls")),
            "{text}"
        );
        toque::dump()
    });
    let json = dump.to_json();
    assert!(
        json.contains(r#""name":"a \"quoted\" name\u000a","location":"tests/"#),
        "{json}"
    );
    assert!(json.contains(&format!(
        r#""state":"waiting","waits":[{{"task":{}}}]"#,
        dump.tasks()[0].id
    )));
    assert!(json.starts_with('[') && json.ends_with("}]"));
}

#[test]
fn a_runtime_that_notes_nothing_says_so() {
    run(async {
        assert!(Handle::current().tasks().is_none());
        assert!(toque::dump().to_string().contains("enable_task_inspection"));
        assert_eq!(toque::dump().to_json(), "[]");
    });
    caught(|| drop(toque::dump())).assert_names(file!(), &["toque::dump", "block_on"]);
}
