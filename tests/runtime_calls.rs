//! The lines of a dump: who waits for another task is shown in the function it called, by the line that called it.

mod tools;

use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tools::let_others_run;
use toque::runtime::{Call, TaskState, Wait};
use toque::sync::{self, CancellationToken, broadcast, watch};
use toque::task::{JoinSet, TaskTracker};
use toque::{Builder, Handle, local};

/// What the task of this name waits for, but for timers.
#[track_caller]
fn waits(name: &str) -> Vec<Wait> {
    let tasks = Handle::current().tasks().unwrap();
    let mut tasks = tasks.into_iter();
    let task = tasks.find(|task| task.name.as_deref() == Some(name));
    let TaskState::Waiting(mut waits) = task.expect("it lives").state else {
        panic!("{name} does not wait");
    };
    waits.retain(|wait| !matches!(wait, Wait::Timer(_)));
    waits
}

/// Spawns a task that makes the call, by whose name it goes, and remembers the line.
macro_rules! call {
    ($calls:ident: $name:literal, $call:expr) => {{
        let task = toque::task::Builder::new().name($name);
        drop(task.spawn(async move {
            let _ = $call.await;
        }));
        $calls.push(($name, line!()));
    }};
}

async fn check(calls: Vec<(&'static str, u32)>) {
    let_others_run().await;
    for (name, line) in calls {
        let waits = waits(name);
        let [
            Wait::Sync(Call {
                name: called,
                location,
                ..
            }),
        ] = waits[..]
        else {
            panic!("{name}: {waits:?}");
        };
        let location = location.expect("the line is known");
        assert_eq!(
            (called, location.file(), location.line()),
            (name, file!(), line)
        );
    }
}

fn run(test: impl AsyncFnOnce()) {
    let mut builder = Builder::new_current_thread();
    builder
        .enable_task_inspection()
        .build()
        .unwrap()
        .block_on(test());
}

/// A value that lives as long as the program: so what borrows it can be spawned.
fn leaked<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

#[test]
#[rustfmt::skip] // a call and its name are on one line
fn a_call_is_shown_by_its_line() {
    run(async || {
        let mut calls = Vec::new();
        let lock = &*leaked(sync::Mutex::new(()));
        let owned = &*leaked(Arc::new(sync::Mutex::new(())));
        let held = (lock.lock().await, owned.clone().lock_owned().await);
        call!(calls: "Mutex::lock", lock.lock());
        call!(calls: "Mutex::lock_owned", owned.clone().lock_owned());
        let lock = &*leaked(sync::RwLock::new(()));
        let owned = &*leaked(Arc::new(sync::RwLock::new(())));
        let written = (lock.write().await, owned.clone().write_owned().await);
        call!(calls: "RwLock::read", lock.read());
        call!(calls: "RwLock::write", lock.write());
        call!(calls: "RwLock::read_owned", owned.clone().read_owned());
        call!(calls: "RwLock::write_owned", owned.clone().write_owned());
        let semaphore = &*leaked(sync::Semaphore::new(0));
        let owned = &*leaked(Arc::new(sync::Semaphore::new(0)));
        call!(calls: "Semaphore::acquire", semaphore.acquire());
        call!(calls: "Semaphore::acquire_many", semaphore.acquire_many(2));
        call!(calls: "Semaphore::acquire_owned", owned.clone().acquire_owned());
        call!(calls: "Semaphore::acquire_many_owned", owned.clone().acquire_many_owned(2));
        let notify = &*leaked(sync::Notify::new());
        call!(calls: "Notify::notified", notify.notified());
        call!(calls: "Notify::notified_owned", Arc::new(sync::Notify::new()).notified_owned());
        let barrier = &*leaked(sync::Barrier::new(2));
        call!(calls: "Barrier::wait", barrier.wait());
        let set_once = &*leaked(sync::SetOnce::<u8>::new());
        call!(calls: "SetOnce::wait", set_once.wait());
        let cell = &*leaked(sync::OnceCell::<u8>::new());
        drop(toque::spawn(cell.get_or_init(std::future::pending)));
        let_others_run().await;
        call!(calls: "OnceCell::get_or_init", cell.get_or_init(async || 1));
        call!(calls: "OnceCell::get_or_try_init", cell.get_or_try_init(async || Err::<u8, _>("no")));
        let token = &*leaked(CancellationToken::new());
        call!(calls: "CancellationToken::cancelled", token.cancelled());
        call!(calls: "CancellationToken::cancelled_owned", token.clone().cancelled_owned());
        call!(calls: "CancellationToken::run_until_cancelled", token.run_until_cancelled(std::future::pending::<()>()));
        call!(calls: "CancellationToken::run_until_cancelled_owned", token.clone().run_until_cancelled_owned(std::future::pending::<()>()));
        let tracker = &*leaked(TaskTracker::new());
        call!(calls: "task::TaskTracker::wait", tracker.wait());
        let set = leaked(JoinSet::new());
        set.spawn(std::future::pending::<()>());
        call!(calls: "task::JoinSet::join_next", set.join_next());
        let set = leaked(JoinSet::new());
        set.spawn(std::future::pending::<()>());
        call!(calls: "task::JoinSet::join_next_with_id", set.join_next_with_id());
        let mut set = JoinSet::new();
        set.spawn(std::future::pending::<()>());
        call!(calls: "task::JoinSet::join_all", set.join_all());
        check(calls).await;
        drop((held, written));
    });
}

#[test]
#[rustfmt::skip]
fn so_is_each_end_of_a_channel() {
    run(async || {
        let mut calls = Vec::new();
        let (full, receiver) = sync::mpsc::channel(1);
        full.send(()).await.unwrap();
        let (sender, full) = (full.clone(), &*leaked(full));
        call!(calls: "mpsc::Sender::send", full.send(()));
        call!(calls: "mpsc::Sender::reserve", full.reserve());
        call!(calls: "mpsc::Sender::reserve_many", full.reserve_many(1));
        call!(calls: "mpsc::Sender::reserve_owned", sender.reserve_owned());
        call!(calls: "mpsc::Sender::closed", full.closed());
        let (empty, taker) = sync::mpsc::channel::<()>(1);
        let taker = leaked(taker);
        call!(calls: "mpsc::Receiver::recv", taker.recv());
        let (unbounded, taker) = sync::mpsc::unbounded_channel::<()>();
        let (unbounded, taker) = (&*leaked(unbounded), leaked(taker));
        call!(calls: "mpsc::UnboundedSender::closed", unbounded.closed());
        call!(calls: "mpsc::UnboundedReceiver::recv_many", taker.recv_many(leaked(Vec::new()), 1));
        let (other, taker) = sync::mpsc::unbounded_channel::<()>();
        let taker = leaked(taker);
        call!(calls: "mpsc::UnboundedReceiver::poll_recv", poll_fn(|cx| taker.poll_recv(cx)));
        let (value, told) = watch::channel(0);
        let (value, told) = (&*leaked(value), leaked(told));
        call!(calls: "watch::Sender::closed", value.closed());
        let waiting = leaked(told.clone());
        call!(calls: "watch::Receiver::changed", told.changed());
        call!(calls: "watch::Receiver::wait_for", waiting.wait_for(|value| *value > 0));
        let (said, heard) = broadcast::channel::<u8>(1);
        let (said, heard) = (&*leaked(said), leaked(heard));
        call!(calls: "broadcast::Sender::closed", said.closed());
        call!(calls: "broadcast::Receiver::recv", heard.recv());
        let (sender, kept) = sync::oneshot::channel::<()>();
        let sender = leaked(sender);
        call!(calls: "oneshot::Sender::closed", sender.closed());
        call!(calls: "oneshot::Receiver", { let (sender, receiver) = sync::oneshot::channel::<()>(); Box::leak(Box::new(sender)); receiver });
        check(calls).await;
        drop((receiver, empty, other, kept));
    });
}

#[test]
#[rustfmt::skip]
fn and_what_stays_on_its_thread() {
    run(async || {
        let mut calls = Vec::new();
        let lock = &*leaked(local::Mutex::new(()));
        let held = lock.lock().await;
        call!(calls: "local::Mutex::lock", lock.lock());
        let semaphore = &*leaked(local::Semaphore::new(0));
        let owned = &*leaked(Rc::new(local::Semaphore::new(0)));
        call!(calls: "local::Semaphore::acquire", semaphore.acquire());
        call!(calls: "local::Semaphore::acquire_many", semaphore.acquire_many(2));
        call!(calls: "local::Semaphore::acquire_owned", owned.clone().acquire_owned());
        call!(calls: "local::Semaphore::acquire_many_owned", owned.clone().acquire_many_owned(2));
        let notify = &*leaked(local::Notify::new());
        call!(calls: "local::Notify::notified", notify.notified());
        let (full, receiver) = local::mpsc::channel(1);
        full.send(()).await.unwrap();
        let (sender, full) = (full.clone(), &*leaked(full));
        call!(calls: "local::mpsc::Sender::send", full.send(()));
        call!(calls: "local::mpsc::Sender::reserve", full.reserve());
        call!(calls: "local::mpsc::Sender::reserve_many", full.reserve_many(1));
        call!(calls: "local::mpsc::Sender::reserve_owned", sender.reserve_owned());
        call!(calls: "local::mpsc::Sender::closed", full.closed());
        let (empty, taker) = local::mpsc::channel::<()>(1);
        let taker = leaked(taker);
        call!(calls: "local::mpsc::Receiver::recv_many", taker.recv_many(leaked(Vec::new()), 1));
        let (unbounded, taker) = local::mpsc::unbounded_channel::<()>();
        let (unbounded, taker) = (&*leaked(unbounded), leaked(taker));
        call!(calls: "local::mpsc::UnboundedSender::closed", unbounded.closed());
        call!(calls: "local::mpsc::UnboundedReceiver::recv", taker.recv());
        let (sender, kept) = local::oneshot::channel::<()>();
        let sender = leaked(sender);
        call!(calls: "local::oneshot::Sender::closed", sender.closed());
        call!(calls: "local::oneshot::Receiver", { let (sender, receiver) = local::oneshot::channel::<()>(); Box::leak(Box::new(sender)); receiver });
        check(calls).await;
        drop((held, receiver, empty, kept));
    });
}

#[test]
#[rustfmt::skip]
fn what_the_library_calls_on_behalf_of_somebody_shows_their_line() {
    run(async || {
        let mut calls = Vec::new();
        let (full, receiver) = sync::mpsc::channel(1);
        full.send(()).await.unwrap();
        let full = &*leaked(full);
        let day = Duration::from_secs(86_400);
        call!(calls: "mpsc::Sender::reserve", full.send_timeout((), day));
        check(calls).await;
        drop(receiver);
    });
}
