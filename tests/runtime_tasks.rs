//! The inspection of tasks: who lives, how each stands, and what it waits for.

mod tools;

use std::future::pending;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tools::{caught, let_others_run, run};
use toque::net::UdpSocket;
use toque::runtime::{Address, TaskInfo, TaskState, Wait};
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
        let (descriptor, local) = {
            use std::os::fd::AsRawFd;
            let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let (descriptor, local) = (socket.as_raw_fd(), socket.local_addr().unwrap());
            drop(named("socket", async move {
                drop(socket.recv(&mut [0; 8]).await)
            }));
            (i64::from(descriptor), local)
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
        {
            let waits = waits("socket");
            let [Wait::Read(waited)] = &waits[..] else {
                panic!("{waits:?}");
            };
            assert_eq!(waited.number, descriptor);
            assert_eq!(waited.local, Some(Address::Ip(local)));
            assert_eq!(waited.peer, None);
        }
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
        assert!(
            text.starts_with("2 tasks\nblock_on, called at tests/") && text.contains("\ntask "),
            "{text}"
        );
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
    assert!(dump.block_on().unwrap().polls > 0);
    assert!(json.starts_with(r#"[{"id":null,"name":"block_on","location":"tests/"#));
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

/// It keeps a list of its tasks for their names, but not how they stand.
#[test]
fn a_runtime_that_only_warns_of_stalls_inspects_nothing() {
    let mut builder = Builder::new_current_thread();
    let runtime = builder.warn_on_stall(Duration::from_secs(60)).build();
    assert!(runtime.unwrap().handle().tasks().is_none());
}

#[cfg(unix)]
#[test]
fn a_socket_is_shown_with_both_addresses() {
    use toque::io::{AsyncRead, AsyncWrite};
    use toque::net::{TcpListener, TcpStream, UnixStream};

    inspected().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let client = TcpStream::connect(here).await.unwrap();
        let there = client.local_addr().unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        drop(named(
            "accepts",
            async move { drop(listener.accept().await) },
        ));
        drop(named("reads", async move {
            let read = std::future::poll_fn(|cx| {
                std::pin::Pin::new(&mut server).poll_read(cx, &mut [0; 8])
            });
            drop(read.await);
        }));
        let (mut one, other) = UnixStream::pair().unwrap();
        drop(named("writes", async move {
            let full = std::future::poll_fn(|cx| {
                loop {
                    let write = std::pin::Pin::new(&mut one).poll_write(cx, &[0; 65536]);
                    std::task::ready!(write).unwrap();
                }
            });
            full.await
        }));
        for _ in 0..100 {
            toque::task::yield_now().await;
        }
        let show = |name| waits(name).iter().map(Wait::to_string).collect::<String>();
        let accepts = show("accepts");
        assert!(
            accepts.ends_with(&format!(" on {here} to be readable")),
            "{accepts}"
        );
        let reads = show("reads");
        let expected = format!(" on {here} with {there} to be readable");
        assert!(
            reads.starts_with("socket ") && reads.ends_with(&expected),
            "{reads}"
        );
        let writes = show("writes");
        assert!(
            writes.starts_with("descriptor ") && writes.ends_with(" to be writable"),
            "it has no name: {writes}"
        );
        drop((client, other));
    });
}

#[test]
fn the_future_of_block_on_is_shown_as_long_as_it_runs() {
    let runtime = inspected();
    let handle = runtime.handle().clone();
    assert!(handle.dump().block_on().is_none());
    let line = line!() + 1;
    runtime.block_on(async {
        let shown = || toque::dump().block_on().cloned().unwrap();
        let (send, receive) = oneshot::channel::<()>();
        let looks = named("looks", async move {
            let main = shown();
            assert_eq!((main.location.line(), main.polls), (line, 1));
            let TaskState::Waiting(waits) = &main.state else {
                panic!("{main}");
            };
            assert!(matches!(waits[..], [Wait::Sync(_)]), "{main}");
            send.send(()).unwrap();
            assert_eq!(shown().state, TaskState::Ready, "woken");
        });
        receive.await.unwrap();
        let main = toque::dump().block_on().cloned().unwrap();
        assert_eq!((main.state, main.polls), (TaskState::Running, 2));
        looks.await.unwrap();
    });
    assert!(handle.dump().block_on().is_none());
    let panics = || runtime.block_on(async { panic!("on purpose") });
    drop(caught(panics));
    assert!(handle.dump().block_on().is_none(), "after a panic too");
}
